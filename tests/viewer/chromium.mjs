// Chromium without a window, driven through its debugging pipe (Chrome DevTools Protocol).
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--disable-gpu-watchdog', // it ends WebGL when a busy machine draws slowly
  '--hide-scrollbars',
  '--force-color-profile=srgb',
  '--remote-debugging-pipe',
];
const webgl = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const noWebgl = ['--disable-3d-apis'];

export class Chromium {
  constructor(hasWebgl = true) {
    this.profile = mkdtempSync(join(tmpdir(), 'viewer-chromium-'));
    this.process = spawn(
      process.env.CHROMIUM || 'chromium',
      [...flags, ...(hasWebgl ? webgl : noWebgl), `--user-data-dir=${this.profile}`],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    );
    this.next = 1;
    this.waiting = new Map(); // id of a command to {resolve, reject}
    this.pages = new Map(); // session to Page
    this.gone = new Promise((resolve) => {
      this.process.on('error', (error) => this.fail(error, resolve));
      this.process.on('exit', () => this.fail(new Error('chromium ended'), resolve));
    });
    let rest = '';
    this.process.stdio[4].setEncoding('utf8').on('data', (text) => {
      const messages = (rest + text).split('\0');
      rest = messages.pop();
      for (const message of messages) this.take(JSON.parse(message));
    });
    this.process.stdio[3].on('error', () => {});
  }

  fail(error, resolve) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
    this.error = error;
    resolve();
  }

  take(message) {
    if (message.method === 'Browser.downloadProgress' && message.params.state !== 'inProgress')
      this.downloaded?.();
    if (!message.id) {
      this.pages.get(message.sessionId)?.take(message);
      return;
    }
    const { resolve, reject } = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) reject(new Error(message.error.message));
    else resolve(message.result);
  }

  send(method, params = {}, sessionId = undefined) {
    if (this.error) return Promise.reject(this.error);
    const id = this.next++;
    this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  // A new empty page of this size in CSS pixels, `scale` device pixels each.
  async page(width, height, { scale = 1, touch = false, dark = false } = {}) {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId, targetId);
    this.pages.set(sessionId, page);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await page.send(`${domain}.enable`);
    await page.resize(width, height, scale, touch);
    await page.send('Emulation.setTouchEmulationEnabled', { enabled: touch });
    await page.dark(dark);
    return page;
  }

  // Until the next download has ended.
  download() {
    return new Promise((resolve) => (this.downloaded = resolve));
  }

  // Its processes end in order, so that none writes into the profile any more.
  async close() {
    await this.send('Browser.close').catch(() => this.process.kill());
    await this.gone;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

export class Page {
  constructor(browser, session, target) {
    Object.assign(this, { browser, session, target });
    this.requests = []; // URLs asked for
    this.complaints = []; // exceptions and messages of the console above information
    this.loaded = null;
  }

  send(method, params) {
    return this.browser.send(method, params, this.session);
  }

  take({ method, params }) {
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
    if (method === 'Runtime.exceptionThrown')
      this.complaints.push(params.exceptionDetails.exception?.description || params.exceptionDetails.text);
    if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type))
      this.complaints.push(params.args.map((arg) => arg.value ?? arg.description).join(' '));
    if (method === 'Log.entryAdded' && ['error', 'warning'].includes(params.entry.level))
      this.complaints.push(params.entry.text);
    if (method === 'Page.loadEventFired') this.loaded?.();
  }

  async open(url) {
    const loaded = new Promise((resolve) => (this.loaded = resolve));
    await this.send('Page.navigate', { url });
    await loaded;
    await this.settle();
  }

  // Until the page knows its size.
  async resize(width, height, scale = 1, mobile = false) {
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: scale,
      mobile,
    });
    const there = `Math.round(visualViewport.width * visualViewport.scale) === ${width} &&
      devicePixelRatio === ${scale}`;
    while (!(await this.value(there))) await this.settle();
  }

  dark(dark) {
    return this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    });
  }

  // The value of an expression, a promise's when it is one.
  async value(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
    return result.value;
  }

  // Until what was done is drawn.
  settle() {
    return this.value(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))',
    );
  }

  async mouse(type, x, y, more = {}) {
    await this.send('Input.dispatchMouseEvent', { type, x, y, ...more });
  }

  async hover(x, y) {
    await this.mouse('mouseMoved', x, y);
    await this.settle();
  }

  async drag(from, to, more = {}) {
    const press = { button: 'left', buttons: 1, clickCount: 1, ...more };
    await this.mouse('mousePressed', ...from, press);
    for (let step = 1; step <= 5; step++)
      await this.mouse(
        'mouseMoved',
        from[0] + ((to[0] - from[0]) * step) / 5,
        from[1] + ((to[1] - from[1]) * step) / 5,
        press,
      );
    await this.mouse('mouseReleased', ...to, { ...press, buttons: 0 });
    await this.settle();
  }

  async touch(frames) {
    for (const [i, points] of frames.entries())
      await this.send('Input.dispatchTouchEvent', {
        type: i === 0 ? 'touchStart' : 'touchMove',
        touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      });
    await this.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await this.settle();
  }

  async press(key, modifiers = 0) {
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, modifiers });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key, modifiers });
    await this.settle();
  }

  // PNG bytes; whole: the page beyond the window too.
  async screenshot(whole = false) {
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: whole });
    return Buffer.from(data, 'base64');
  }

  async close() {
    await this.browser.send('Target.closeTarget', { targetId: this.target });
    this.browser.pages.delete(this.session);
  }
}
