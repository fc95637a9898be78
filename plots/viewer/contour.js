// Contour lines by marching squares: pieces of lines, which is all it takes to draw them.

// Which edges (0 bottom, 1 right, 2 top, 3 left) a line joins, by the set of high corners (bit 0
// bottom left, counter-clockwise). The saddles 5 and 10 are cut so that low ground joins.
const joins = [
  [],
  [3, 0],
  [0, 1],
  [3, 1],
  [1, 2],
  [3, 0, 1, 2],
  [0, 2],
  [3, 2],
  [2, 3],
  [2, 0],
  [0, 1, 2, 3],
  [2, 1],
  [1, 3],
  [1, 0],
  [0, 3],
  [],
];

// Calls draw(x1, y1, x2, y2) for each piece, in columns and rows of z[ny][nx].
function traceContours(z, nx, ny, levels, draw) {
  if (!levels.length) return;
  const edge = new Float64Array(8);
  for (let j = 0; j + 1 < ny; j++)
    for (let i = 0; i + 1 < nx; i++) {
      const k = j * nx + i;
      const corner = [z[k], z[k + 1], z[k + nx + 1], z[k + nx]];
      const low = Math.min(...corner),
        high = Math.max(...corner); // NaN if one is
      for (let l = interval(levels, low); l < levels.length && levels[l] <= high; l++)
        if (levels[l] > low) crossCell(corner, levels[l], edge, i, j, draw);
    }
}

function crossCell(corner, level, edge, i, j, draw) {
  const [a, b, c, d] = corner,
    part = (from, to) => (level - from) / (to - from);
  let high = (a >= level) | ((b >= level) << 1) | ((c >= level) << 2) | ((d >= level) << 3);
  // A high centre joins the high ground instead.
  if ((high === 5 || high === 10) && (a + b + c + d) / 4 >= level) high = 15 - high;
  edge.set([i + part(a, b), j, i + 1, j + part(b, c), i + part(d, c), j + 1, i, j + part(a, d)]);
  const join = joins[high];
  for (let s = 0; s < join.length; s += 2)
    draw(edge[2 * join[s]], edge[2 * join[s] + 1], edge[2 * join[s + 1]], edge[2 * join[s + 1] + 1]);
}
