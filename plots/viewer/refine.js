// A finer grid between the samples, so that surfaces are smooth: the patches of the program's own
// pictures, which src/render/interpolate.c describes.

// The finest side of a refined grid, in points.
const finest = 256;

// The slope at sample i of the coordinates `at`, from its value and its neighbours'; 0 if both are missing.
function slope(at, i, before, here, after) {
  const back = at[i] - at[i - 1],
    forth = at[i + 1] - at[i]; // NaN at the ends
  const left = (here - before) / back,
    right = (after - here) / forth;
  if (Number.isNaN(left) || Number.isNaN(right)) return (Number.isNaN(left) ? right : left) || 0;
  return (left * forth + right * back) / (back + forth);
}

// Values f[ny][nx] of a grid's samples, NaN where there is none, with slopes fx, fy and twist fxy.
class Patches {
  constructor(grid, f) {
    const { nx, x, y } = grid;
    const row = (k) => Math.floor(k / nx);
    this.grid = grid;
    this.f = f;
    this.fx = f.map((here, k) => slope(x, k % nx, f[k - 1], here, f[k + 1]));
    this.fy = f.map((here, k) => slope(y, row(k), f[k - nx], here, f[k + nx]));
    const known = this.fx.map((value, k) => (Number.isNaN(f[k]) ? NaN : value));
    this.fxy = known.map((here, k) => slope(y, row(k), known[k - nx], here, known[k + nx]));
    f.forEach((_, k) => this.limit(k));
  }

  // Scales the slopes of sample k so that the control points around it stay in its neighbours' range.
  limit(k) {
    const { f, fx, fy, fxy } = this,
      { nx, ny, x, y } = this.grid;
    const i = k % nx,
      j = Math.floor(k / nx);
    let low = f[k],
      high = f[k],
      fall = 0,
      rise = 0;
    for (let q = Math.max(j - 1, 0); q <= j + 1 && q < ny; q++)
      for (let p = Math.max(i - 1, 0); p <= i + 1 && p < nx; p++) {
        const value = f[q * nx + p]; // NaN is neither lower nor higher
        if (value < low) low = value;
        if (value > high) high = value;
      }
    // A third of the way to each neighbour.
    const thirds = (at, n) => [n ? (at[n - 1] - at[n]) / 3 : 0, 0, n + 1 < at.length ? (at[n + 1] - at[n]) / 3 : 0];
    for (const v of thirds(y, j))
      for (const u of thirds(x, i)) {
        const control = u * fx[k] + v * fy[k] + u * v * fxy[k];
        fall = Math.max(fall, -control);
        rise = Math.max(rise, control);
      }
    let factor = fall > f[k] - low ? (f[k] - low) / fall : 1;
    if (rise > high - f[k]) factor = Math.min(factor, (high - f[k]) / rise);
    for (const slopes of [fx, fy, fxy]) slopes[k] *= factor;
  }

  // The value at parts u and v (0 to 1) of the cell whose first corner is sample k. A sample's own line
  // takes nothing from what lies beyond it.
  at(k, u, v) {
    const { f, fx, fy, fxy } = this,
      { nx, x, y } = this.grid;
    const i = k % nx,
      j = Math.floor(k / nx);
    const across = weigh(u, x[i + 1] - x[i]),
      up = weigh(v, y[j + 1] - y[j]);
    let sum = 0;
    for (let q = 0; q < (v > 0 ? 2 : 1); q++)
      for (let p = 0; p < (u > 0 ? 2 : 1); p++) {
        const n = k + q * nx + p;
        sum +=
          up.value[q] * (across.value[p] * f[n] + across.slope[p] * fx[n]) +
          up.slope[q] * (across.value[p] * fy[n] + across.slope[p] * fxy[n]);
      }
    return sum;
  }
}

// Weights of value and slope at both ends of an interval, part t of its way.
function weigh(t, step) {
  const s = 1 - t;
  if (t === 0) return { value: [1], slope: [0] };
  return {
    value: [s * s * (1 + 2 * t), t * t * (3 - 2 * t)],
    slope: [step * s * s * t, -step * t * t * s],
  };
}

function refineAxis(at, parts) {
  return Float64Array.from({ length: (at.length - 1) * parts + 1 }, (_, f) => {
    const i = Math.min(Math.floor(f / parts), at.length - 2),
      t = f / parts - i;
    return at[i] + (at[i + 1] - at[i]) * t;
  });
}

// A grid cut finer, and its values there. They are interpolated as asinh, in which a peak of 1e9
// leaves its neighbours alone.
class Refinement {
  constructor(grid) {
    this.grid = grid;
    this.parts = Math.min(Math.max(Math.floor((finest - 1) / (Math.max(grid.nx, grid.ny) - 1)), 1), 16);
    this.x = refineAxis(grid.x, this.parts); // [nx]
    this.y = refineAxis(grid.y, this.parts); // [ny]
    this.nx = this.x.length;
    this.ny = this.y.length;
    this.refined = {};
  }

  // A quantity's values, [ny][nx], NaN where there is none.
  values(quantity) {
    return (this.refined[quantity] ??= this.refine(quantity));
  }

  refine(quantity) {
    const { grid, parts, nx, ny } = this;
    const patches = new Patches(
      grid,
      grid.loss.map((_, k) => Math.asinh(grid.value(quantity, k))),
    );
    const fine = new Float64Array(ny * nx);
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        const k = Math.floor(j / parts) * grid.nx + Math.floor(i / parts);
        fine[j * nx + i] = Math.sinh(patches.at(k, (i % parts) / parts, (j % parts) / parts));
      }
    return fine;
  }

  // Heights 0 to 1 of a quantity on a scale, [ny][nx].
  units(quantity, scale) {
    return Float32Array.from(this.values(quantity), (value) => scale.unit(value));
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
