// Says how large everything is that a page with the widget loads, and fails above the budgets. Measures a fresh build, as it
// travels: gzip.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

/** What every page of a site loads. */
const LOADER_BYTES_MAX = 4_096;
/** The panel's page with all that a chat needs, in English: what comes later are forms, files, the menu, the rating, who types. */
const PANEL_BYTES_MAX = 30_000;
/** What stands around the panel's frame, in the page of the site: it comes with the first opening. */
const FRAME_BYTES_MAX = 4_600;

const out = mkdtempSync(join(tmpdir(), 'parlour-size-'));
const failures = [];

try {
  execFileSync(process.execPath, [fileURLToPath(new URL('../build.js', import.meta.url)), '--out', out], { stdio: ['ignore', 'ignore', 'inherit'] });
  const directory = join(out, 'widget');
  const first = firstLoad(directory);
  expect('loader', sizeOf(directory, 'loader.js'), LOADER_BYTES_MAX);
  expect('around the frame', sizeOf(directory, 'frame.js'), FRAME_BYTES_MAX);
  expect('panel', first.reduce((sum, name) => sum + sizeOf(directory, name), 0), PANEL_BYTES_MAX);
  const built = readdirSync(directory).filter((name) => /\.(js|css)$/.test(name) && name !== 'loader.js' && name !== 'frame.js');
  for (const name of built.filter((name) => !first.includes(name)).sort()) console.log(`  later: ${name}, ${sizeOf(directory, name)} gzip`);
} finally {
  rmSync(out, { recursive: true });
}
for (const failure of failures) console.error(failure);
process.exit(failures.length ? 1 : 0);

/** The page, what it names, and what its modules import at once. */
function firstLoad(directory) {
  const page = readFileSync(join(directory, 'panel.html'), 'utf8');
  const found = ['panel.html', ...[...page.matchAll(/(?:href|src)="\/assets\/widget\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name)];
  for (const name of found) {
    if (!name.endsWith('.js')) continue;
    const code = readFileSync(join(directory, name), 'utf8');
    // `import{a}from"./x.js"` and `import"./x.js"`; what is loaded later is `import("./x.js")`.
    for (const [, other] of code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) if (!found.includes(other)) found.push(other);
  }
  return [...new Set(found)];
}

function sizeOf(directory, name) {
  return gzipSync(readFileSync(join(directory, name)), { level: constants.Z_BEST_COMPRESSION }).length;
}

function expect(title, size, max) {
  console.log(`${title}: ${size} gzip of ${max}`);
  if (size > max) failures.push(`${title} is above its budget of ${max} bytes`);
}
