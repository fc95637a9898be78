// What tests see of a page.
import assert from 'node:assert/strict';

// A hash of a canvas's picture, the part of it that is not empty, and how many colours every seventh
// pixel has.
export function picture(page, selector = '.view', index = 0) {
  return page.value(`(() => {
    const shown = document.querySelectorAll('${selector}')[${index}], canvas = document.createElement('canvas');
    canvas.width = shown.width;
    canvas.height = shown.height;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(shown, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    const colours = new Set();
    let hash = 0, full = 0;
    for (let i = 0; i < pixels.length; i++) {
      hash = Math.imul(hash ^ pixels[i], 0x01000193) | 0;
      full += pixels[i] >>> 24 > 250;
      if (i % 7 === 0) colours.add(pixels[i]);
    }
    return { hash, colours: colours.size, part: full / pixels.length };
  })()`);
}

// [{where, a, b, loss, accuracy, error}] as the read-outs say, one a panel; numbers where there are numbers;
// error, what stands behind the loss as ±, NaN if nothing does.
export async function readouts(page) {
  const texts = await page.value(`[...document.querySelectorAll('.readout')].map((list) =>
    Object.fromEntries([...list.children].map((cell) => [cell.className, cell.lastElementChild.textContent])))`);
  const number = (text) => {
    const [, sign, digits, power] = /^(−?)([\d.]+|)(?:×?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?: %)?$/.exec(text) || [];
    if (digits === undefined) return text;
    const exponent = [...(power || '⁰')].map((c) => (c === '⁻' ? '-' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(c))).join('');
    return (sign ? -1 : 1) * Number(digits || 1) * 10 ** Number(exponent);
  };
  return texts.map(({ where, loss, ...rest }) => {
    const [mean, error = NaN] = loss.split(' ± ');
    return {
      where,
      ...Object.fromEntries(Object.entries({ ...rest, loss: mean }).map(([key, text]) => [key, number(text)])),
      error: Number(error),
    };
  });
}

// Two numbers agree to what six digits show.
export function assertClose(shown, value, what) {
  assert.equal(typeof shown, 'number', `${what} shows '${shown}', not ${value}`);
  assert.ok(
    Math.abs(shown - value) <= 5.1e-6 * Math.abs(value) + 1e-12,
    `${what} shows ${shown}, not ${value}`,
  );
}

// A read-out says what the surface's numbers say at the sample it names.
export function assertReads(readout, numbers) {
  const there = numbers.find(
    ({ x, y }) => Math.abs(x - readout.a) < 6e-4 && Math.abs(y - readout.b) < 6e-4,
  );
  assert.ok(there, `there is no sample at (${readout.a}, ${readout.b})`);
  assertClose(readout.accuracy, there.accuracy, 'accuracy');
  if (there.loss_error) {
    const within = 0.06 * there.loss_error;
    assert.ok(Math.abs(readout.error - there.loss_error) < within, 'standard error');
    assert.ok(Math.abs(readout.loss - there.loss) < within, `loss ${readout.loss}, not ${there.loss}`);
  } else {
    assertClose(readout.loss, there.loss, 'loss');
    assert.ok(Number.isNaN(readout.error), 'no standard error');
  }
}

// The rectangle of an element in CSS pixels, with its middle.
export function box(page, selector, index = 0) {
  return page.value(`(() => {
    const { x, y, width, height } = document.querySelectorAll('${selector}')[${index}].getBoundingClientRect();
    return { x, y, width, height, middle: [x + width / 2, y + height / 2] };
  })()`);
}

// What the page complained of, less what this machine's drawing without a GPU causes.
export function complaints(page) {
  return page.complaints.filter((text) => !/GPU stall due to ReadPixels/.test(text));
}

export async function assertQuiet(page) {
  assert.deepEqual(complaints(page), []);
  assert.deepEqual(
    page.requests.filter((url) => !url.startsWith('file://') || !/\.html(#.*)?$/.test(url)),
    [],
  );
}

export const fragment = (page) =>
  page.value(`new Promise((done) => setTimeout(() => done(location.hash), 350))`);
