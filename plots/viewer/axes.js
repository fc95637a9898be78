// The box around a surface: frame and grid behind it, ticks and labels in front. Both are drawn flat,
// in the theme's ink, before and after the surface.

class Axes {
  // project(x, y, z): pixels [x, y] of a point of the world; style: ink, muted, hairline, font size.
  constructor(context, plane, project, camera, style) {
    Object.assign(this, { context, plane, project, style });
    this.taken = []; // boxes of what is written: {x, y, width, height}, x and y the middle
    // The corner of the floor farthest from the viewer. Seen from above the viewer's "up" tells it.
    const ahead = camera.getWorldDirection(new THREE.Vector3());
    this.steep = ahead.z < -0.985;
    const { x, y } = this.steep ? camera.up : ahead;
    this.farX = x < 0 ? -1 : 1;
    this.farY = y < 0 ? -1 : 1;
  }

  path(points) {
    const { context } = this;
    context.beginPath();
    for (const [x, y, z] of points) context.lineTo(...this.project(x, y, z));
    context.stroke();
  }

  // Floor and the two walls behind, with a line at every tick.
  back(ticks) {
    const {
      context,
      plane: { sx, sy },
      farX,
      farY,
      style,
    } = this;
    context.lineWidth = style.unit;
    context.strokeStyle = style.hairline;
    for (const { unit } of this.steep ? [] : ticks.height)
      this.path([
        [-farX * sx, farY * sy, tall * unit],
        [farX * sx, farY * sy, tall * unit],
        [farX * sx, -farY * sy, tall * unit],
      ]);
    for (const { at } of ticks.a)
      this.path([
        [at, -farY * sy, 0],
        [at, farY * sy, 0],
      ]);
    for (const { at } of ticks.b)
      this.path([
        [-farX * sx, at, 0],
        [farX * sx, at, 0],
      ]);
    context.strokeStyle = style.muted;
    this.path([
      [-sx, -sy, 0],
      [sx, -sy, 0],
      [sx, sy, 0],
      [-sx, sy, 0],
      [-sx, -sy, 0],
    ]);
  }

  // Text beside a point of the floor's edge, away from the middle.
  beside(text, [x, y, z], away, distance, bold) {
    const { context, style } = this;
    const [px, py] = this.project(x, y, z),
      [qx, qy] = this.project(x + away[0], y + away[1], z + (away[2] || 0));
    const length = Math.hypot(qx - px, qy - py) || 1,
      ux = (qx - px) / length,
      uy = (qy - py) / length;
    context.font = `${bold ? 'italic ' : ''}${style.size}px ${style.font}`;
    const width = context.measureText(text).width;
    // The nearest point of the text's box lies at this distance.
    const reach = distance + Math.abs(ux) * 0.5 * width + Math.abs(uy) * 0.5 * style.size;
    context.fillText(text, px + ux * reach, py + uy * reach);
    this.taken.push({ x: px + ux * reach, y: py + uy * reach, width, height: style.size });
  }

  front(ticks, names) {
    const {
        context,
        plane: { sx, sy },
        farX,
        farY,
        style,
      } = this,
      em = style.size;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = style.muted;
    // From above, what rises to the top of the box reaches farther out than its floor.
    const edgeA = -farY * sy,
      edgeB = -farX * sx,
      z = this.steep ? tall : 0;
    // The lowest tick of the vertical axis needs the room at its corner.
    const left = this.leftmost(),
      low = !this.steep && ticks.height.some(({ unit }) => unit < 0.08);
    const free = (x, y) => !low || Math.hypot(x - left[0], y - left[1]) > 0.1;
    for (const { at, text } of ticks.a)
      if (free(at, edgeA)) this.beside(text, [at, edgeA, z], [0, -farY * 0.05], 0.5 * em);
    for (const { at, text } of ticks.b)
      if (free(edgeB, at)) this.beside(text, [edgeB, at, z], [-farX * 0.05, 0], 0.5 * em);
    context.fillStyle = style.ink;
    this.beside(names.a, [0, edgeA, z], [0, -farY * 0.05], 2.2 * em, true);
    this.beside(names.b, [edgeB, 0, z], [-farX * 0.05, 0], 2.2 * em, true);
    if (!this.steep) this.upright(ticks.height, names.height);
  }

  // The leftmost corner of the floor, where the vertical axis stands.
  leftmost() {
    const {
        plane: { sx, sy },
      } = this,
      corners = [
        [-sx, -sy],
        [sx, -sy],
        [sx, sy],
        [-sx, sy],
      ];
    return corners.reduce((best, corner) =>
      this.project(...corner, 0)[0] < this.project(...best, 0)[0] ? corner : best,
    );
  }

  upright(ticks, name) {
    const { context, style } = this,
      left = this.leftmost();
    context.strokeStyle = style.muted;
    context.lineWidth = style.unit;
    this.path([
      [...left, 0],
      [...left, tall],
    ]);
    context.textAlign = 'right';
    context.fillStyle = style.muted;
    context.font = `${style.size}px ${style.font}`;
    for (const { unit, text } of ticks) {
      const [x, y] = this.project(...left, tall * unit);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x - 0.35 * style.size, y);
      context.stroke();
      context.fillText(text, x - 0.65 * style.size, y);
      const { width } = context.measureText(text);
      this.taken.push({ x: x - 0.65 * style.size - width / 2, y, width, height: style.size });
    }
    const [x, y] = this.project(...left, tall);
    context.fillStyle = style.ink;
    context.textAlign = 'center';
    context.font = `italic ${style.size}px ${style.font}`;
    context.fillText(name, Math.max(x, context.measureText(name).width / 2 + 4), y - 1.4 * style.size);
  }
}

// Ticks of the plane's axes: [{at: coordinate in the world, text}].
function planeTicks(plane) {
  const make = (range, to) =>
    linearTicks(range[0], range[1], 5).map((value) => ({ at: to(value), text: format(value) }));
  return { a: make(plane.x, (a) => plane.toX(a)), b: make(plane.y, (b) => plane.toY(b)) };
}

function heightTicks(scale) {
  return scale.ticks(5).map((value) => ({ unit: scale.unit(value), text: format(value) }));
}
