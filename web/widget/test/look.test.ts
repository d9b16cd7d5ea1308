// What is read can be read: the tokens' colours in both themes, and any colour that an organization chooses.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { initials } from '../../ui/src/avatar.tsx';
import { accentOn, brandVariables, contrast, readableOn, SURFACES } from '../../ui/src/contrast.ts';

const tokens = readFileSync(new URL('../../ui/src/tokens.css', import.meta.url), 'utf8').replace(/\/\*[^]*?\*\//g, '');

/** Our own colours of a theme, where a brand's could be. */
function theme(side: 0 | 1): Record<string, string> {
  const pairs = [...tokens.matchAll(/--([\w-]+): (.+);/g)].map(([, name, value]) => {
    const own = value!.replace(/var\(--brand[\w-]*, (.*?)\)(?=[,)]|$)/g, '$1').replace(/light-dark\((.+?), (.+?)\)/g, (_, ...sides: string[]) => sides[side]!);
    return [name, own];
  });
  return Object.fromEntries(pairs);
}

const light = theme(0);
const dark = theme(1);

const PAIRS = [
  ['text', 'surface'], ['text', 'surface-2'], ['text', 'surface-3'], ['text-muted', 'surface'], ['text-muted', 'surface-2'],
  ['on-accent', 'accent'], ['link', 'surface'], ['link', 'surface-2'], ['bubble-visitor-text', 'bubble-visitor'],
  ['bubble-agent-text', 'bubble-agent'], ['text-muted', 'bubble-agent'], ['danger', 'surface'], ['danger', 'danger-soft'], ['success', 'surface'],
] as const;

test.each([['light', light], ['dark', dark]])('text can be read in the %s theme', (_, theme) => {
  for (const [text, ground] of PAIRS) expect(contrast(theme[text]!, theme[ground]!), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  expect(contrast(theme['line-strong']!, theme.surface!)).toBeGreaterThanOrEqual(3);
});

test('the surfaces are those of contrast.ts', () => {
  expect({ light: light.surface, dark: dark.surface }).toEqual(SURFACES);
});

test('any colour of a brand can be read, on it and beside it', () => {
  const steps = [0, 51, 102, 153, 204, 255];
  const digits = (part: number) => part.toString(16).padStart(2, '0');
  for (const red of steps) for (const green of steps) for (const blue of steps) {
    const brand = `#${digits(red)}${digits(green)}${digits(blue)}`;
    expect(contrast(readableOn(brand), brand), brand).toBeGreaterThanOrEqual(4.5);
    for (const surface of Object.values(SURFACES)) expect(contrast(accentOn(surface, brand), surface), brand).toBeGreaterThanOrEqual(4.5);
  }
});

test('a brand colour that can be read is kept, a text that cannot is not', () => {
  expect(accentOn(SURFACES.light, '#1d5b4c')).toBe('#1d5b4c');
  expect(brandVariables({ buttonBg: '#ffd400', buttonText: '#ffffff' })).toMatchObject({ '--brand': '#ffd400', '--brand-text': '#000', '--brand-visitor-text': '#000' });
  expect(brandVariables({ buttonBg: '#123', buttonText: '#ffe' })).toMatchObject({ '--brand-text': '#ffe' });
  expect(brandVariables({ buttonBg: 'red; background: url(x)' })['--brand']).toBeNull();
});

test('a name has first letters', () => {
  expect(initials('Ana María Ruiz')).toBe('AR');
  expect(initials('  li  ')).toBe('L');
  expect(initials('(Support) 🌱 Team')).toBe('ST');
  expect(initials('山田')).toBe('山');
  expect(initials('…')).toBe('');
});
