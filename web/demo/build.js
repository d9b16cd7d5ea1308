// Puts the demo page into web/dist/demo; `node build.js --out DIRECTORY` puts it elsewhere.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compress } from '../build/compress.js';
import { icons } from '../build/icons.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const place = process.argv.indexOf('--out');
const out = join(place > 0 ? process.argv[place + 1] : fileURLToPath(new URL('../dist', import.meta.url)), 'demo');

mkdirSync(out, { recursive: true });
const { metafile } = await build({
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
  entryPoints: { demo: 'src/main.tsx' },
  outdir: out,
  format: 'esm',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  metafile: true,
  plugins: [icons],
  entryNames: '[name].[hash]',
});
const [script, { cssBundle }] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint);
const page = readFileSync(join(HERE, 'index.html'), 'utf8')
  .replace('"demo.js"', `"/assets/demo/${basename(script)}"`)
  .replace('"demo.css"', `"/assets/demo/${basename(cssBundle)}"`);
writeFileSync(join(out, 'index.html'), page);
compress(out);
