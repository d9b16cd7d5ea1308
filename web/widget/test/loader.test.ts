// @vitest-environment happy-dom
// What the loader does without a browser: what it takes from a page, and what it gives back to it.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { change, readAppearance } from '../loader/appearance.ts';
import { widget } from '../loader/widget.ts';
import { isExpandedHash } from '../loader/hash.ts';
import { given, takeStubs } from '../loader/page.ts';
import { plain } from '../loader/plain.ts';
import { holdScroll } from '../frame/scroll.ts';
import { countInTitle, plainTitle } from '../frame/title.ts';

let said: string[];
const page = window as unknown as Record<string, unknown>;

beforeEach(() => {
  said = [];
  vi.spyOn(console, 'error').mockImplementation((text: string) => said.push(text));
  for (const name of ['BrevoConversations', 'Parlour', 'SibConversations', 'Chatra']) for (const end of ['', 'ID', 'Setup']) delete page[name + end];
});

describe('plain values', () => {
  test.each([['text'], [0], [-1.5], [true], [null], [undefined], [{ a: 1, b: { c: 'd' } }]])('%j goes on as it is', (value) => {
    expect(plain(value, 'x')).toEqual(value);
    expect(said).toEqual([]);
  });

  test.each([
    ['a function', () => 1],
    ['an element', document.createElement('p')],
    ['a list', [1]],
    ['no number', NaN],
    ['a date', new Date(0)],
    ['1 MiB', 'x'.repeat(2 ** 20)],
    ['a symbol', Symbol('s')],
    ['a proxy that refuses', new Proxy({}, { ownKeys: () => { throw new Error('no'); } })],
  ])('%s does not, and is named', (_, value) => {
    expect(plain({ good: 1, bad: value }, 'call')).toEqual({ good: 1, bad: undefined });
    expect(said).toEqual(['BrevoConversations: call.bad is not usable']);
  });

  test('what goes round ends', () => {
    const round: Record<string, unknown> = {};
    round['self'] = round;
    expect(JSON.stringify(plain(round, 'x'))).toBe('{"self":{"self":{"self":{"self":{}}}}}');
    expect(said).toHaveLength(1);
  });

  test('a prototype is not taken for a value', () => {
    const kept = plain(JSON.parse('{"__proto__":{"admin":true},"name":"Ida"}'), 'x') as Record<string, unknown>;
    expect(kept['admin']).toBe(undefined);
    expect(Object.keys(kept)).toEqual(['name']);
  });

  test('a hundred names, and one complaint', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`n${at}`, at]));
    expect(Object.keys(plain(many, 'x') as object)).toHaveLength(100);
    expect(said).toHaveLength(1);
  });
});

describe('globals', () => {
  test('the oldest names are known, and the newest wins', () => {
    page['ChatraID'] = 'old';
    expect(given('ID')).toBe('old');
    page['BrevoConversationsID'] = 'new';
    expect(given('ID')).toBe('new');
  });

  test('stubs are replaced and give their calls; what is no stub stays', () => {
    const stub = Object.assign(() => {}, { q: [['openChat', true], ['hide']] });
    const own = { rooms: 3 };
    const api = () => {};
    Object.assign(page, { Chatra: stub, Parlour: own });
    expect(takeStubs(api)).toEqual(stub.q);
    expect([page['BrevoConversations'], page['Chatra'], page['Parlour']]).toEqual([api, api, own]);
  });
});

describe('appearance', () => {
  beforeEach(() => {
    const colors = { buttonText: null, buttonBg: '#112233', visitorBubbleBg: null, agentBubbleBg: null };
    const appearance = { theme: 'auto', buttonStyle: 'round', buttonPosition: 'br', buttonSize: 60, chatWidth: 380, chatHeight: 600, zIndex: 9999, offsetX: 20, offsetY: 20, colors };
    widget.config = { appearance } as never;
    widget.setup = { buttonPosition: 'bl', chatWidth: '400px', colors: { clientBubbleBg: '#abc' } };
    readAppearance();
  });

  test('the page over the server, calls over both, and back', () => {
    expect(widget.look).toMatchObject({ buttonPosition: 'bl', chatWidth: 400, colors: { buttonBg: '#112233', visitorBubbleBg: '#abc' } });
    change('buttonPosition', 'lt');
    change('colors', { buttonBg: '#ffffff' });
    expect(widget.look).toMatchObject({ buttonPosition: 'lt', colors: { buttonBg: '#ffffff', visitorBubbleBg: '#abc' } });
    change('buttonPosition', null);
    change('colors', null);
    expect(widget.look).toMatchObject({ buttonPosition: 'bl', colors: { buttonBg: '#112233' } });
  });

  test.each([
    ['buttonPosition', 'xx'],
    ['buttonStyle', '}*{display:none'],
    ['theme', 'sepia'],
    ['zIndex', '9;color:red'.slice(1)],
    ['chatHeight', -1],
    ['colors', { buttonBg: 'red;}' }],
  ])('%s: %j stays what it was', (name, value) => {
    const before = widget.look;
    change(name, value);
    expect(widget.look).toEqual(before);
    expect(said).toHaveLength(1);
  });
});

test('the hashes that open the chat', () => {
  for (const [hash, isSo] of [['#brevoConversationsExpanded', true], ['#parlourExpanded', true], ['', false], ['#other', false]] as const) {
    location.hash = hash;
    expect(isExpandedHash()).toBe(isSo);
  }
});

test('the title counts, also where the page changes it, and is what it was', () => {
  document.title = 'Shop';
  countInTitle(2);
  expect([document.title, plainTitle()]).toEqual(['(2) Shop', 'Shop']);
  document.title = '(9) Roses';
  countInTitle(3);
  expect(document.title).toBe('(3) (9) Roses');
  countInTitle(0);
  expect(document.title).toBe('(9) Roses');
});

test('the scrolling of the page is given back as it was', () => {
  const root = document.documentElement;
  holdScroll(true);
  holdScroll(true);
  expect(root.style.overflow).toBe('hidden');
  holdScroll(false);
  expect(root.hasAttribute('style')).toBe(false);
  root.style.overflow = 'auto';
  holdScroll(true);
  holdScroll(false);
  expect(root.style.overflow).toBe('auto');
});

test('the colours are those of the panel', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8').replace(/#fff\b/g, '#ffffff');
  const tokens = read('../../ui/src/tokens.css');
  const styles = read('../loader/button.css') + read('../frame/frame.css');
  const pairs = styles.match(/light-dark\(#[^)]*\)/g) ?? [];
  expect(pairs).toHaveLength(7);
  for (const pair of pairs) expect(tokens).toContain(pair);
  expect(tokens).toContain(`--danger: light-dark(${/background: (#b[^;]+)/.exec(styles)![1]!},`);
});
