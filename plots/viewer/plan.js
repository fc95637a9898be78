// A surface seen from above: colours, contour lines, axes, and the marker.

class Plan {
  constructor(canvas, field, plane) {
    Object.assign(this, { canvas, field, plane });
    this.context = canvas.getContext('2d');
    this.still = document.createElement('canvas'); // all but the marker
  }

  // See Panel.shape. Forgets the picture, so that the next draw() makes it anew.
  shape(shape) {
    this.picture = shape;
    this.key = null;
  }

  // The axes' rectangle in pixels: equal units, the whole plane of all surfaces.
  layOut(style) {
    const { width, height } = this.canvas,
      { plane } = this,
      em = style.size;
    const left = 3.4 * em,
      right = 0.9 * em,
      top = 0.6 * em,
      bottom = 2.9 * em;
    const scale = Math.min((width - left - right) / plane.sx, (height - top - bottom) / plane.sy) / 2;
    const w = 2 * plane.sx * scale,
      h = 2 * plane.sy * scale;
    const x = Math.round(left + (width - left - right - w) / 2),
      y = Math.round(top + (height - top - bottom - h) / 2);
    this.box = { x, y, width: Math.round(w), height: Math.round(h), scale };
  }

  toPixel(a, b) {
    const { box, plane } = this;
    return [box.x + (plane.toX(a) + plane.sx) * box.scale, box.y + (plane.sy - plane.toY(b)) * box.scale];
  }

  toPlane(px, py) {
    const { box, plane } = this;
    return {
      a: plane.toA((px - box.x) / box.scale - plane.sx),
      b: plane.toB(plane.sy - (py - box.y) / box.scale),
    };
  }

  // As View.draw; look: {colours, ticks, names, theme, fine}.
  draw(settings, look, marker) {
    const { canvas, context, still } = this,
      style = canvasStyle(canvas, fitCanvas(canvas, look.fine));
    const { width, height } = canvas;
    const key = [width, height, settings.contours, settings.wire, settings.map, look.theme].join();
    if (key !== this.key) {
      this.key = key;
      still.width = width;
      still.height = height;
      this.layOut(style);
      this.drawStill(still.getContext('2d'), settings, look, style);
    }
    context.clearRect(0, 0, width, height);
    context.drawImage(still, 0, 0);
    this.drawMarker(marker, style);
  }

  drawStill(context, settings, { colours, ticks, names }, style) {
    this.taken = []; // boxes of labels: {x, y, width, height}, x and y the middle
    this.drawColours(context, colours, style);
    if (settings.wire) this.drawWire(context, style);
    if (settings.contours) this.drawContours(context, style);
    this.drawAxes(context, ticks, names, style);
    const { networks, trail } = this.field.grid;
    const spot = ({ a, b, stop }) => {
      const [x, y] = this.toPixel(a, b);
      return { x, y, stop, seen: true };
    };
    drawTrail(context, trail.map((line) => line.map(spot)), style);
    this.marks = networks.map(({ a, b }) => this.toPixel(a, b));
    drawNetworks(context, networks, this.marks, this.taken, style);
  }

  // The network whose mark is at a pixel.
  networkAt(px, py, reach) {
    return networkAt(this.field.grid.networks, this.marks, px, py, reach);
  }

  drawColours(context, colours, style) {
    const {
        box,
        field,
        picture: { heights, tones },
      } = this,
      { grid, nx, ny } = field;
    const [x, y] = this.toPixel(grid.x[0], grid.y[grid.ny - 1]).map(Math.round);
    const [x2, y2] = this.toPixel(grid.x[grid.nx - 1], grid.y[0]).map(Math.round);
    const width = Math.max(x2 - x, 1),
      height = Math.max(y2 - y, 1);
    const layer = document.createElement('canvas');
    layer.width = width;
    layer.height = height;
    const image = context.createImageData(width, height);
    const columns = positions(width, (i) => this.toPlane(x + i + 0.5, box.y).a, field.x);
    const rows = positions(height, (j) => this.toPlane(box.x, y + j + 0.5).b, field.y);
    for (let j = 0, k = 0; j < height; j++)
      for (let i = 0; i < width; i++, k += 4)
        if (!Number.isNaN(bilinear(heights, nx, ny, columns[i], rows[j])))
          image.data.set(colourOf(bilinear(tones, nx, ny, columns[i], rows[j]), colours), k);
    layer.getContext('2d').putImageData(image, 0, 0);
    context.fillStyle = style.hole;
    context.fillRect(x, y, width, height);
    context.drawImage(layer, x, y);
    this.drawLonely(context, colours, style);
  }

  // Samples that are part of no cell, as dots.
  drawLonely(context, colours, style) {
    for (const { a, b, tone } of this.picture.lonely) {
      context.fillStyle = `rgb(${colourOf(tone, colours).slice(0, 3).join()})`;
      context.beginPath();
      context.arc(...this.toPixel(a, b), 0.2 * style.size, 0, 2 * Math.PI);
      context.fill();
    }
  }

  drawWire(context, style) {
    const { grid } = this.field;
    context.strokeStyle = 'rgba(0, 0, 0, 0.25)';
    context.lineWidth = 0.75 * style.unit;
    context.beginPath();
    for (const a of grid.x) this.stroke(context, [a, grid.y[0]], [a, grid.y[grid.ny - 1]]);
    for (const b of grid.y) this.stroke(context, [grid.x[0], b], [grid.x[grid.nx - 1], b]);
    context.stroke();
  }

  stroke(context, from, to) {
    context.moveTo(...this.toPixel(...from));
    context.lineTo(...this.toPixel(...to));
  }

  drawContours(context, style) {
    const {
      field,
      picture: { heights, levels },
    } = this;
    const along = (at, u) => {
      const i = Math.min(Math.floor(u), at.length - 2);
      return at[i] + (at[i + 1] - at[i]) * (u - i);
    };
    context.strokeStyle = 'rgba(0, 0, 0, 0.6)';
    context.lineWidth = style.unit;
    context.beginPath();
    traceContours(heights, field.nx, field.ny, levels, (u, v, u2, v2) =>
      this.stroke(
        context,
        [along(field.x, u), along(field.y, v)],
        [along(field.x, u2), along(field.y, v2)],
      ),
    );
    context.stroke();
    this.drawLabels(context, style);
  }

  // The values of levels, where they cross the way from the lowest point to the farthest corner.
  drawLabels(context, { size, font }) {
    const {
        field,
        picture: { heights, levels, lowest, levelText },
      } = this,
      { grid } = field;
    const [x, y] = this.toPixel(lowest.a, lowest.b),
      right = grid.x[grid.nx - 1],
      top = grid.y[grid.ny - 1];
    const a = right - lowest.a > lowest.a - grid.x[0] ? right : grid.x[0];
    const b = top - lowest.b > lowest.b - grid.y[0] ? top : grid.y[0];
    const [u, v] = this.toPixel(a, b),
      length = Math.hypot(u - x, v - y);
    context.font = `${0.9 * size}px ${font}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    const told = new Set();
    for (let way = 1, free = 1.6 * size, before = NaN; way < length - 1.2 * size; way++) {
      const at = [x + ((u - x) * way) / length, y + ((v - y) * way) / length],
        place = this.toPlane(...at);
      const now = field.sample(heights, place.a, place.b);
      const level = levels.findIndex((height) => (before - height) * (now - height) <= 0);
      before = now;
      if (level < 0 || told.has(level) || way < free) continue;
      told.add(level);
      free = way + 2.2 * size;
      context.strokeStyle = 'rgba(255, 255, 255, 0.8)';
      context.lineWidth = 0.3 * size;
      context.strokeText(levelText[level], ...at);
      context.fillStyle = '#1b1d21';
      context.fillText(levelText[level], ...at);
      const { width } = context.measureText(levelText[level]);
      this.taken.push({ x: at[0], y: at[1], width: width + 0.3 * size, height: size });
    }
  }

  drawAxes(context, ticks, names, style) {
    const { box, plane } = this,
      em = style.size,
      bottom = box.y + box.height;
    context.strokeStyle = style.muted;
    context.lineWidth = style.unit;
    context.strokeRect(box.x, box.y, box.width, box.height);
    context.fillStyle = style.muted;
    context.font = `${em}px ${style.font}`;
    context.textBaseline = 'top';
    context.textAlign = 'center';
    for (const { at, text } of ticks.a)
      context.fillText(text, box.x + (at + plane.sx) * box.scale, bottom + 0.35 * em);
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (const { at, text } of ticks.b)
      context.fillText(text, box.x - 0.4 * em, box.y + (plane.sy - at) * box.scale);
    context.fillStyle = style.ink;
    context.font = `italic ${em}px ${style.font}`;
    context.textAlign = 'center';
    context.fillText(names.a, box.x + box.width / 2, bottom + 2.1 * em);
    context.fillText(names.b, box.x - 2.9 * em, box.y + box.height / 2);
  }

  drawMarker({ a, b }, { accent, paper, unit }) {
    const { context } = this,
      [x, y] = this.toPixel(a, b);
    for (const [colour, width] of [
      [paper, 4],
      [accent, 2],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = width * unit;
      context.beginPath();
      context.arc(x, y, 5.5 * unit, 0, 2 * Math.PI);
      for (const [u, v] of [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ]) {
        context.moveTo(x + 5.5 * u * unit, y + 5.5 * v * unit);
        context.lineTo(x + 10 * u * unit, y + 10 * v * unit);
      }
      context.stroke();
    }
  }
}

// Red, green, blue and opacity of a tone 0 to 1 in a map [256][4]; grey if there is none.
function colourOf(tone, colours) {
  if (Number.isNaN(tone)) return [153, 153, 153, 255];
  const at = 4 * Math.round(255 * tone);
  return colours.subarray(at, at + 4);
}

// Positions, in points of the rising axis `at`, of the coordinates coordinate(0), ... (count - 1).
function positions(count, coordinate, at) {
  return Float64Array.from({ length: count }, (_, p) => {
    const value = clamp(coordinate(p), [at[0], at[at.length - 1]]),
      i = interval(at, value);
    return i + (value - at[i]) / (at[i + 1] - at[i]);
  });
}
