// Surfaces as the file holds them: values on a grid, row = b.

// Little-endian doubles from base64.
function decode(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

// A value that is not there: the file marks a point that is still to be computed with -1.
const notComputed = -1;

// The lines [{a, b, stop}, ...] of a training's trail; stop tells the checkpoints.
function readTrail({ a, b, stop }) {
  const as = decode(a),
    bs = decode(b),
    lines = [[]];
  as.forEach((value, i) => {
    if (Number.isNaN(value)) lines.push([]);
    else lines.at(-1).push({ a: value, b: bs[i], stop: stop[i] === '1' });
  });
  return lines;
}

class Grid {
  // Takes a surface of the JSON data and decodes its numbers.
  constructor(source) {
    this.name = source.name;
    this.detail = source.detail;
    this.metadata = source.metadata;
    this.networks = source.networks; // [{name, a, b}] that lie within the axes
    this.trail = readTrail(source.trail);
    this.x = decode(source.x); // [nx] rising
    this.y = decode(source.y); // [ny] rising
    this.nx = this.x.length;
    this.ny = this.y.length;
    this.loss = decode(source.loss); // [ny][nx]
    this.accuracy = decode(source.accuracy); // [ny][nx], percent
    this.error = decode(source.error); // [ny][nx], the standard error of the loss
    this.convexity = decode(source.convexity); // [ny][nx] |smallest / largest eigenvalue|, or empty
  }

  // The value of a quantity at sample k, NaN unless there is a finite one.
  value(quantity, k) {
    const value = this[quantity][k];
    return value === notComputed || !Number.isFinite(value) ? NaN : value;
  }

  // Whether the file holds the quantity.
  has(quantity) {
    return this[quantity].some((_, k) => !Number.isNaN(this.value(quantity, k)));
  }

  // The standard error of a quantity at sample k, as far as it is known.
  spread(quantity, k) {
    const error = quantity === 'loss' ? this.value('error', k) : NaN;
    return error > 0 ? error : null;
  }

  // Why there is no value at sample k.
  whyNot(quantity, k) {
    const value = this[quantity][k];
    if (value === notComputed) return 'not computed';
    return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  }

  // Index of the sample nearest to (a, b); -1 if that lies more than half a cell outside the grid.
  nearest(a, b) {
    const i = nearestIndex(this.x, a),
      j = nearestIndex(this.y, b);
    return i < 0 || j < 0 ? -1 : j * this.nx + i;
  }

  // Coordinates of sample k.
  at(k) {
    return { a: this.x[k % this.nx], b: this.y[Math.floor(k / this.nx)] };
  }

  // The network at (a, b), as the fragment rounds it; undefined if there is none.
  networkOn(a, b) {
    const round = (value) => Number(value.toPrecision(6));
    return this.networks.find((network) => round(network.a) === a && round(network.b) === b);
  }

  // Index of the lowest loss; there is one in every file.
  lowest() {
    let best = -1;
    for (let k = 0; k < this.loss.length; k++) {
      const value = this.value('loss', k);
      if (!Number.isNaN(value) && (best < 0 || value < this.loss[best])) best = k;
    }
    return best;
  }

  // Samples with a value that are the corner of no cell whose four corners all have one.
  lonely(quantity) {
    const { nx, ny } = this,
      whole = new Uint8Array(nx * ny);
    const has = (k) => !Number.isNaN(this.value(quantity, k));
    for (let k = 0; k < nx * (ny - 1); k++)
      if (k % nx < nx - 1 && has(k) && has(k + 1) && has(k + nx) && has(k + nx + 1))
        whole[k] = whole[k + 1] = whole[k + nx] = whole[k + nx + 1] = 1;
    return [...whole.keys()].filter((k) => !whole[k] && has(k));
  }

  // How many samples have no finite loss.
  missing() {
    return this.loss.reduce((count, _, k) => count + Number.isNaN(this.value('loss', k)), 0);
  }
}

// The interval i of rising coordinates, at[i] <= value < at[i + 1], clamped to the ends.
function interval(at, value) {
  let low = 0,
    high = at.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

function nearestIndex(at, value) {
  const i = interval(at, value),
    gap = at[i + 1] - at[i];
  const part = (value - at[i]) / gap;
  if (part < -0.5 || part > 1.5) return -1;
  return part < 0.5 ? i : i + 1;
}

// Smallest, largest and smallest positive finite value of a quantity in all grids; NaN if none.
function extent(grids, quantity) {
  const all = { min: NaN, max: NaN, positive: NaN };
  for (const grid of grids)
    for (let k = 0; k < grid.loss.length; k++) {
      const value = grid.value(quantity, k);
      if (Number.isNaN(value)) continue;
      if (!(value >= all.min)) all.min = value;
      if (!(value <= all.max)) all.max = value;
      if (value > 0 && !(value >= all.positive)) all.positive = value;
    }
  return all;
}
