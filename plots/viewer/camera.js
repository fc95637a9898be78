// The one camera all surfaces share, and the gestures that move it.

const fieldOfView = 26; // degrees, upwards
const viewLimits = { turn: [-180, 180], tilt: [4, 90], zoom: [0.4, 20], panx: [-2, 2], pany: [-2, 2] };

// The view that the page opens with.
function openingView({ azimuth, elevation, zoom }) {
  return {
    turn: around(azimuth),
    tilt: clamp(elevation, viewLimits.tilt),
    zoom: clamp(zoom, viewLimits.zoom),
    panx: 0,
    pany: 0,
  };
}

class Camera {
  constructor(state, plane, first) {
    this.state = state;
    this.first = first;
    this.plane = plane;
    this.three = new THREE.PerspectiveCamera(fieldOfView, 1, 0.05, 100);
    this.three.up.set(0, 0, 1);
  }

  // Places the camera for a picture of width x height pixels, `margin` of them for labels.
  place(width, height, margin) {
    const { turn, tilt, zoom, panx, pany } = this.state,
      camera = this.three;
    const [azimuth, elevation] = [(turn * Math.PI) / 180, (tilt * Math.PI) / 180];
    const { distance, shift } = this.fit(elevation, width, height, margin);
    this.distance = distance / zoom;
    // At the zenith "up" is the way the surface would tilt back.
    const out = new THREE.Vector3(
      Math.sin(azimuth) * Math.cos(elevation),
      -Math.cos(azimuth) * Math.cos(elevation),
      Math.sin(elevation),
    );
    const up = new THREE.Vector3(
      -Math.sin(azimuth) * Math.sin(elevation),
      Math.cos(azimuth) * Math.sin(elevation),
      Math.cos(elevation),
    );
    const right = new THREE.Vector3(Math.cos(azimuth), Math.sin(azimuth), 0);
    const target = new THREE.Vector3(0, 0, 0.5 * tall)
      .addScaledVector(right, panx)
      .addScaledVector(up, pany + shift);
    camera.position.copy(target).addScaledVector(out, this.distance);
    camera.up.copy(up);
    camera.lookAt(target);
    camera.aspect = width / height;
    camera.near = 0.02 * this.distance;
    camera.far = this.distance + 8;
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
  }

  // The distance from which the whole box is seen however it is turned, and how far up to aim so that
  // it lies in the middle: the box turns within a cylinder, whose outline is fitted.
  fit(elevation, width, height, margin) {
    const radius = Math.hypot(this.plane.sx, this.plane.sy),
      half = Math.tan((fieldOfView * Math.PI) / 360);
    const slopeX = half * (width / height) * Math.max(1 - (2 * margin) / width, 0.3);
    const slopeY = half * Math.max(1 - (2 * margin) / height, 0.3);
    const [sin, cos] = [Math.sin(elevation), Math.cos(elevation)];
    let distance = 4,
      shift = 0;
    for (let round = 0; round < 8; round++) {
      let need = 0,
        highest = -Infinity,
        lowest = Infinity;
      for (let angle = 0; angle < 6.28; angle += 0.26)
        for (const z of [-0.5 * tall, 0.5 * tall]) {
          const [x, y] = [radius * Math.cos(angle), radius * Math.sin(angle)];
          const rise = z * cos + y * sin - shift,
            nearer = z * sin - y * cos;
          need = Math.max(need, Math.abs(x) / slopeX + nearer, Math.abs(rise) / slopeY + nearer);
          highest = Math.max(highest, rise / (distance - nearer));
          lowest = Math.min(lowest, rise / (distance - nearer));
        }
      shift += ((highest + lowest) / 2) * distance;
      distance = need;
    }
    return { distance, shift };
  }

  turn(dx, dy) {
    const { turn, tilt } = this.state;
    this.state.set({ turn: around(turn - dx), tilt: clamp(tilt + dy, viewLimits.tilt) });
  }

  zoom(factor) {
    this.state.set({ zoom: clamp(this.state.zoom * factor, viewLimits.zoom) });
  }

  // By pixels in a picture of this height.
  pan(dx, dy, height) {
    const size = (2 * this.distance * Math.tan((fieldOfView * Math.PI) / 360)) / height;
    const { panx, pany } = this.state;
    this.state.set({
      panx: clamp(panx - dx * size, viewLimits.panx),
      pany: clamp(pany + dy * size, viewLimits.pany),
    });
  }

  // Mouse, touch, wheel and keys on a canvas.
  listen(canvas) {
    new Gestures(canvas, {
      one: (dx, dy, event) => {
        if (event.shiftKey || event.buttons & 6) this.pan(dx, dy, canvas.clientHeight);
        else this.turn(0.35 * dx, 0.35 * dy);
      },
      two: (dx, dy, ratio) => {
        this.pan(dx, dy, canvas.clientHeight);
        this.zoom(ratio);
      },
    });
    canvas.addEventListener(
      'wheel',
      (event) => {
        const pixels = event.deltaY * (event.deltaMode === 1 ? 24 : event.deltaMode === 2 ? 400 : 1);
        this.zoom(Math.exp(-clamp(pixels, [-200, 200]) * (event.ctrlKey ? 0.01 : 0.0015)));
        event.preventDefault();
      },
      { passive: false },
    );
    canvas.addEventListener('contextmenu', (event) => event.preventDefault());
    canvas.addEventListener('dblclick', () => this.reset());
    canvas.addEventListener('keydown', (event) => this.key(event, canvas));
  }

  key(event, canvas) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const arrow = arrows[event.key];
    if (arrow && event.shiftKey) this.pan(20 * arrow[0], -20 * arrow[1], canvas.clientHeight);
    else if (arrow) this.turn(5 * arrow[0], -5 * arrow[1]);
    else if (event.key === '+' || event.key === '=') this.zoom(1.15);
    else if (event.key === '-') this.zoom(1 / 1.15);
    else if (event.key === '0' || event.key === 'Home') this.reset();
    else return;
    event.preventDefault();
  }

  // As the page opened, without a marker.
  reset() {
    this.state.set({ ...this.first, a: null, b: null });
  }
}

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const clamp = (value, [low, high]) => Math.min(Math.max(value, low), high);
const around = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;

// Drags by one pointer or two. hands.one(dx, dy, event), hands.two(dx, dy, ratio of distances); a
// press that does not move is none.
class Gestures {
  constructor(canvas, hands) {
    this.hands = hands;
    this.pointers = new Map(); // id to [x, y]
    canvas.addEventListener('pointerdown', (event) => {
      this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
      canvas.setPointerCapture(event.pointerId);
      canvas.focus({ preventScroll: true });
    });
    canvas.addEventListener('pointermove', (event) => this.move(event));
    for (const end of ['pointerup', 'pointercancel'])
      canvas.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
  }

  spread() {
    const [p, q] = [...this.pointers.values()];
    return {
      x: (p[0] + q[0]) / 2,
      y: (p[1] + q[1]) / 2,
      size: Math.max(Math.hypot(p[0] - q[0], p[1] - q[1]), 1),
    };
  }

  move(event) {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    const two = this.pointers.size === 2,
      before = two && this.spread();
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size === 1) this.hands.one(event.clientX - last[0], event.clientY - last[1], event);
    if (!two) return;
    const after = this.spread();
    this.hands.two(after.x - before.x, after.y - before.y, after.size / before.size);
  }
}
