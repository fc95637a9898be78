// All that belongs to one surface: its names, read-out, view and plan.

// The quantities of the read-out; the standard error stands behind the loss.
const told = ['loss', 'accuracy', 'convexity'];

class Panel {
  // painter: null without WebGL, when the plan is all there is.
  constructor(grid, plane, painter, camera, state, names) {
    Object.assign(this, { grid, state, names });
    this.element = document.getElementById('panel').content.firstElementChild.cloneNode(true);
    const find = (selector) => this.element.querySelector(selector);
    this.field = new Refinement(grid);
    this.plan = new Plan(find('.plan'), this.field, plane);
    this.view = painter && new View(find('.view'), this.field, plane, painter, camera);
    if (!painter) find('.view').remove();
    this.lowest = grid.lowest();
    this.describe(find);
    if (painter) camera.listen(this.view.canvas);
    this.listen();
  }

  describe(find) {
    const { grid } = this;
    find('h2').textContent = grid.name;
    this.absent = find('.absent');
    this.told = quantities.filter(({ key }) => told.includes(key) && grid.has(key));
    find('.detail').textContent = grid.detail;
    const marked = grid.networks.length
      ? `, with the networks ${grid.networks.map(({ name }) => name).join(', ')}`
      : '';
    this.plan.canvas.setAttribute('aria-label', `The loss of ${grid.name} from above${marked}`);
    if (this.view)
      this.view.canvas.setAttribute(
        'aria-label',
        `Loss surface of ${grid.name} in three dimensions${marked}`,
      );
    for (const [key, value] of grid.metadata) {
      const term = document.createElement('dt'),
        words = document.createElement('dd');
      term.textContent = key;
      words.textContent = value;
      find('.about dl').append(term, words);
    }
    find('.about').hidden = !grid.metadata.length;
    this.cells = Object.fromEntries(
      ['where', 'a', 'b', ...told].map((name) => [name, find(`.readout .${name} dd`)]),
    );
    find('.readout').classList.toggle('wide', grid.convexity.length > 0);
  }

  // The marker follows the mouse; a tap or a click sets it: on a network, or on the nearest sample.
  listen() {
    const { plan, view, state, grid } = this;
    const mark = (spot) => {
      const k = spot ? grid.nearest(spot.a, spot.b) : -1;
      if (k >= 0) state.set(grid.at(k));
    };
    const follow = (picture, find) => {
      const { canvas } = picture;
      const at = (event) => {
        const ratio = canvas.width / canvas.clientWidth,
          place = [event.offsetX * ratio, event.offsetY * ratio];
        const reach = (event.pointerType === 'touch' ? 16 : 8) * ratio,
          network = picture.networkAt(...place, reach);
        if (network) state.set({ a: network.a, b: network.b });
        else mark(find(...place));
      };
      let pressed = null;
      canvas.addEventListener('pointermove', (event) => {
        if (event.pointerType === 'mouse' && !event.buttons) at(event);
      });
      canvas.addEventListener('pointerdown', (event) => (pressed = [event.clientX, event.clientY]));
      canvas.addEventListener('pointerup', (event) => {
        if (pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < 4) at(event);
        pressed = null;
      });
    };
    follow(plan, (x, y) => plan.toPlane(x, y));
    if (view) follow(view, (x, y) => view.pick(x, y));
    plan.canvas.addEventListener('keydown', (event) => this.key(event));
  }

  // Arrow keys move the marker from sample to sample.
  key(event) {
    const arrow = arrows[event.key],
      { grid } = this;
    if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
    const k = this.marked(),
      step = event.shiftKey ? 5 : 1;
    const i = clamp((k % grid.nx) + step * arrow[0], [0, grid.nx - 1]);
    const j = clamp(Math.floor(k / grid.nx) + step * arrow[1], [0, grid.ny - 1]);
    this.state.set(grid.at(j * grid.nx + i));
    event.preventDefault();
  }

  // The sample under the marker; without a marker here, the lowest.
  marked() {
    const {
      state: { a, b },
    } = this;
    const k = a === null || b === null ? -1 : this.grid.nearest(a, b);
    return k < 0 ? this.lowest : k;
  }

  // Takes new scales, one a quantity.
  shape(scales, height, colour) {
    const { field, grid } = this,
      { nx, parts } = field;
    const shape = {
      heights: field.units(height, scales[height]), // [ny][nx] of the refined grid, 0 to 1 or NaN
      tones: field.units(colour, scales[colour]), // the same
      ...scales[height].levels(), // levels and levelText: of the contour lines, 0 to 1, rising
      lowest: grid.at(this.lowest),
      samples: Float32Array.from(grid.loss, (_, k) => scales[height].unit(grid.value(height, k))), // of the grid
    };
    shape.lonely = grid.lonely(height).map((k) => {
      const fine = Math.floor(k / grid.nx) * parts * nx + (k % grid.nx) * parts;
      return { ...grid.at(k), height: shape.heights[fine], tone: shape.tones[fine] };
    });
    const lacking = quantities.find(({ key }) => (key === height || key === colour) && !grid.has(key));
    this.absent.textContent = lacking ? `This file has no ${lacking.words}.` : '';
    this.plan.shape(shape);
    if (this.view) this.view.shape(shape);
  }

  // What the marker is on: {a, b, where, read}, read(quantity) its value {text, title}.
  spot() {
    const { grid, field, state } = this,
      k = this.marked(),
      network = state.a !== null && state.b !== null && grid.networkOn(state.a, state.b);
    const sample = (quantity) => {
      const value = grid.value(quantity, k),
        error = grid.spread(quantity, k);
      if (Number.isNaN(value)) return { text: grid.whyNot(quantity, k), title: '' };
      return error
        ? { text: formatSpread(value, error), title: `${value} ± ${error}`, known: true }
        : { text: format(value, 6), title: String(value), known: true };
    };
    if (!network)
      return { ...grid.at(k), where: k === this.lowest ? 'lowest point' : 'marker', read: sample };
    const { a, b, name } = network,
      at = grid.at(k);
    const onSample = Math.hypot(a - at.a, b - at.b) < 1e-9 * Math.hypot(a, b, 1);
    // Between samples the surface's own height.
    const between = (quantity) => {
      const value = field.sample(field.values(quantity), a, b);
      return Number.isNaN(value)
        ? { text: 'not known', title: '' }
        : { text: `≈ ${format(value, 4)}`, title: 'between samples', known: true };
    };
    return { a, b, where: name, read: onSample ? sample : between };
  }

  // look: see Viewer.draw.
  draw(look) {
    const { state, cells } = this,
      spot = this.spot();
    for (const { key, unit } of this.told) {
      const { text, title, known } = spot.read(key);
      cells[key].textContent = known ? text + unit : text;
      cells[key].title = title;
    }
    cells.where.textContent = cells.where.title = spot.where;
    cells.a.textContent = format(spot.a, 4);
    cells.b.textContent = format(spot.b, 4);
    if (this.view) this.view.draw(state, look, spot);
    if (state.plan || !this.view) this.plan.draw(state, look, spot);
  }
}
