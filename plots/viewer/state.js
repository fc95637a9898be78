// What the user has chosen, kept in the URL's fragment so that a link or a bookmark brings it back.

class State {
  // defaults: name to value, whose type says how the fragment's text is read (null: a number or
  // nothing); limits: name to the allowed strings, or to [lowest, highest].
  constructor(defaults, limits) {
    this.defaults = defaults;
    this.limits = limits;
    this.listeners = [];
    this.read();
    window.addEventListener('hashchange', () => {
      this.read();
      this.tell();
    });
  }

  // Takes over what the fragment says and can be understood.
  read() {
    const fragment = new URLSearchParams(location.hash.slice(1));
    clearTimeout(this.timer);
    this.known = location.hash;
    Object.assign(this, this.defaults);
    for (const [name, text] of fragment) if (Object.hasOwn(this.defaults, name)) this.take(name, text);
  }

  take(name, text) {
    const initial = this.defaults[name],
      limit = this.limits[name];
    if (typeof initial === 'boolean') this[name] = text === '1';
    else if (typeof initial === 'string') this[name] = limit.includes(text) ? text : initial;
    else if (text === 'none') this[name] = null;
    else if (text.trim() && Number.isFinite(Number(text)))
      this[name] = limit ? Math.min(Math.max(Number(text), limit[0]), limit[1]) : Number(text);
  }

  // Changes some values, numbers to the six digits that the fragment holds, tells who listens, and
  // writes the fragment once things have calmed down.
  set(changes) {
    for (const [name, value] of Object.entries(changes))
      this[name] = typeof value === 'number' ? Number(value.toPrecision(6)) : value;
    this.tell();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), 250);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  text(name) {
    const value = this[name];
    if (typeof value === 'boolean') return value ? '1' : '0';
    return value === null ? 'none' : String(value);
  }

  write() {
    if (location.hash !== this.known) return; // changed by others, which a hashchange is about to tell
    const fragment = new URLSearchParams();
    for (const name of Object.keys(this.defaults))
      if (this[name] !== this.defaults[name]) fragment.set(name, this.text(name));
    history.replaceState(null, '', `#${fragment}`);
    this.known = location.hash;
  }
}
