// The form of settings, the colour bar, and the theme.

const themes = { auto: '◐ Auto', light: '○ Light', dark: '● Dark' };
const clipSteps = 400; // of the slider; its right end is no clipping

class Controls {
  // range: of the loss, as extent() gives it; offered: the quantities to choose from.
  constructor(state, maps, range, offered) {
    Object.assign(this, { state, range, usual: data.clip });
    this.form = document.querySelector('#settings form');
    this.bar = document.getElementById('bar');
    for (const { name } of maps) this.form.map.append(new Option(name, name));
    for (const group of this.form.querySelectorAll('.choice')) {
      group.dataset.count = offered.length;
      group.append(...offered.map(({ key, title }) => choice(group.dataset.name, key, title)));
    }
    this.form.addEventListener('input', (event) => this.take(event.target));
    this.form.addEventListener('submit', (event) => event.preventDefault());
    document.getElementById('theme').addEventListener('click', () => {
      const names = Object.keys(themes);
      state.set({ theme: names[(names.indexOf(state.theme) + 1) % names.length] });
    });
  }

  take({ name, type, value, checked }) {
    if (name === 'clip')
      this.state.set({ clip: Number(value) >= clipSteps ? null : this.clipAt(Number(value)) });
    else if (name === 'log') this.setLog(checked);
    else this.state.set({ [name]: type === 'checkbox' ? checked : value });
  }

  // Where nobody has said where to cut, nothing is cut off a logarithmic scale.
  setLog(log) {
    const { clip } = this.state,
      { usual } = this;
    this.state.set({ log, clip: clip === (log ? usual : null) ? (log ? null : usual) : clip });
  }

  // The loss at a position of the slider: by factors where losses span many.
  clipAt(position) {
    const { min, max } = this.range,
      part = position / clipSteps;
    const value = min > 0 ? min * (max / min) ** part : min + (max - min) * part;
    return Number(value.toPrecision(3));
  }

  clipPosition(clip) {
    const { min, max } = this.range;
    if (clip === null || clip >= max || !(max > min)) return clipSteps;
    return Math.round(
      clipSteps * (min > 0 ? Math.log(clip / min) / Math.log(max / min) : (clip - min) / (max - min)),
    );
  }

  // Shows the state; scale: that of the colours.
  show(scale, colours, name) {
    const { form, state, range } = this,
      position = this.clipPosition(state.clip);
    for (const key of ['height', 'colour', 'map']) form[key].value = state[key];
    for (const key of ['log', 'contours', 'wire', 'plan']) form[key].checked = state[key];
    const unused = state.height !== 'loss' && state.colour !== 'loss';
    form.log.disabled = unused || !(range.positive > 0);
    form.clip.disabled = unused;
    form.clip.value = position;
    document.getElementById('clip-value').textContent =
      position === clipSteps ? '∞' : format(state.clip, 3);
    document.getElementById('theme').textContent = themes[state.theme];
    if (state.theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = state.theme;
    const ratio = fitCanvas(this.bar, devicePixelRatio),
      { width, height } = this.bar;
    this.bar.setAttribute(
      'aria-label',
      `Colours of ${name} from ${format(scale.value(0))} to ${format(scale.value(1))}`,
    );
    drawBar(
      this.bar.getContext('2d'),
      { x: 0, y: 0, width, height },
      scale,
      colours,
      canvasStyle(this.bar, ratio),
    );
  }
}

// One of the buttons of which one is pressed.
function choice(name, value, title) {
  const label = document.createElement('label'),
    input = Object.assign(document.createElement('input'), { type: 'radio', name, value }),
    words = document.createElement('span');
  words.textContent = title;
  label.append(input, words);
  return label;
}

// A colour bar with ticks and the name of what it shows, in a box of the context.
function drawBar(context, box, scale, colours, style) {
  const em = style.size,
    thick = Math.max(box.height - 1.7 * em, 4);
  context.clearRect(box.x, box.y, box.width, box.height);
  const columns = context.createImageData(Math.round(box.width), Math.round(thick));
  for (let i = 0; i < columns.width; i++)
    for (let j = 0; j < columns.height; j++)
      columns.data.set(colourOf(i / (columns.width - 1), colours), 4 * (j * columns.width + i));
  context.putImageData(columns, Math.round(box.x), Math.round(box.y));
  context.fillStyle = context.strokeStyle = style.muted;
  context.lineWidth = style.unit;
  context.font = `${em}px ${style.font}`;
  context.textBaseline = 'bottom';
  context.textAlign = 'center';
  let free = box.x; // text may begin here
  for (const value of scale.ticks(5)) {
    const text = format(value) + (scale.clipped && value === scale.high ? '+' : '');
    const half = context.measureText(text).width / 2,
      x = box.x + scale.unit(value) * box.width;
    const middle = clamp(x, [box.x + half, box.x + box.width - half]);
    if (middle - half < free) continue;
    context.fillText(text, middle, box.y + box.height);
    context.fillRect(
      clamp(x, [box.x, box.x + box.width - style.unit]),
      box.y + thick,
      style.unit,
      0.3 * em,
    );
    free = middle + half + 0.6 * em;
  }
}
