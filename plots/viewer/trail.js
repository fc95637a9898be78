// The trail of a training: lines through its checkpoints, each of them a dot.

// Points along lines [{a, b, stop}, ...], about `most` in all between those there are, as many to equal
// lengths.
function walk(lines, most) {
  const length = (line, i) => Math.hypot(line[i].a - line[i - 1].a, line[i].b - line[i - 1].b);
  let whole = 0;
  for (const line of lines) for (let i = 1; i < line.length; i++) whole += length(line, i);
  return lines.map((line) =>
    line.flatMap((point, i) => {
      if (i === 0) return [point];
      const steps = Math.max(Math.ceil(most * (length(line, i) / whole)), 1) || 1,
        from = line[i - 1];
      return Array.from({ length: steps }, (_, step) => {
        const part = (step + 1) / steps;
        if (part === 1) return point;
        return { a: from.a + part * (point.a - from.a), b: from.b + part * (point.b - from.b) };
      });
    }),
  );
}

// Draws lines of spots {x, y, seen, stop} in pixels, null where there is nothing to draw: dotted where
// something hides them, with dots where they stop.
function drawTrail(context, lines, style) {
  const { unit, ink, paper } = style;
  context.save();
  context.lineCap = context.lineJoin = 'round';
  for (const line of lines) {
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
  }
  context.setLineDash([]);
  for (const spot of lines.flat()) {
    if (!spot?.stop) continue;
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
