// Screens from a small phone to 4k, and a window that changes its size.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertQuiet, box, picture } from './look.mjs';

// Nothing is wider than the window, canvases have a pixel for each of the screen's, the surface is drawn.
async function assertFits(page, width, scale) {
  assert.ok(
    (await page.value('document.documentElement.scrollWidth')) <= width,
    'the page is wider than the window',
  );
  const outside =
    await page.value(`[...document.querySelectorAll('main *, #settings *')].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width && (left < -1 || right > ${width} + 1);
  }).map((element) => element.className || element.tagName)`);
  assert.deepEqual(outside, []);
  const sizes = await page.value(
    `[...document.querySelectorAll('canvas')].filter((c) => c.clientWidth).map((c) => [c.width / c.clientWidth, c.height / c.clientHeight])`,
  );
  for (const size of sizes)
    for (const ratio of size) assert.ok(Math.abs(ratio - scale) < 0.03, `${ratio} pixels each`);
  const view = await picture(page);
  assert.ok(view.part > 0.08 && view.colours > 300, `covers ${view.part} with ${view.colours} colours`);
}

export async function screens(run, bench, browser) {
  const kinds = [
    [320, 568, 2, true],
    [390, 844, 3, true],
    [768, 1024, 2, true],
    [1280, 800, 1],
    [1440, 900, 2],
    [3840, 2160, 1],
  ];
  for (const [width, height, scale, touch] of kinds)
    for (const name of ['bowl', 'both', 'six'])
      await run(`${name} fits ${width}x${height} at ${scale}`, async () => {
        const page = await browser.page(width, height, { scale, touch });
        await page.open(bench.url(`${name}.html`));
        await assertFits(page, width, scale);
        await page.value(`(document.getElementById('settings').open = true, 0)`);
        await page.settle();
        await assertFits(page, width, scale);
        await assertQuiet(page);
        if (process.env.SHOTS)
          writeFileSync(join(process.env.SHOTS, `${name}-${width}.png`), await page.screenshot(true));
        await page.close();
      });

  await run('a window that changes its size is drawn anew', async () => {
    const page = await browser.page(1440, 900);
    await page.open(bench.url('both.html'));
    const before = await box(page, '.view'),
      { hash } = await picture(page);
    await page.resize(900, 700);
    await page.settle();
    await page.settle();
    await assertFits(page, 900, 1);
    assert.ok((await box(page, '.view')).width < before.width);
    await page.resize(1440, 900);
    await page.settle();
    await page.settle();
    assert.equal((await picture(page)).hash, hash);
    await assertQuiet(page);
    await page.close();
  });
}
