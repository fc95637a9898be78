// Mouse, touch and keys: they turn, zoom and pan all surfaces, and the marker reads the numbers.
import assert from 'node:assert/strict';
import { assertQuiet, assertReads, box, fragment, picture, readouts } from './look.mjs';

const shift = 8; // of the protocol's modifiers

export async function gestures(run, bench, browser) {
  // A gesture changes the pictures of both surfaces, but not the maps, and the fragment says how.
  const moves = async (name, touch, act, said) =>
    run(name, async () => {
      const page = await browser.page(touch ? 390 : 1280, 844, { touch });
      await page.open(bench.url('both.html'));
      const look = () => Promise.all([picture(page, '.view', 0), picture(page, '.view', 1)]);
      const before = await look(),
        plan = await picture(page, '.plan');
      const { middle } = await box(page, '.view');
      await act(page, middle);
      const after = await look();
      for (const i of [0, 1]) assert.notEqual(before[i].hash, after[i].hash, `surface ${i} did not move`);
      if (!touch) assert.equal((await picture(page, '.plan')).hash, plan.hash);
      assert.match(await fragment(page), said);
      await assertQuiet(page);
      await page.close();
    });

  await moves(
    'dragging turns',
    false,
    (page, [x, y]) => page.drag([x, y], [x + 80, y - 20]),
    /turn=2&tilt=21/,
  );
  await moves(
    'the wheel zooms',
    false,
    async (page, [x, y]) => {
      await page.mouse('mouseWheel', x, y, { deltaX: 0, deltaY: -100 });
      await page.settle();
    },
    /zoom=1.16/,
  );
  await moves(
    'dragging with Shift pans',
    false,
    (page, [x, y]) => page.drag([x, y], [x + 30, y + 30], { modifiers: shift }),
    /panx=-0.*pany=0/,
  );
  await moves(
    'dragging with the right button pans',
    false,
    (page, [x, y]) => page.drag([x, y], [x + 30, y], { button: 'right', buttons: 2 }),
    /panx=-0/,
  );
  await moves(
    'one finger turns',
    true,
    (page, [x, y]) => page.touch([[[x, y]], [[x + 30, y]], [[x + 60, y]]]),
    /turn=9/,
  );
  await moves(
    'two fingers zoom and pan',
    true,
    (page, [x, y]) =>
      page.touch([
        [
          [x - 20, y],
          [x + 20, y],
        ],
        [
          [x - 40, y + 10],
          [x + 40, y + 10],
        ],
      ]),
    /zoom=.*pany=/,
  );

  const keys = [
    ['ArrowLeft', 0, /turn=35/],
    ['ArrowUp', 0, /tilt=23/],
    ['ArrowRight', shift, /panx=-0/],
    ['+', 0, /zoom=1.15/],
    ['-', 0, /zoom=0.8/],
  ];
  for (const [key, modifiers, said] of keys)
    await moves(
      `the key ${modifiers ? 'Shift ' : ''}${key} moves the surfaces`,
      false,
      async (page) => {
        await page.value(`document.querySelector('.view').focus()`);
        await page.press(key, modifiers);
      },
      said,
    );

  await run('a double click, 0 and Reset bring the first view back', async () => {
    const page = await browser.page(1280, 844);
    await page.open(bench.url('both.html'));
    const {
      middle: [x, y],
    } = await box(page, '.view');
    const first = await picture(page);
    const resets = [
      async () => {
        for (const clickCount of [1, 2]) {
          await page.mouse('mousePressed', x, y, { button: 'left', buttons: 1, clickCount });
          await page.mouse('mouseReleased', x, y, { button: 'left', clickCount });
        }
      },
      () => page.press('0'),
      () => page.value(`document.getElementById('reset').click()`),
    ];
    for (const reset of resets) {
      await page.drag([x, y], [x + 90, y]);
      assert.notEqual((await picture(page)).hash, first.hash);
      await reset();
      await page.settle();
      assert.equal((await picture(page)).hash, first.hash);
      assert.deepEqual(
        (await readouts(page)).map(({ where }) => where),
        ['lowest point', 'lowest point'],
      );
    }
    await page.close();
  });

  await run('the pointer on the map reads the sample under it, in every panel', async () => {
    const page = await browser.page(1280, 844),
      numbers = [bench.numbers('bowl'), bench.numbers('chaos')];
    await page.open(bench.url('both.html'));
    const { x, y, width, height } = await box(page, '.plan', 1);
    const seen = [];
    for (const [u, v] of [
      [0.3, 0.2],
      [0.6, 0.5],
      [0.85, 0.75],
    ]) {
      await page.hover(x + u * width, y + v * height);
      const [left, right] = await readouts(page);
      assertReads(left, numbers[0]);
      assertReads(right, numbers[1]);
      assert.deepEqual([left.a, left.b, left.where], [right.a, right.b, 'marker']);
      seen.push(right);
    }
    // Pixels and coordinates are in proportion: rightwards is more a, downwards less b.
    const [p, q, r] = seen;
    assert.ok(p.a < q.a && q.a < r.a && p.b > q.b && q.b > r.b);
    assert.ok(Math.abs((q.a - p.a) / 0.3 - (r.a - q.a) / 0.25) < 0.35);
    await page.close();
  });

  await run('the pointer on the surface reads the sample under it', async () => {
    const page = await browser.page(1280, 844),
      numbers = bench.numbers('chaos');
    await page.open(bench.url('chaos.html#log=1&clip=none'));
    await page.value(`document.getElementById('above').click()`);
    await page.settle();
    const {
      middle: [x, y],
      width,
    } = await box(page, '.view');
    await page.hover(x, y);
    let [readout] = await readouts(page);
    assert.deepEqual([readout.a, readout.b, readout.where], [0, 0, 'marker']);
    assertReads(readout, numbers);
    await page.hover(x + width / 8, y - 20);
    [readout] = await readouts(page);
    assert.ok(readout.a > 0.1 && readout.b > 0, `reads (${readout.a}, ${readout.b})`);
    assertReads(readout, numbers);
    await assertQuiet(page);
    await page.close();
  });

  await run('a tap reads a sample; dragging moves no marker', async () => {
    const page = await browser.page(390, 844, { touch: true });
    await page.open(bench.url('chaos.html'));
    const {
      middle: [x, y],
    } = await box(page, '.view');
    await page.touch([[[x, y]], [[x + 60, y]]]);
    assert.equal((await readouts(page))[0].where, 'lowest point');
    await page.touch([[[x, y]]]);
    const [readout] = await readouts(page);
    assert.equal(readout.where, 'marker');
    assertReads(readout, bench.numbers('chaos'));
    await page.close();
  });

  await run('the arrow keys move the marker on the map from sample to sample', async () => {
    const page = await browser.page(1280, 844);
    await page.open(bench.url('bowl.html'));
    await page.value(`document.querySelector('.plan').focus()`);
    for (const [key, modifiers] of [
      ['ArrowRight', 0],
      ['ArrowUp', 0],
      ['ArrowUp', 0],
      ['ArrowLeft', shift],
    ])
      await page.press(key, modifiers);
    const [readout] = await readouts(page);
    assert.deepEqual([readout.a, readout.b], [-0.16, 0.08]);
    assertReads(readout, bench.numbers('bowl'));
    await page.close();
  });
}
