// The emoji that are chosen, and how they are found.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { emojiOf } from '../../build/emoji.js';
import { find, used } from '../panel/emoji/find.ts';

const groups = emojiOf(readFileSync(new URL('../panel/emoji/chosen.txt', import.meta.url), 'utf8'));
const all = groups.flat();
const found = (asked: string) => find(all, asked).map(([picture]) => picture);

it('each stands there once, with a name', () => {
  expect(new Set(all.map(([picture]) => picture)).size).toBe(all.length);
  for (const [, name] of all) expect(name).not.toBe('');
});

it('they are found by the beginning of their words, the name before our own', () => {
  expect(found('thumbs')).toEqual(['👍', '👎']);
  expect(found('  THUMBS d ')).toEqual(['👎']);
  expect(found('love').slice(0, 2)).toEqual(['🤟', '💌']);
  expect(found('love')).toContain('❤️');
  expect(found('👍')).toEqual(['👍']);
  expect(found('xyzzy')).toEqual([]);
  expect(found('  ')).toEqual([]);
});

it('the last used come first, each once', () => {
  expect(used(['a', 'b', 'c'], 'b', 3)).toEqual(['b', 'a', 'c']);
  expect(used(['a', 'b', 'c'], 'd', 3)).toEqual(['d', 'a', 'b']);
});
