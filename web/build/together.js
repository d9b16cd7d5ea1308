// Keeps what a page's script shares with a part that comes later in the page's script. Left alone, esbuild makes a third file
// of that, which costs the page one more request and is compressed on its own.
import { readFile } from 'node:fs/promises';

/** `later` imports `first`, which is there by then anyway; so all that is shared goes with `first`, out of its entry. */
export const together = (first, later) => ({
  name: 'together',
  setup(build) {
    build.onLoad({ filter: later }, async ({ path }) => ({
      contents: `import ${JSON.stringify(first)};\n${await readFile(path, 'utf8')}`,
      loader: 'ts',
    }));
  },
});
