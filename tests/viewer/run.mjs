// Tests the viewer's pages in headless Chromium; an argument picks the tests whose names hold it.
// LANDSCAPE names the program, SURFACES the one that writes surfaces to show, CHROMIUM the browser, SHOTS a
// directory for screenshots, if they are wanted.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chromium } from './chromium.mjs';
import { pages } from './pages.mjs';
import { gestures } from './gestures.mjs';
import { settings } from './settings.mjs';
import { networks } from './networks.mjs';
import { screens } from './screens.mjs';

const landscape = process.env.LANDSCAPE || 'build/landscape';
const work = mkdtempSync(join(tmpdir(), 'viewer-test-'));

// What tests need: paths, plots, and the numbers of a surface as `landscape plot` exports them.
const bench = {
  work,
  plot: (names, out, ...options) =>
    execFileSync(
      landscape,
      ['plot', ...names.map((name) => join(work, `${name}.h5`)), '-o', join(work, out), ...options],
      { stdio: 'pipe' },
    ),
  url: (name) => `file://${join(work, name)}`,
  // [{x, y, loss, accuracy}]
  numbers: (name) => {
    bench.plot([name], `${name}.csv`);
    const [head, ...lines] = readFileSync(join(work, `${name}.csv`), 'utf8')
      .trim()
      .split('\n');
    const keys = head.split(',');
    return lines.map((line) =>
      Object.fromEntries(
        line
          .split(',')
          .map((text, i) => [keys[i], text === '' ? NaN : Number(text.replace('inf', 'Infinity'))]),
      ),
    );
  },
  // [[x, y, loss]] of the points of a mesh.
  mesh: (name, ...options) => {
    bench.plot([name], `${name}.vtp`, ...options);
    const text = readFileSync(join(work, `${name}.vtp`), 'utf8');
    const numbers = (array) =>
      text
        .split(`Name="${array}"`)[1]
        .split(/[<>]/)[1]
        .trim()
        .split(/\s+/)
        .map(Number);
    const at = numbers('Points');
    return numbers('loss').map((loss, k) => [at[3 * k], at[3 * k + 1], loss]);
  },
};

let passed = 0,
  failed = 0;

async function run(name, test) {
  if (!name.includes(process.argv[2] || '')) return;
  const begin = Date.now();
  try {
    await test();
    passed++;
    console.log(`ok ${name} (${Date.now() - begin} ms)`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.stack}`);
  }
}

execFileSync(process.env.SURFACES || 'build/tests/viewer/surfaces', [work]);
for (const name of [
  'bowl',
  'chaos',
  'huge',
  'flat',
  'holes',
  'unfinished',
  'begun',
  'tiny',
  'big',
  'uneven',
  'hostile',
  'plane',
  'way',
  'wild',
  'curved',
])
  bench.plot([name], `${name}.html`);
bench.plot(['bowl', 'chaos'], 'both.html', '--log');
bench.plot(['bowl', 'chaos', 'holes', 'unfinished', 'huge', 'flat'], 'six.html', '--title', 'Six surfaces');

const browser = new Chromium(),
  blind = new Chromium(false);
try {
  await browser.send('Browser.setDownloadBehavior', {
    behavior: 'allow',
    downloadPath: work,
    eventsEnabled: true,
  });
  for (const tests of [pages, gestures, networks, settings, screens]) await tests(run, bench, browser, blind);
} catch (error) {
  failed++;
  console.log(`FAIL ${error.stack}`);
}
await browser.close();
await blind.close();
rmSync(work, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
