// A surface in three dimensions on a canvas of its own.

// The WebGL context that all views share: each draws in turn and copies the picture.
class Painter {
  // Throws if there is no WebGL.
  constructor(renew) {
    this.canvas = document.createElement('canvas');
    this.renderer = new THREE.WebGLRenderer({ canvas: this.canvas, alpha: true, antialias: true });
    this.renderer.setClearColor(0, 0);
    this.canvas.addEventListener('webglcontextrestored', renew);
    this.map = new THREE.DataTexture(new Uint8Array(4 * 256), 256, 1, THREE.RGBAFormat);
    this.map.minFilter = this.map.magFilter = THREE.LinearFilter;
  }

  setMap(colours) {
    this.map.image.data.set(colours);
    this.map.needsUpdate = true;
  }

  paint(relief, camera, width, height, context) {
    const { renderer, canvas } = this;
    if (canvas.width < width || canvas.height < height)
      renderer.setSize(Math.max(width, canvas.width), Math.max(height, canvas.height), false);
    renderer.setViewport(0, 0, width, height);
    renderer.setScissor(0, 0, width, height);
    renderer.setScissorTest(true);
    renderer.render(relief.scene, camera);
    context.drawImage(canvas, 0, canvas.height - height, width, height, 0, 0, width, height);
  }
}

// The colours of a canvas's text and lines, from the style sheet, and sizes in its own pixels: of
// text, and the unit of all else, a pixel where text is small.
function canvasStyle(canvas, ratio) {
  const style = getComputedStyle(canvas),
    colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour('ink'),
    muted: colour('muted'),
    hairline: colour('hairline'),
    paper: colour('paper'),
    hole: colour('hole'),
    accent: colour('accent'),
    font: style.fontFamily,
    size: Math.round(parseFloat(style.fontSize) * ratio),
    unit: Math.max((parseFloat(style.fontSize) * ratio) / 13, 1),
  };
}

// Sizes the canvas's pixels to its place on the page, `fine` of them to a CSS pixel, or fewer if that
// were too many. Returns how many.
function fitCanvas(canvas, fine) {
  const width = canvas.clientWidth,
    height = canvas.clientHeight;
  const ratio = Math.min(fine, 4096 / Math.max(width, height, 1));
  const [w, h] = [Math.max(Math.round(width * ratio), 1), Math.max(Math.round(height * ratio), 1)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  return ratio;
}

const pinLength = 0.2 * tall;

class View {
  constructor(canvas, field, plane, painter, camera) {
    Object.assign(this, { canvas, field, plane, painter, camera });
    this.context = canvas.getContext('2d');
    this.still = document.createElement('canvas'); // all but the marker
    this.relief = new Relief(field, plane, painter.map);
  }

  // See Panel.shape.
  shape(shape) {
    this.key = null;
    this.heights = shape.heights;
    this.lonely = shape.lonely;
    this.relief.shape(shape);
  }

  project(x, y, z) {
    const { width, height } = this.canvas;
    const at = new THREE.Vector3(x, y, z).project(this.camera.three);
    return [((at.x + 1) / 2) * width, ((1 - at.y) / 2) * height];
  }

  // Where the camera stands when it looks at this picture.
  aim() {
    this.camera.place(this.canvas.width, this.canvas.height, this.margin);
  }

  // settings: contours, wire, map; look: {ticks, names, theme, fine}, see Viewer.draw; marker: {a, b}.
  draw(settings, look, marker) {
    const { canvas, context, still } = this,
      style = canvasStyle(canvas, fitCanvas(canvas, look.fine));
    const { width, height } = canvas,
      { turn, tilt, zoom, panx, pany, contours, wire, map } = settings;
    const key = [width, height, turn, tilt, zoom, panx, pany, contours, wire, map, look.theme].join();
    this.margin = 2.6 * style.size;
    this.aim();
    if (key !== this.key) {
      this.key = key;
      still.width = width;
      still.height = height;
      this.drawStill(still.getContext('2d'), settings, look, style);
    }
    context.clearRect(0, 0, width, height);
    context.drawImage(still, 0, 0);
    this.drawMarker(marker, style);
  }

  drawStill(context, settings, { ticks, names }, style) {
    const { camera, relief, still } = this,
      { uniforms } = relief.material;
    const axes = new Axes(context, this.plane, (x, y, z) => this.project(x, y, z), camera.three, style);
    axes.back(ticks);
    uniforms.lines.value = settings.contours ? 1 : 0;
    uniforms.wires.value = settings.wire ? 1 : 0;
    uniforms.pixel.value = style.unit;
    uniforms.zenith.value.set(0, 0, 1).transformDirection(camera.three.matrixWorldInverse);
    this.painter.paint(relief, camera.three, still.width, still.height, context);
    this.drawLonely(context, style);
    axes.front(ticks, names);
    const lines = walk(this.field.grid.trail, 240);
    drawTrail(context, lines.map((line) => line.map((point) => this.spot(point))), style);
    this.drawPins(context, axes.taken, style);
  }

  // Networks stand on the surface as pins, which are dotted as far as the surface hides them.
  drawPins(context, taken, style) {
    const { networks } = this.field.grid,
      { unit, ink, paper } = style;
    this.marks = networks.map(({ a, b }) => {
      const x = this.plane.toX(a),
        y = this.plane.toY(b),
        z = tall * (this.field.sample(this.heights, a, b) || 0);
      const at = (part) => this.project(x, y, z + part * pinLength);
      let seen = 1; // from here up
      for (let piece = 20; piece >= 0 && this.isSeen(x, y, z + (piece / 20) * pinLength); piece--)
        seen = piece / 20;
      const line = (from, to) => () => {
        context.moveTo(...at(from));
        context.lineTo(...at(to));
      };
      context.lineCap = 'round';
      strokeOnAnything(context, style, 1.8, line(seen, 1));
      context.setLineDash([0.01, 4 * unit]);
      strokeOnAnything(context, style, 1.8, line(seen, 0));
      context.setLineDash([]);
      context.beginPath();
      context.arc(...at(0), 2.6 * unit, 0, 2 * Math.PI);
      context.fillStyle = seen > 0 ? paper : ink;
      context.fill();
      context.strokeStyle = seen > 0 ? ink : paper;
      context.lineWidth = 1.2 * unit;
      context.stroke();
      return at(1);
    });
    drawNetworks(context, networks, this.marks, taken, style);
  }

  // Where a point of a trail appears, {x, y, seen, stop}; null where nothing is known.
  spot({ a, b, stop }) {
    const height = this.field.sample(this.heights, a, b);
    if (Number.isNaN(height)) return null;
    const at = [this.plane.toX(a), this.plane.toY(b), tall * height];
    const [x, y] = this.project(...at);
    return { x, y, stop, seen: this.isSeen(...at) };
  }

  // Whether nothing of the surface is before a point of the world.
  isSeen(x, y, z) {
    const distance = this.camera.three.position.distanceTo(new THREE.Vector3(x, y, z));
    const hit = this.pick(...this.project(x, y, z));
    return !hit || hit.t > distance - 0.03;
  }

  // The network whose pin's head is at a pixel.
  networkAt(px, py, reach) {
    return networkAt(this.field.grid.networks, this.marks, px, py, reach);
  }

  // Samples without a cell to be part of, in a scan that has only begun.
  drawLonely(context, { muted, unit }) {
    const { plane } = this;
    context.fillStyle = muted;
    for (const { a, b, height } of this.lonely) {
      context.beginPath();
      context.arc(...this.project(plane.toX(a), plane.toY(b), tall * height), 2 * unit, 0, 2 * Math.PI);
      context.fill();
    }
  }

  // A ring on the surface; hollow and pale where the surface hides it.
  drawMarker({ a, b }, { accent, paper, unit }) {
    const { context, plane } = this,
      z = this.field.sample(this.heights, a, b);
    const x = plane.toX(a),
      y = plane.toY(b);
    const height = Number.isNaN(z) ? 0 : tall * z;
    const head = this.project(x, y, height),
      hidden = !this.isSeen(x, y, height);
    const ring = (radius) => {
      context.beginPath();
      context.arc(...head, radius * unit, 0, 2 * Math.PI);
    };
    context.lineWidth = 2 * unit;
    context.strokeStyle = context.fillStyle = accent;
    context.globalAlpha = hidden ? 0.6 : 1;
    ring(2);
    if (!hidden) context.fill();
    ring(5.5);
    context.stroke();
    context.strokeStyle = paper;
    context.lineWidth = 1.25 * unit;
    ring(7);
    context.stroke();
    context.globalAlpha = 1;
  }

  // Where the ray through a pixel meets the surface: {a, b, x, y, t}, or null.
  pick(px, py) {
    const {
      plane,
      camera: { three },
      canvas,
    } = this;
    this.aim();
    const from = three.position;
    const ray = new THREE.Vector3((2 * px) / canvas.width - 1, 1 - (2 * py) / canvas.height, 0.5)
      .unproject(three)
      .sub(from)
      .normalize();
    const above = (t) => {
      const a = plane.toA(from.x + t * ray.x),
        b = plane.toB(from.y + t * ray.y);
      return from.z + t * ray.z - tall * this.field.sample(this.heights, a, b);
    };
    const [near, far] = boxSpan(from, ray, plane);
    if (far < near) return null;
    // Counted, because a ray that only touches the box has no piece that would add to `near`.
    const pieces = 500;
    for (let piece = 0, last = near, before = NaN; piece <= pieces; piece++) {
      const t = near + ((far - near) * piece) / pieces,
        now = above(t);
      if (before * now <= 0) return this.hit(bisect(above, last, t, before), from, ray);
      [last, before] = [t, now];
    }
    return null;
  }

  hit(t, from, ray) {
    const x = from.x + t * ray.x,
      y = from.y + t * ray.y;
    return { x, y, t, a: this.plane.toA(x), b: this.plane.toB(y) };
  }
}

// The part [near, far] of a ray inside the box; empty if far < near.
function boxSpan(from, ray, plane) {
  let near = 0,
    far = Infinity;
  const sides = [
    [from.x, ray.x, -plane.sx, plane.sx],
    [from.y, ray.y, -plane.sy, plane.sy],
    [from.z, ray.z, -0.001, tall + 0.001],
  ];
  for (const [start, speed, low, high] of sides) {
    if (speed === 0) continue;
    const [t, u] = [(low - start) / speed, (high - start) / speed];
    near = Math.max(near, Math.min(t, u));
    far = Math.min(far, Math.max(t, u));
  }
  return [near, far];
}

// The zero of f between t and u, where f(t) = before has the other sign than f(u).
function bisect(f, t, u, before) {
  for (let step = 0; step < 24; step++) {
    const middle = (t + u) / 2;
    if (before * f(middle) > 0) t = middle;
    else u = middle;
  }
  return u;
}
