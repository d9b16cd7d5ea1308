// The twelve languages say the same, and what an organization or a site changes in them comes out as it was meant.
import { expect, test } from 'vitest';
import { en, wholeOf } from '../panel/texts/en.ts';
import { direction, fill, LANGUAGES, languageOf, loadTexts } from '../panel/texts/resolve.ts';

type Leaves = Record<string, string>;

function leaves(tree: object, path = ''): Leaves {
  const found: Leaves = {};
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found[path + key] = value;
    else Object.assign(found, leaves(value, `${path}${key}.`));
  }
  return found;
}

const placeholders = (text: string) => (text.match(/\{\{[^}]*\}\}/g) ?? []).sort();

/** What the browser knows better. */
const MAY_BE_EMPTY = /^date\.(month|format|am)/;

/** Words that are the same in several languages. */
const INTERNATIONAL = /^(units\.|date\.|customStrings\.mobile_chatWithUs$|online$|offlineShort$|email$|message$|name$|optional$|title$|image$|and$|agent$|emoji\.smileys$|rating\.)/;

test.each(LANGUAGES)('%s has every text, with the placeholders of English', async (language) => {
  const english = leaves(en);
  const spoken = leaves(await loadTexts(language));
  expect(Object.keys(spoken).sort()).toEqual(Object.keys(english).sort());
  for (const [key, text] of Object.entries(spoken)) {
    expect(placeholders(text), key).toEqual(placeholders(english[key]!));
    if (!MAY_BE_EMPTY.test(key)) expect(text.trim(), key).not.toBe('');
    if (language !== 'en' && !INTERNATIONAL.test(key)) expect(text, `${key} is still English`).not.toBe(english[key]);
  }
});

test('changes replace single texts, and the last one wins', async () => {
  const french = await loadTexts('fr', [
    { customStrings: { welcome: 'Bienvenue chez Nora', chatWithUs: 'Parlez-nous' } },
    { customStrings: { welcome: 'Salut' }, online: 'Là' },
  ]);
  const texts = wholeOf({ texts: french });
  expect(texts.customStrings.welcome).toBe('Salut');
  expect(texts.customStrings.chatWithUs).toBe('Parlez-nous');
  expect(texts.online).toBe('Là');
  expect(texts.chat.send).toBe('Envoyer');
  expect((await loadTexts('fr')).online).toBe('En ligne');
});

test('changes that are no texts, or that nobody knows, are not taken over', async () => {
  const changes = JSON.parse('{"__proto__":{"welcome":"x","polluted":1},"constructor":{"prototype":{"polluted":1}},"online":{"a":1},"chat":"x","date":null,"_chatra":{"logo":"x"},"name":7}');
  const texts = await loadTexts('en', [changes, null, undefined, 'text', 3]);
  expect(texts).toEqual(en);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('a text can name another one: beside it, or by its path', async () => {
  const texts = await loadTexts('en', [
    { status: { waiting: '{{$connecting}}', failed: '{{$customStrings.welcome}} {{$no.such}}!' }, agent: '{{$email}} {{#name}}' },
  ]);
  expect(texts.status.waiting).toBe('Connecting…');
  expect(texts.status.failed).toBe(`${en.customStrings.welcome} !`);
  expect(texts.agent).toBe('E-mail {{#name}}');
});

test('texts that name one another come to an end', async () => {
  const texts = await loadTexts('en', [{ online: 'a{{$loading}}', loading: 'b{{$online}}' }]);
  expect(texts.online).toMatch(/^[ab]+$/);
});

test('placeholders are filled in with what there is', () => {
  expect(fill('{{#name}} writes to {{#email}}', { name: 'Ana', email: 'a@b.example' })).toBe('Ana writes to a@b.example');
  expect(fill('Hello {{#name}}!', {})).toBe('Hello !');
  expect(fill('{{#username}} joined', { name: 'Ana' })).toBe('Ana joined');
  expect(fill('{{#count}} message{{plural:#count,s}}', { count: 3 })).toBe('3 message');
  expect(fill('{{#constructor}}{{#name}}', { name: '{{#email}} $& $1' })).toBe('{{#email}} $& $1');
});

test('a language tag means one of the twelve', () => {
  expect(languageOf('pt-BR')).toBe('pt');
  expect(languageOf('ZH_Hant')).toBe('zh');
  expect(languageOf('sv')).toBe('en');
  expect(languageOf('__proto__')).toBe('en');
  expect(languageOf(undefined)).toBe('en');
  expect(LANGUAGES.map(direction).filter((side) => side === 'rtl')).toEqual(['rtl']);
  expect(direction('ar-EG')).toBe('rtl');
});
