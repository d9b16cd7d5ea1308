// Puts the API reference into web/dist/docs: the page under its own name, all it loads under hashed names.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compress } from '../build/compress.js';

const HERE = new URL('.', import.meta.url);
const DIST = new URL('../dist/docs/', HERE);

// The package exports its browser bundle only as a file beside its entry module.
const entry = createRequire(HERE).resolve('@scalar/api-reference');
const scalar = new URL('browser/standalone.js', pathToFileURL(entry));

const LOADED = {
  'icon.svg': new URL('icon.svg', HERE),
  'introduction.md': new URL('introduction.md', HERE),
  'page.css': new URL('page.css', HERE),
  'page.js': new URL('page.js', HERE),
  'scalar.js': scalar,
};

// What of Scalar's bundle is changed. Each text must be there once or more, so that an update which
// moves it fails here and not in front of a reader.
const AMENDMENTS = [
  // A probe for `eval`, which the Content-Security-Policy would refuse and report.
  ['return new Function(""),!0', 'return!1'],
  // A joke in base-64 where a key is to be typed in.
  ['placeholder:"QUxMIFlPVVIgQkFTRSBBUkUgQkVMT05HIFRPIFVT"', 'placeholder:"Your key"'],
];

function amended(name, contents) {
  if (name !== 'scalar.js') return contents;
  const original = contents.toString('utf8');
  for (const [text] of AMENDMENTS) {
    if (!original.includes(text)) throw new Error(`Scalar's bundle no longer contains ${text}`);
  }
  return Buffer.from(AMENDMENTS.reduce((bundle, [text, instead]) => bundle.replaceAll(text, instead), original));
}

/** `page.js` → `page.0123456789.js`; the server lets browsers keep such names for ever. */
function hashedName(name, contents) {
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 10);
  return `${name.slice(0, -extname(name).length)}.${hash}${extname(name)}`;
}

mkdirSync(DIST, { recursive: true });
let page = readFileSync(new URL('index.html', HERE), 'utf8');
for (const [name, source] of Object.entries(LOADED)) {
  const contents = amended(name, readFileSync(source));
  const published = hashedName(name, contents);
  if (!page.includes(`"/docs/${name}"`)) throw new Error(`index.html does not load ${name}`);
  page = page.replaceAll(`"/docs/${name}"`, `"/docs/${published}"`);
  writeFileSync(new URL(published, DIST), contents);
}
writeFileSync(new URL('index.html', DIST), page);
compress(fileURLToPath(DIST));
