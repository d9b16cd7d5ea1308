// Writes web/dist/stamp: the SHA-256 over every source of web/, which crates/server/build.rs
// computes again to tell whether web/dist is what these sources give.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WEB = fileURLToPath(new URL('..', import.meta.url));
const NOT_SOURCES = new Set(['dist', 'e2e', 'node_modules', 'test', 'vectors']);

/** The paths of all sources below `directory`, relative to web/ and with forward slashes. */
function sources(directory = '') {
  return readdirSync(WEB + directory, { withFileTypes: true }).flatMap((entry) => {
    const path = directory + entry.name;
    if (NOT_SOURCES.has(entry.name)) return [];
    if (entry.isDirectory()) return sources(`${path}/`);
    return entry.isFile() ? [path] : [];
  });
}

const hash = createHash('sha256');
for (const path of sources().map((path) => Buffer.from(path)).sort(Buffer.compare)) {
  const contents = readFileSync(WEB + path);
  hash.update(path).update(`\0${contents.length}\0`).update(contents);
}
writeFileSync(`${WEB}dist/stamp`, `${hash.digest('hex')}\n`);
