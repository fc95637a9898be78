// Every page loads: no errors, no requests, something drawn, and the numbers are the file's.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assertQuiet, assertReads, box, picture, readouts } from './look.mjs';

// What the page of that name makes of its first surface, by the viewer's own code.
function refined(bench, name) {
  const [grid, refine] = ['grid', 'refine'].map((part) =>
    readFileSync(new URL(`../../plots/viewer/${part}.js`, import.meta.url), 'utf8'),
  );
  const page = readFileSync(join(bench.work, `${name}.html`), 'utf8');
  const data = JSON.parse(page.split('id="data">')[1].split('</script>')[0]);
  return new Function('surface', `${grid}${refine}; return new Refinement(new Grid(surface));`)(data.surfaces[0]);
}

export async function pages(run, bench, browser, blind) {
  const names = [
    'bowl',
    'chaos',
    'huge',
    'flat',
    'holes',
    'unfinished',
    'tiny',
    'big',
    'uneven',
    'hostile',
    'plane',
    'wild',
    'both',
    'six',
  ];
  for (const name of names)
    await run(`${name} loads without errors or requests and is drawn`, async () => {
      const page = await browser.page(1280, 800);
      await page.open(bench.url(`${name}.html`));
      const panels = await page.value(`document.querySelectorAll('.panel').length`);
      assert.equal(panels, { both: 2, six: 6 }[name] || 1);
      for (let i = 0; i < panels; i++) {
        const view = await picture(page, '.view', i),
          plan = await picture(page, '.plan', i);
        assert.ok(view.part > 0.03, `view ${i} covers ${view.part}`);
        assert.ok(plan.part > 0.3, `plan ${i} covers ${plan.part}`);
        const plain = name === 'flat' || (name === 'six' && i === 5);
        assert.ok(
          plain || (view.colours > 300 && plan.colours > 200),
          `${view.colours} and ${plan.colours} colours`,
        );
      }
      await assertQuiet(page);
      await page.close();
    });

  await run('a page of 51 x 51 points is smaller than 2 MB', () => {
    assert.ok(statSync(join(bench.work, 'bowl.html')).size < 2e6);
    assert.ok(statSync(join(bench.work, 'both.html')).size < 2e6);
  });

  for (const name of ['chaos', 'holes', 'uneven'])
    await run(`between samples ${name} is the surface of the program's own pictures`, () => {
      const fine = refined(bench, name),
        { x, y } = fine;
      const shown = [...fine.values('loss')]
        .map((value, k) => [x[k % x.length], y[Math.floor(k / x.length)], value])
        .filter(([, , value]) => !Number.isNaN(value));
      const points = bench.mesh(name, '--interp', '256');
      assert.ok(points.length > 1e4);
      assert.equal(shown.length, points.length);
      points.forEach((point, k) =>
        point.forEach((value, axis) =>
          assert.ok(Math.abs(shown[k][axis] - value) < 1e-9 * (1 + Math.abs(value)), `${shown[k]}, not ${point}`),
        ),
      );
    });

  await run('a scan that has only begun shows its samples as dots', async () => {
    const page = await browser.page(1280, 800);
    await page.open(bench.url('begun.html'));
    assert.ok((await picture(page, '.plan')).colours > 10);
    assertReads((await readouts(page))[0], bench.numbers('begun'));
    await assertQuiet(page);
    await page.close();
  });

  await run('text of a file is text, whatever is in it', async () => {
    const page = await browser.page(1280, 800);
    await page.open(bench.url('hostile.html'));
    const name = await page.value(`document.querySelector('.panel h2').textContent`);
    assert.equal(name, "</script><script>document.title='taken'</script><!--<script>&\"'\ufffd\n");
    assert.notEqual(await page.value('document.title'), 'taken');
    assert.equal(await page.value('document.scripts.length'), 3);
    assert.ok((await page.value(`document.querySelector('.about dl').textContent`)).includes('</script>'));
    await page.close();
  });

  await run('missing points are counted, and the read-out says why', async () => {
    const page = await browser.page(1280, 800),
      numbers = bench.numbers('holes');
    await page.open(bench.url('holes.html'));
    const missing = numbers.filter(({ loss }) => !Number.isFinite(loss)).length;
    assert.match(
      await page.value(`document.getElementById('notes').textContent`),
      new RegExp(`^${missing} of 2,601 points`),
    );
    for (const [hash, why] of [
      ['a=0.52&b=0.52', 'not a number'],
      ['a=-0.6&b=-0.52', '∞'],
    ]) {
      await page.open(bench.url('bowl.html'));
      await page.open(bench.url(`holes.html#${hash}`));
      assert.equal((await readouts(page))[0].loss, why);
    }
    await page.open(bench.url('unfinished.html#a=0&b=0.8'));
    assert.equal((await readouts(page))[0].loss, 'not computed');
    await assertQuiet(page);
    await page.close();
  });

  await run('without WebGL the map, the numbers and a word about it are there', async () => {
    const page = await blind.page(1280, 800);
    await page.open(bench.url('both.html'));
    assert.match(await page.value(`document.getElementById('notes').innerText`), /WebGL is not available/);
    assert.equal(await page.value(`document.querySelectorAll('.view').length`), 0);
    assert.ok((await picture(page, '.plan', 1)).colours > 200);
    const {
      middle: [x, y],
    } = await box(page, '.plan', 1);
    await page.hover(x + 40, y);
    const [left, right] = await readouts(page);
    assert.equal(right.where, 'marker');
    assertReads(left, bench.numbers('bowl'));
    assertReads(right, bench.numbers('chaos'));
    assert.deepEqual(
      page.complaints.filter((text) => !/WebGL/.test(text)),
      [],
    );
    await page.close();
  });
}
