// Empties web/dist, so that a build which fails leaves no stamp behind.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
