// Puts a .br and a .gz beside every text file of a built front-end, so that the server never compresses.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TEXT = new Set(['.css', '.html', '.js', '.json', '.md', '.svg', '.txt', '.webmanifest']);

/** Compresses what is text in `directory` and below; a twin that would not be smaller is left out. */
export function compress(directory) {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT.has(extname(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    const contents = readFileSync(path);
    const twins = {
      br: brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: contents.length } }),
      gz: gzipSync(contents, { level: constants.Z_BEST_COMPRESSION }),
    };
    for (const [extension, twin] of Object.entries(twins)) {
      if (twin.length < contents.length) writeFileSync(`${path}.${extension}`, twin);
    }
  }
}
