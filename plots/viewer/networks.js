// The networks that span a plane: where their names go, and how they are drawn.

// How far two intervals overlap.
const shareOf = (a, b, c, d) => Math.max(Math.min(b, d) - Math.max(a, c), 0);

// The area in which two boxes {x, y, width, height}, x and y their middles, overlap.
function sharedArea(p, q) {
  return (
    shareOf(p.x - p.width / 2, p.x + p.width / 2, q.x - q.width / 2, q.x + q.width / 2) *
    shareOf(p.y - p.height / 2, p.y + p.height / 2, q.y - q.height / 2, q.y + q.height / 2)
  );
}

// Beside or above a mark, and in a crowd one or more lines higher or lower.
const nameSides = [
  [0, 1],
  [1, 0],
  [-1, 0],
  [0, -1],
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
  [1, 2],
  [1, -2],
  [-1, 2],
  [-1, -2],
];

// Boxes for names `widths` (pixels) of marks [[x, y], ...], in a picture of width x height, where they
// are least in the way of one another, of marks and of the boxes `taken`. As src/render/marks.c.
function placeNames(marks, widths, taken, { width, height }, em) {
  const picture = { x: width / 2, y: height / 2, width, height };
  const heads = marks.map(([x, y]) => ({ x, y, width: 0.9 * em, height: 0.9 * em }));
  const placed = [];
  marks.forEach(([x, y], m) => {
    const flip = x <= width / 2 ? 1 : -1,
      half = widths[m] / 2;
    let best = null,
      least = Infinity;
    for (const [side, up] of nameSides) {
      const box = { width: widths[m], height: 1.1 * em };
      box.x = side ? x + flip * side * (half + 0.7 * em) : clamp(x, [half, width - half]);
      box.y = clamp(y - up * 1.15 * em, [0.8 * em, height - 0.8 * em]);
      const area =
        box.width * box.height -
        sharedArea(box, picture) +
        [...heads, ...placed, ...taken].reduce((sum, other) => sum + sharedArea(box, other), 0);
      if (area < least - 1e-6) [best, least] = [box, area];
    }
    placed.push(best);
  });
  return placed;
}

// A name, shortened if it is wider than `most` pixels.
function fitName(context, name, most) {
  const letters = [...name];
  while (letters.length > 1 && context.measureText(letters.join('')).width > most)
    letters.splice(letters.at(-1) === '…' ? -2 : -1, 2, '…');
  return letters.join('');
}

// Strokes what trace() lays out, first wider in the paper's colour, to be seen on anything.
function strokeOnAnything(context, { ink, paper, unit }, width, trace) {
  for (const [colour, wide] of [
    [paper, width + 2.4],
    [ink, width],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = wide * unit;
    context.beginPath();
    trace();
    context.stroke();
  }
}

// Draws diamonds at marks [[x, y], ...] of a canvas, and the networks' names.
function drawNetworks(context, networks, marks, taken, style) {
  const { ink, paper, size, unit, font } = style,
    { canvas } = context;
  context.save();
  context.font = `${size}px ${font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = context.lineCap = 'round';
  const names = networks.map(({ name }) => fitName(context, name, 0.45 * canvas.width));
  const widths = names.map((name) => context.measureText(name).width + 0.3 * size);
  const boxes = placeNames(marks, widths, taken, canvas, size);
  marks.forEach(([x, y], i) => {
    const { x: u, y: v, width, height } = boxes[i];
    if (Math.abs(v - y) < 1.5 * size) return;
    strokeOnAnything(context, style, 0.9, () => {
      context.moveTo(x, y);
      context.lineTo(clamp(x, [u - width / 2, u + width / 2]), v + (Math.sign(y - v) * height) / 2);
    });
  });
  marks.forEach(([x, y]) => {
    const half = 5 * unit;
    context.beginPath();
    for (const [u, v] of [
      [0, -half],
      [half, 0],
      [0, half],
      [-half, 0],
    ])
      context.lineTo(x + u, y + v);
    context.closePath();
    context.strokeStyle = paper;
    context.lineWidth = 2.6 * unit;
    context.stroke();
    context.fillStyle = ink;
    context.fill();
  });
  boxes.forEach(({ x, y }, i) => {
    context.strokeStyle = paper;
    context.lineWidth = 0.28 * size;
    context.strokeText(names[i], x, y);
    context.fillStyle = ink;
    context.fillText(names[i], x, y);
  });
  context.restore();
}

// The network whose mark is nearest to a pixel and not too far to be meant; undefined if there is none.
function networkAt(networks, marks, px, py, reach) {
  const far = marks.map(([x, y]) => Math.hypot(x - px, y - py)),
    nearest = far.indexOf(Math.min(...far));
  return far[nearest] <= reach ? networks[nearest] : undefined;
}
