// Writes src/openapi.ts from openapi.json; with --check it only says whether it is fresh.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const OPENAPI = new URL('../../../openapi.json', import.meta.url);
export const TYPES = new URL('../src/openapi.ts', import.meta.url);

/** The text that src/openapi.ts should have. */
export async function types() {
  const ast = await openapiTS(JSON.parse(readFileSync(OPENAPI, 'utf8')));
  return `// Generated from openapi.json by \`npm run types -w client\`; not to be edited.\n\n${astToString(ast)}`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) writeFileSync(TYPES, await types());
