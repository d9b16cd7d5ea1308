// Says how large the whole client is in a page, as far as every page loads it, and fails above its budget.
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** The panel of the widget has 30 kB for everything. */
const GZIP_BYTES_MAX = 9 * 1_024;

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));

async function measure(title, contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: SOURCES },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    // What only some browsers need is in files of its own.
    splitting: true,
    outdir: SOURCES,
    entryNames: 'all',
    write: false,
  });
  const code = outputFiles.find(({ path }) => path.endsWith('/all.js')).contents;
  const gzip = gzipSync(code, { level: constants.Z_BEST_COMPRESSION }).length;
  console.log(`${title}: ${code.length} bytes, ${gzip} gzip, ${brotliCompressSync(code).length} brotli`);
  return gzip;
}

await measure('what the widget takes', "export { Live, openSession, renewer } from './index.ts'");
const whole = await measure('the whole client', "export * from './index.ts'");
if (whole > GZIP_BYTES_MAX) {
  console.error(`the client is above its budget of ${GZIP_BYTES_MAX} bytes`);
  process.exit(1);
}
