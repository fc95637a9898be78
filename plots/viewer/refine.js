// A finer grid between the samples, so that surfaces are smooth: monotone cubic interpolation along
// a, then b (Fritsch and Butland 1984), which invents no valleys. The program's own pictures have
// other slopes, those of src/render/interpolate.c, between the same samples.

// The finest side of a refined grid, in points.
const finest = 256;

// The slope at sample i of z over the rising coordinates at: the weighted harmonic mean of the slopes
// on its two sides, zero at an extremum, one-sided beside a missing sample.
function slope(at, z, i) {
  const before = at[i] - at[i - 1],
    after = at[i + 1] - at[i]; // NaN at the ends
  const left = (z[i] - z[i - 1]) / before,
    right = (z[i + 1] - z[i]) / after;
  if (Number.isNaN(left) || Number.isNaN(right)) return (Number.isNaN(left) ? right : left) || 0;
  const w = 2 * after + before,
    v = after + 2 * before;
  return left * right > 0 ? (w + v) / (w / left + v / right) : 0;
}

// Fills fine[(n - 1) * parts + 1] from z[n] over at[n]; NaN between samples of which one is missing.
function refineLine(at, z, parts, fine) {
  const last = z.length - 1;
  let before = slope(at, z, 0);
  for (let i = 0; i < last; i++) {
    const after = slope(at, z, i + 1),
      step = at[i + 1] - at[i];
    fine[i * parts] = z[i];
    for (let p = 1; p < parts; p++) {
      const t = p / parts,
        s = t - 1;
      fine[i * parts + p] =
        (1 + 2 * t) * s * s * z[i] +
        t * s * s * step * before +
        t * t * (3 - 2 * t) * z[i + 1] +
        t * t * s * step * after;
    }
    before = after;
  }
  fine[last * parts] = z[last];
}

function refineAxis(at, parts) {
  return Float64Array.from({ length: (at.length - 1) * parts + 1 }, (_, f) => {
    const i = Math.min(Math.floor(f / parts), at.length - 2),
      t = f / parts - i;
    return at[i] + (at[i + 1] - at[i]) * t;
  });
}

// A grid cut finer, and its values there. Loss and accuracy are interpolated as asinh, in which a
// peak of 1e9 leaves its neighbours alone.
class Refinement {
  constructor(grid) {
    this.grid = grid;
    this.parts = Math.min(Math.max(Math.floor((finest - 1) / (Math.max(grid.nx, grid.ny) - 1)), 1), 16);
    this.x = refineAxis(grid.x, this.parts); // [nx]
    this.y = refineAxis(grid.y, this.parts); // [ny]
    this.nx = this.x.length;
    this.ny = this.y.length;
    this.loss = this.refine('loss'); // [ny][nx], NaN where there is none
    this.accuracy = this.refine('accuracy');
  }

  refine(quantity) {
    const { grid, parts, nx, ny } = this;
    const values = grid[quantity].map((_, k) => Math.asinh(grid.value(quantity, k)));
    const rows = new Float64Array(grid.ny * nx),
      fine = new Float64Array(ny * nx);
    const column = new Float64Array(grid.ny),
      tall = new Float64Array(ny);
    for (let j = 0; j < grid.ny; j++)
      refineLine(
        grid.x,
        values.subarray(j * grid.nx, (j + 1) * grid.nx),
        parts,
        rows.subarray(j * nx, (j + 1) * nx),
      );
    for (let i = 0; i < nx; i++) {
      for (let j = 0; j < grid.ny; j++) column[j] = rows[j * nx + i];
      refineLine(grid.y, column, parts, tall);
      for (let j = 0; j < ny; j++) fine[j * nx + i] = Math.sinh(tall[j]);
    }
    return fine;
  }

  // Heights 0 to 1 of a quantity on a scale, [ny][nx].
  units(quantity, scale) {
    return Float32Array.from(this[quantity], (value) => scale.unit(value));
  }

  // z[ny][nx] at (a, b), linear between its points; NaN outside and in holes.
  sample(z, a, b) {
    const { x, y, nx, ny } = this;
    if (!(a >= x[0] && a <= x[nx - 1] && b >= y[0] && b <= y[ny - 1])) return NaN;
    const i = interval(x, a),
      j = interval(y, b);
    return bilinear(z, nx, ny, i + (a - x[i]) / (x[i + 1] - x[i]), j + (b - y[j]) / (y[j + 1] - y[j]));
  }
}

// z[ny][nx] at column u and row v, linear between its points.
function bilinear(z, nx, ny, u, v) {
  const i = Math.min(Math.floor(u), nx - 2),
    j = Math.min(Math.floor(v), ny - 2),
    k = j * nx + i;
  const s = u - i,
    t = v - j;
  return (1 - t) * ((1 - s) * z[k] + s * z[k + 1]) + t * ((1 - s) * z[k + nx] + s * z[k + nx + 1]);
}
