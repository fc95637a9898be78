// The way of a training: a line through its checkpoints, each of them a dot.

// Points [[a, b], ...] along a way of checkpoints, about `most` of them, as many to equal lengths.
function walk(way, most) {
  const length = (i) => Math.hypot(way[i][0] - way[i - 1][0], way[i][1] - way[i - 1][1]);
  let whole = 0;
  for (let i = 1; i < way.length; i++) whole += length(i);
  const points = way.slice(0, 1);
  for (let i = 1; i < way.length; i++) {
    const steps = Math.max(Math.ceil((most * length(i)) / whole), 1),
      [[a, b], [a2, b2]] = [way[i - 1], way[i]];
    for (let step = 1; step <= steps; step++)
      points.push([a + ((a2 - a) * step) / steps, b + ((b2 - b) * step) / steps]);
  }
  return points;
}

// Draws spots {x, y, seen} in pixels, null where there is nothing to draw: a line along them, dotted
// where something hides it, and dots at the checkpoints, which are spots too.
function drawTrail(context, line, checkpoints, style) {
  const { unit, ink, paper } = style;
  context.save();
  context.lineCap = context.lineJoin = 'round';
  // Pieces that are seen as a whole or hidden as a whole, each as far as the first spot of the next.
  for (let first = 0; first < line.length - 1;) {
    let last = first;
    while (line[last] && line[last + 1] && (last === first || line[last].seen === line[first].seen)) last++;
    context.setLineDash(line[first]?.seen ? [] : [0.01, 4 * unit]);
    if (last > first)
      strokeOnAnything(context, style, 1.6, () => {
        for (const { x, y } of line.slice(first, last + 1)) context.lineTo(x, y);
      });
    first = Math.max(last, first + 1);
  }
  context.setLineDash([]);
  for (const spot of checkpoints) {
    if (!spot) continue;
    context.beginPath();
    context.arc(spot.x, spot.y, 2 * unit, 0, 2 * Math.PI);
    context.strokeStyle = spot.seen ? paper : ink;
    context.lineWidth = 1.4 * unit;
    context.stroke();
    context.fillStyle = spot.seen ? ink : paper;
    context.fill();
  }
  context.restore();
}
