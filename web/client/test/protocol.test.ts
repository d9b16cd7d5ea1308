// PROTOCOL.md and src/protocol.ts say the same.
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import * as protocol from '../src/protocol.ts';

const DOCUMENT = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url), 'utf8');
const SOURCE = ts.createSourceFile(
  'protocol.ts',
  readFileSync(new URL('../src/protocol.ts', import.meta.url), 'utf8'),
  ts.ScriptTarget.ES2022,
);

/** The rows of the first table below a heading, as cells. */
function table(heading: string): string[][] {
  const [, rest = ''] = DOCUMENT.split(`\n${heading}\n`);
  const [section = ''] = rest.split(/\n#+ /);
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  expect(rows.length, heading).toBeGreaterThan(2);
  return rows.slice(2).map((row) => row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}

const names = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

/** `type → its fields` of a union of frames, an optional field with a question mark. */
function frames(union: string): Record<string, string[]> {
  const interfaces = new Map<string, ts.InterfaceDeclaration>();
  let members: string[] = [];
  for (const statement of SOURCE.statements) {
    if (ts.isInterfaceDeclaration(statement)) interfaces.set(statement.name.text, statement);
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === union && ts.isUnionTypeNode(statement.type)) {
      members = statement.type.types.map((type) => type.getText(SOURCE));
    }
  }
  const fieldsOf = (name: string): [string, string][] => {
    const declaration = interfaces.get(name)!;
    const inherited = declaration.heritageClauses?.flatMap((clause) => clause.types.flatMap((type) => fieldsOf(type.getText(SOURCE)))) ?? [];
    const own = declaration.members.map((member): [string, string] => {
      const property = member as ts.PropertySignature;
      return [property.name.getText(SOURCE) + (property.questionToken ? '?' : ''), property.type!.getText(SOURCE)];
    });
    return [...inherited, ...own];
  };
  return Object.fromEntries(
    members.map((member) => {
      const fields = fieldsOf(member);
      const type = fields.find(([name]) => name === 't')![1].replaceAll("'", '');
      return [type, fields.map(([name]) => name).filter((name) => name !== 't').sort()];
    }),
  );
}

test.each([
  ['ClientFrame', '## Frames from the client'],
  ['ServerFrame', '## Frames from the server'],
])('%s has the fields of the table', (union, heading) => {
  const written = Object.fromEntries(table(heading).map(([type, fields]) => [names(type!)[0]!, names(fields!).sort()]));
  expect(frames(union)).toEqual(written);
});

test('every kind of event is known', () => {
  expect(table('### Kinds of events').flatMap(([kind]) => names(kind!))).toEqual([...protocol.EVENT_KINDS]);
});

test('a close after which the document says stop is final, and no other', () => {
  const rows = table('## How it ends');
  const stops = rows.filter(([, , action]) => action!.startsWith('stop')).flatMap(([code]) => code!.match(/\d+/g) ?? []);
  expect(stops.map(Number).sort()).toEqual([...protocol.FINAL_CLOSES].sort());
  const known = [protocol.CLOSE_UNAUTHORIZED, protocol.CLOSE_RATE_LIMITED, protocol.CLOSE_MISMATCH];
  for (const code of known) expect(rows.some(([cell]) => cell === String(code))).toBe(true);
});
