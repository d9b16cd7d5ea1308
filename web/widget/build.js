// Puts the widget into web/dist/widget: the loader under its own name, the panel's page, and all it loads under hashed names.
// `node build.js --out DIRECTORY` puts it elsewhere.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';
import { compress } from '../build/compress.js';
import { emoji } from '../build/emoji.js';
import { icons } from '../build/icons.js';
import { inline } from '../build/inline.js';
import { earlyTexts } from '../build/texts.js';
import { together } from '../build/together.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const place = process.argv.indexOf('--out');
const dist = place > 0 ? process.argv[place + 1] : fileURLToPath(new URL('../dist', import.meta.url));
const out = join(dist, 'widget');
const common = { bundle: true, minify: true, target: 'es2022', legalComments: 'none', logLevel: 'warning', absWorkingDir: HERE };

mkdirSync(out, { recursive: true });
// Both run in the pages of sites. The second has a steady name, because a site may have a loader of yesterday; the server lets
// it be asked for anew each time.
for (const name of ['loader', 'frame']) {
  await build({ ...common, entryPoints: [`${name}/main.ts`], outfile: join(out, `${name}.js`), format: 'iife', tsconfigRaw: {}, plugins: [inline] });
}

const { metafile } = await build({
  ...common,
  entryPoints: ['panel/main.tsx', 'panel/panel.css', 'panel/later.css'],
  charset: 'utf8',
  outdir: out,
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  metafile: true,
  plugins: [icons, emoji, together(join(HERE, 'panel/main.tsx'), /\/panel\/(later|texts\/change)\.ts$/)],
  entryNames: '[name].[hash]',
  chunkNames: '[name].[hash]',
  assetNames: '[name].[hash]',
});

/** The name of what became of an entry point, in the directory of the output. */
const built = (entryPoint) => basename(Object.keys(metafile.outputs).find((output) => metafile.outputs[output].entryPoint === entryPoint));
const stub = join(out, built('panel/main.tsx'));
const [, script] = /^import"\.\/([^"]+)";$/m.exec(readFileSync(stub, 'utf8')) ?? [];
if (!script) throw new Error("the panel's script is in several files, see together.js");
rmSync(stub);
const icon = readFileSync(join(HERE, '../docs/icon.svg'));
const iconName = `icon.${createHash('sha256').update(icon).digest('hex').slice(0, 10)}.svg`;
writeFileSync(join(out, iconName), icon);
const page = readFileSync(join(HERE, 'panel/panel.html'), 'utf8')
  .replace(/\n\s*/g, '')
  .replace('"icon.svg"', `"/assets/widget/${iconName}"`)
  .replace('"panel.js"', `"/assets/widget/${script}"`)
  .replace('"panel.css"', `"/assets/widget/${built('panel/panel.css')}"`)
  .replace('"later.css"', `"/assets/widget/${built('panel/later.css')}"`);
writeFileSync(join(out, 'panel.html'), page);
writeFileSync(join(out, 'texts.json'), JSON.stringify(await earlyTexts(common)));

// What is left of a script after a second minifier is 4 % smaller, in pages where every byte counts.
for (const name of readdirSync(out).filter((name) => name.endsWith('.js'))) {
  const { code } = await minify(readFileSync(join(out, name), 'utf8'), { ecma: 2022, compress: { ecma: 2022, passes: 5, sequences: false, pure_getters: true, unsafe_arrows: true }, module: /\.\w+\.js$/.test(name) });
  writeFileSync(join(out, name), code);
}
compress(out);
