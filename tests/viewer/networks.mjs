// The networks that span a plane are drawn, named and read.
import assert from 'node:assert/strict';
import { assertQuiet, assertReads, box, picture, readouts } from './look.mjs';

export async function networks(run, bench, browser) {
  for (const dark of [false, true])
    await run(`networks are drawn on surface and plan, ${dark ? 'dark' : 'light'}`, async () => {
      const page = await browser.page(1280, 844, { dark }),
        look = () => Promise.all([picture(page, '.view'), picture(page, '.plan')]);
      await page.open(bench.url('bowl.html'));
      const without = await look();
      await page.open(bench.url('plane.html')); // the same, with networks
      const drawn = await look();
      for (const i of [0, 1]) assert.notEqual(drawn[i].hash, without[i].hash);
      assert.match(
        await page.value(`document.querySelector('.view').getAttribute('aria-label')`),
        /plain-20, deepened to 56 layers, trained 56, behind, <b>edge<\/b>$/,
      );
      await assertQuiet(page);
      await page.close();
    });

  await run('the way of a training is drawn on surface and plan', async () => {
    const page = await browser.page(1280, 844),
      look = () => Promise.all([picture(page, '.view'), picture(page, '.plan')]);
    await page.open(bench.url('chaos.html'));
    const without = await look();
    await page.open(bench.url('way.html')); // the same, with a trajectory
    const drawn = await look();
    for (const i of [0, 1]) assert.notEqual(drawn[i].hash, without[i].hash);
    await assertQuiet(page);
    await page.close();
  });

  await run('the pointer on a network of the plan reads it', async () => {
    const page = await browser.page(1280, 844),
      numbers = bench.numbers('plane');
    await page.open(bench.url('plane.html'));
    const { x, y, width, height } = await box(page, '.plan');
    // Where the plan's axes are, from what two points of it read.
    const seen = [];
    for (const part of [0.3, 0.7]) {
      await page.hover(x + part * width, y + part * height);
      const [{ a, b }] = await readouts(page);
      seen.push({ a, b });
    }
    const [p, q] = seen;
    const at = (a, b) => [
      x + width * (0.3 + (0.4 * (a - p.a)) / (q.a - p.a)),
      y + height * (0.3 + (0.4 * (b - p.b)) / (q.b - p.b)),
    ];
    await page.hover(...at(-0.4, -0.4));
    const [onSample] = await readouts(page);
    assert.equal(onSample.where, 'plain-20');
    assertReads(onSample, numbers);
    await page.hover(...at(0.608, -0.224));
    const [between] = await readouts(page);
    assert.deepEqual([between.where, between.a, between.b], ['deepened to 56 layers', 0.613, -0.217]);
    await page.close();
  });

  await run("a network between samples reads the surface's own height, roughly", async () => {
    const page = await browser.page(1280, 844);
    await page.open(bench.url('plane.html#a=0.613&b=-0.217'));
    const [readout] = await readouts(page);
    assert.equal(readout.where, 'deepened to 56 layers');
    const [, loss] = /^≈ ([\d.]+)$/.exec(readout.loss);
    const [a, b] = [0.613, -0.217];
    const wave = Math.sin(6 * a) * Math.cos(5 * b) * (a * a + b * b);
    const exact = 0.08 + 3.8 * a * a + 3.2 * b * b + 0.15 * wave;
    assert.ok(Math.abs(loss - exact) < 0.005 * exact, `${loss}, not ${exact}`);
    assert.match(readout.accuracy, /^≈ [\d.]+ %$/);
    await assertQuiet(page);
    await page.close();
  });
}
