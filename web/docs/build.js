// Puts the API reference and the guide for site owners into web/dist/docs: the pages under their own names, all they load
// under hashed names.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { marked } from 'marked';
import { compress } from '../build/compress.js';

const HERE = new URL('.', import.meta.url);
const DIST = new URL('../dist/docs/', HERE);

// The package exports its browser bundle only as a file beside its entry module.
const entry = createRequire(HERE).resolve('@scalar/api-reference');
const scalar = new URL('browser/standalone.js', pathToFileURL(entry));

/** The pages, and what of `LOADED` each loads. */
const PAGES = {
  'index.html': ['icon.svg', 'introduction.md', 'page.css', 'page.js', 'scalar.js'],
  'widget.html': ['icon.svg', 'guide.css', 'guide.js'],
};

const LOADED = {
  'guide.css': new URL('guide.css', HERE),
  'guide.js': new URL('guide.js', HERE),
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

/** Headings can be linked to by their words. */
marked.use({
  renderer: {
    heading({ tokens, depth, text }) {
      const id = text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
  },
});

function page(name) {
  const template = readFileSync(new URL(name, HERE), 'utf8');
  if (!template.includes('{{content}}')) return template;
  const text = readFileSync(new URL(name.replace('.html', '.md'), HERE), 'utf8');
  return template.replace('{{content}}', () => marked.parse(text));
}

mkdirSync(DIST, { recursive: true });
const published = {};
for (const [name, source] of Object.entries(LOADED)) {
  const contents = amended(name, readFileSync(source));
  published[name] = hashedName(name, contents);
  writeFileSync(new URL(published[name], DIST), contents);
}
for (const [name, loaded] of Object.entries(PAGES)) {
  let contents = page(name);
  for (const one of loaded) {
    if (!contents.includes(`"/docs/${one}"`)) throw new Error(`${name} does not load ${one}`);
    contents = contents.replaceAll(`"/docs/${one}"`, `"/docs/${published[one]}"`);
  }
  writeFileSync(new URL(name, DIST), contents);
}
compress(fileURLToPath(DIST));
