// Addresses in a message: what becomes a link, and that it shows where it leads.
import { expect, test } from 'vitest';
import { linkify } from '../panel/chat/linkify.ts';

const links = (text: string) => linkify(text).filter((part) => typeof part !== 'string');

test('an address in a sentence is a link, and the sentence stays as it was', () => {
  expect(linkify('See https://shop.example/a?b=1#c, or ask.')).toEqual([
    'See ',
    { href: 'https://shop.example/a?b=1#c', text: 'https://shop.example/a?b=1#c' },
    ', or ask.',
  ]);
});

test.each([
  ['(https://shop.example/a)', 'https://shop.example/a'],
  ['https://en.wiki.example/Oak_(tree)', 'https://en.wiki.example/Oak_(tree)'],
  ['https://shop.example/!?', 'https://shop.example/'],
  ['„https://shop.example/ä“', 'https://shop.example/ä'],
  ['HTTPS://Shop.Example/Path', 'HTTPS://Shop.Example/Path'],
  ['https://shop.example。', 'https://shop.example'],
])('%s ends where a reader would end it', (text, shown) => {
  expect(links(text)).toMatchObject([{ text: shown }]);
});

test.each([
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '//evil.example',
  'https://bank.example@evil.example/',
  'https://user:secret@evil.example/',
  'ftp://files.example',
  'https://',
  'https://[',
  'nothttps://evil.example',
])('%s stays text', (text) => {
  expect(linkify(text)).toEqual([text]);
});

test('a host that looks like another is shown as it is', () => {
  expect(links('https://аpple.com/login')).toMatchObject([{ text: 'https://xn--pple-43d.com/login' }]);
});

test('marks that turn the direction of reading are no part of an address', () => {
  expect(links('https://shop.example/\u202Egpj.exe')).toMatchObject([{ href: 'https://shop.example/' }]);
});
