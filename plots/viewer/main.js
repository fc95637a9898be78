// Puts the page together, and draws a frame whenever something has changed.

const data = JSON.parse(document.getElementById('data').textContent);

class Viewer {
  constructor() {
    this.grids = data.surfaces.map((surface) => new Grid(surface));
    this.ranges = Object.fromEntries(quantities.map(({ key }) => [key, extent(this.grids, key)]));
    this.offered = quantities.filter(({ key }) => !Number.isNaN(this.ranges[key].min));
    this.maps = data.maps.map(({ name, colours }) => ({ name, colours: readMap(colours) }));
    const view = openingView(data.view);
    this.state = new State(
      {
        height: 'loss',
        colour: 'loss',
        log: this.opensLogarithmic(),
        clip: data.clip,
        map: data.maps[0].name,
        contours: true,
        wire: false,
        plan: true,
        theme: 'auto',
        a: null,
        b: null,
        ...view,
      },
      {
        height: this.offered.map(({ key }) => key),
        colour: this.offered.map(({ key }) => key),
        theme: Object.keys(themes),
        map: this.maps.map((map) => map.name),
        ...viewLimits,
      },
    );
    this.plane = new Plane(this.grids);
    this.planeTicks = planeTicks(this.plane);
    this.camera = new Camera(this.state, this.plane, view);
    this.build();
    this.listen();
    this.invalidate();
  }

  build() {
    try {
      this.painter = new Painter(() => this.reshape());
    } catch {
      this.painter = null;
    }
    const page = document.getElementById('panels');
    this.panels = this.grids.map(
      (grid) => new Panel(grid, this.plane, this.painter, this.camera, this.state),
    );
    page.dataset.count = this.panels.length;
    page.append(...this.panels.map((panel) => panel.element));
    document.documentElement.classList.toggle('flat', !this.painter);
    document.getElementById('title').textContent = data.title;
    document.getElementById('title').hidden = !data.title;
    this.tellNotes();
    this.controls = new Controls(this.state, data.maps, this.ranges.loss, this.offered);
  }

  tellNotes() {
    const missing = this.grids.reduce((count, grid) => count + grid.missing(), 0);
    const points = this.grids.reduce((count, grid) => count + grid.loss.length, 0);
    const notes = document.getElementById('notes');
    const say = [];
    if (!this.painter) say.push('WebGL is not available here, so the surface is shown from above only.');
    if (missing)
      say.push(
        `${missing.toLocaleString('en')} of ${points.toLocaleString('en')} points have no finite loss and are left out.`,
      );
    notes.textContent = say.join(' ');
    notes.hidden = !say.length;
  }

  listen() {
    const on = (id, act) => document.getElementById(id).addEventListener('click', act);
    const dark = matchMedia('(prefers-color-scheme: dark)'),
      wide = matchMedia('(min-width: 56rem)');
    const settings = document.getElementById('settings');
    const unfold = () => (settings.open = wide.matches);
    this.state.listeners.push(() => this.invalidate());
    dark.addEventListener('change', () => this.invalidate());
    wide.addEventListener('change', unfold);
    unfold();
    new ResizeObserver(() => this.invalidate()).observe(document.getElementById('panels'));
    on('reset', () => this.camera.reset());
    on('above', () => this.state.set({ ...this.camera.first, turn: 0, tilt: 90 }));
    on('save', () => this.save());
  }

  invalidate() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  // After the WebGL context was lost and is back.
  reshape() {
    this.shaped = null;
    this.invalidate();
  }

  // Unless the user has said how, losses over more than two powers of ten open on a logarithmic scale.
  opensLogarithmic() {
    const { min, max } = this.ranges.loss;
    return data.log || (data.clip === null && min > 0 && max > 100 * min);
  }

  find(quantity) {
    return this.offered.find(({ key }) => key === quantity);
  }

  quantityName(quantity) {
    return this.find(quantity).name ?? data.loss;
  }

  // Gives the surfaces their shapes, if what these depend on has changed.
  shape() {
    const { height, colour, log, clip } = this.state;
    const shaped = [height, colour, log, clip].join();
    if (shaped === this.shaped) return;
    this.shaped = shaped;
    this.scales = Object.fromEntries(
      this.offered.map(({ key }) => [key, scaleOf(key, this.ranges[key], { log, clip })]),
    );
    for (const panel of this.panels) panel.shape(this.scales, height, colour);
  }

  // fine: pixels of the pictures to a CSS pixel.
  draw(fine = devicePixelRatio) {
    this.frame = 0;
    this.shape();
    const {
      state: { height, colour, map, plan },
      scales,
    } = this;
    const { colours } = this.maps.find(({ name }) => name === map);
    if (this.painter) this.painter.setMap(colours);
    document.documentElement.classList.toggle('planless', !plan);
    this.controls.show(scales[colour], colours, this.quantityName(colour));
    const look = {
      colours, // of the map, [256][4]
      ticks: { ...this.planeTicks, height: heightTicks(scales[height]) }, // of the axes
      names: { a: 'a', b: 'b', height: this.find(height).axis },
      theme: getComputedStyle(document.documentElement).getPropertyValue('--ink'), // tells themes apart
      fine,
    };
    for (const panel of this.panels) panel.draw(look);
    return look;
  }

  // Saves what is shown, finer than most screens are.
  save() {
    const { colour } = this.state,
      { colours } = this.draw(Math.max(devicePixelRatio, 2));
    const canvas = savePicture(
      this.panels,
      this.state,
      data.title,
      this.scales[colour],
      colours,
      this.quantityName(colour),
    );
    this.draw();
    download(canvas, `${document.title.replace(/[^\p{L}\p{N}]+/gu, '-')}.png`);
  }
}

// A map's 256 colours [256][4] from hexadecimal rrggbb...
function readMap(text) {
  return Uint8ClampedArray.from({ length: 1024 }, (_, i) =>
    i % 4 === 3 ? 255 : parseInt(text.substr(6 * (i >> 2) + 2 * (i % 4), 2), 16),
  );
}

new Viewer();
