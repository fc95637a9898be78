// Every switch works, and the URL's fragment brings everything back.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertClose, assertQuiet, box, fragment, picture, readouts } from './look.mjs';

// Sets a control of the form as a user would.
function choose(page, name, value) {
  return page
    .value(
      `(() => {
    const control = document.querySelector('form').elements['${name}'];
    if (control.type === 'checkbox') {
      if (control.checked !== ${JSON.stringify(value)}) control.click();
    } else if (control instanceof RadioNodeList) {
      [...control].find((radio) => radio.value === '${value}').click();
    } else {
      control.value = '${value}';
      control.dispatchEvent(new Event('input', { bubbles: true }));
    }
  })()`,
    )
    .then(() => page.settle());
}

export async function settings(run, bench, browser) {
  // [control, value, value before, which pictures change]
  const switches = [
    ['height', 'accuracy', 'loss', ['.view', '.plan']],
    ['colour', 'accuracy', 'loss', ['.view', '.plan', '#bar']],
    ['height', 'error', 'loss', ['.view', '.plan']],
    ['colour', 'error', 'loss', ['#bar']],
    ['height', 'convexity', 'loss', ['.view', '.plan']],
    ['colour', 'convexity', 'loss', ['.view', '.plan', '#bar']],
    ['map', 'viridis', 'cool to warm', ['.view', '.plan', '#bar']],
    ['map', 'cividis', 'cool to warm', ['.view', '.plan', '#bar']],
    ['log', true, false, ['.view', '.plan', '#bar']],
    ['clip', 150, 400, ['.view', '.plan', '#bar']],
    ['contours', false, true, ['.view', '.plan']],
    ['wire', true, false, ['.view', '.plan']],
  ];
  for (const [name, value, before, changes] of switches)
    await run(`the switch ${name} (${value}) changes the pictures, and back`, async () => {
      const page = await browser.page(1280, 844);
      await page.open(bench.url('curved.html'));
      const look = () =>
        Promise.all(changes.map((selector) => picture(page, selector).then(({ hash }) => hash)));
      const first = await look();
      await choose(page, name, value);
      const second = await look();
      changes.forEach((selector, i) => assert.notEqual(first[i], second[i], `${selector} is as before`));
      await choose(page, name, before);
      assert.deepEqual(await look(), first);
      await assertQuiet(page);
      await page.close();
    });

  await run('only what the file holds can be chosen, and is read', async () => {
    for (const [name, offered] of [
      ['bowl', ['loss', 'accuracy', 'error']],
      ['curved', ['loss', 'accuracy', 'error', 'convexity']],
    ]) {
      const page = await browser.page(1280, 844);
      await page.open(bench.url(`${name}.html#a=0.6&b=-0.4&colour=convexity`));
      for (const group of ['height', 'colour'])
        assert.deepEqual(
          await page.value(`[...document.querySelectorAll('[name=${group}]')].map(({ value }) => value)`),
          offered,
        );
      const [readout] = await readouts(page),
        wide = (await box(page, '.readout .convexity')).width > 0;
      assert.equal(wide, name === 'curved');
      if (wide) assertClose(readout.convexity, (3 * 0.4 ** 2) / 5.6, 'the ratio');
      const chosen = await page.value(`document.querySelector('form').elements.colour.value`);
      assert.equal(chosen, wide ? 'convexity' : 'loss');
      await assertQuiet(page);
      await page.close();
    }
  });

  await run('a surface says what it lacks of what is chosen', async () => {
    bench.plot(['curved', 'bowl'], 'some.html');
    const page = await browser.page(360, 844);
    await page.open(bench.url('some.html'));
    const absent = () => page.value(`[...document.querySelectorAll('.absent')].map((p) => p.textContent)`);
    assert.deepEqual(await absent(), ['', '']);
    await choose(page, 'height', 'convexity');
    assert.deepEqual(await absent(), ['', 'This file has no eigenvalues.']);
    assert.ok(
      await page.value(`document.documentElement.scrollWidth <= innerWidth`),
      'the page is wider than the screen',
    );
    await assertQuiet(page);
    await page.close();
  });

  await run('a page opens as its options say, or as its losses ask for', async () => {
    bench.plot(['chaos'], 'cut.html', '--zmax', '10');
    const kinds = [
      ['bowl', false, true],
      ['chaos', true, true],
      ['huge', true, true],
      ['cut', false, false],
      ['both', true, true],
    ];
    for (const [name, log, whole] of kinds) {
      const page = await browser.page(1280, 844);
      await page.open(bench.url(`${name}.html`));
      const form = await page.value(
        `(({ log, clip }) => [log.checked, clip.value === clip.max])(document.querySelector('form').elements)`,
      );
      assert.deepEqual(form, [log, whole], name);
      await page.close();
    }
  });

  await run('a page opens with the view its options say', async () => {
    bench.plot(['bowl'], 'turned.html', '--azimuth', '400', '--elevation', '50', '--zoom', '2');
    const looks = [];
    for (const url of ['turned.html', 'bowl.html#turn=40&tilt=50&zoom=2', 'bowl.html']) {
      const page = await browser.page(1280, 844);
      await page.open(bench.url(url));
      looks.push((await picture(page)).hash);
      await page.close();
    }
    assert.equal(looks[0], looks[1]);
    assert.notEqual(looks[0], looks[2]);
  });

  await run('the plan from above can be put away', async () => {
    const page = await browser.page(1280, 844);
    await page.open(bench.url('both.html'));
    const before = await box(page, '.view');
    await choose(page, 'plan', false);
    assert.equal((await box(page, '.plan')).width, 0);
    assert.ok((await box(page, '.view')).height > before.height, 'the view does not take the room');
    await page.close();
  });

  await run('the theme follows the system, or the user', async () => {
    const page = await browser.page(1280, 844);
    await page.open(bench.url('bowl.html'));
    const brightness = async () => {
      await page.settle();
      return page.value(
        `getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).reduce((sum, part) => sum + Number(part), 0)`,
      );
    };
    const click = () => page.value(`document.getElementById('theme').click()`);
    const light = await picture(page);
    assert.ok((await brightness()) > 600);
    await page.dark(true);
    assert.ok((await brightness()) < 200);
    assert.notEqual((await picture(page)).hash, light.hash);
    await click();
    assert.ok((await brightness()) > 600, 'light by choice');
    await page.dark(false);
    await click();
    assert.ok((await brightness()) < 200, 'dark by choice');
    await page.close();
  });

  await run('the fragment brings every setting back', async () => {
    const page = await browser.page(1280, 844);
    await page.open(bench.url('chaos.html'));
    for (const [name, value] of [
      ['height', 'accuracy'],
      ['colour', 'accuracy'],
      ['map', 'viridis'],
      ['log', true],
      ['clip', 200],
      ['contours', false],
      ['wire', true],
    ])
      await choose(page, name, value);
    const {
      middle: [x, y],
    } = await box(page, '.view');
    await page.drag([x, y], [x + 50, y + 30]);
    await page.mouse('mouseWheel', x, y, { deltaX: 0, deltaY: -60 });
    const { middle } = await box(page, '.plan');
    await page.hover(...middle);
    const hash = await fragment(page);
    const look = async () => [
      (await picture(page)).hash,
      (await picture(page, '.plan')).hash,
      await page.value(`document.querySelector('form').elements.clip.value`),
    ];
    const before = await look();
    await page.open('about:blank');
    await page.open(bench.url(`chaos.html${hash}`));
    assert.deepEqual(await look(), before);
    await assertQuiet({
      complaints: page.complaints,
      requests: page.requests.filter((url) => url !== 'about:blank'),
    });
    await page.close();
  });

  // Whether the page's own writing of the fragment is due before the change, after it, or in between it
  // and the event that tells of it.
  await run('a new fragment wins over what was about to be written', async () => {
    const page = await browser.page(1280, 844);
    await page.open(bench.url('bowl.html#wire=1'));
    const { hash } = await picture(page);
    for (const wait of [0, 100, 300, 600]) {
      await page.open('about:blank');
      await page.open(bench.url('bowl.html'));
      await page.value(`(() => {
        document.getElementById('above').click();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => (location.hash = '#wire=1');
        port2.postMessage(0);
        for (const end = performance.now() + ${wait}; performance.now() < end; );
      })()`);
      assert.equal(await fragment(page), '#wire=1', `after ${wait} ms`);
      assert.equal((await picture(page)).hash, hash, `after ${wait} ms`);
    }
    await page.close();
  });

  await run('a fragment without sense does no harm', async () => {
    const page = await browser.page(1280, 844);
    await page.open(bench.url('bowl.html'));
    const { hash } = await picture(page);
    await page.open('about:blank');
    await page.open(
      bench.url(
        'bowl.html#turn=NaN&tilt=&zoom=x&map=%3Cscript%3E&height=depth&__proto__=1&listeners=1&clip=high&a=1e999&b=%',
      ),
    );
    assert.equal((await picture(page)).hash, hash);
    await page.open('about:blank');
    await page.open(bench.url('bowl.html#tilt=999&zoom=-5&panx=1e9&a=77&b=-77'));
    assert.equal(await page.value(`document.querySelectorAll('.view').length`), 1);
    assert.deepEqual(page.complaints, []);
    await page.close();
  });

  await run('Save PNG hands out a picture with all panels', async () => {
    const page = await browser.page(1280, 844);
    await page.open(bench.url('six.html'));
    const saved = browser.download();
    await page.value(`document.getElementById('save').click()`);
    await saved;
    const png = readFileSync(join(bench.work, 'Six-surfaces.png')),
      view = await box(page, '.view');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    assert.ok(png.readUInt32BE(16) > 6 * view.width && png.readUInt32BE(20) > 4 * view.height);
    await assertQuiet({
      complaints: page.complaints,
      requests: page.requests.filter((url) => !url.startsWith('blob:')),
    });
    await page.close();
  });
}
