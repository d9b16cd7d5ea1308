// The texts of a language: loaded when they are needed, changed by what the organization and the site say, ready to be filled in.
import { writeBy } from '../time/when.ts';
import { first, type FirstTexts } from './english/first.ts';

/** The first is spoken where none of them is wanted. One import for each, written out, so that each becomes a file of its own. */
const LOADERS = {
  en: async () => ({ default: first }),
  fr: () => import('./fr.ts'),
  de: () => import('./de.ts'),
  es: () => import('./es.ts'),
  it: () => import('./it.ts'),
  pt: () => import('./pt.ts'),
  nl: () => import('./nl.ts'),
  pl: () => import('./pl.ts'),
  ru: () => import('./ru.ts'),
  ar: () => import('./ar.ts'),
  ja: () => import('./ja.ts'),
  zh: () => import('./zh.ts'),
} satisfies Record<string, () => Promise<{ default: FirstTexts }>>;

export type Language = keyof typeof LOADERS;
export const LANGUAGES = Object.keys(LOADERS) as Language[];

/** The texts of a language with all changes made, the last of which wins. In English where the language cannot be loaded. */
export async function loadTexts(language: string, overrides: readonly unknown[] = []): Promise<FirstTexts> {
  const built: FirstTexts = await LOADERS[languageOf(language)]().then((module) => module.default, () => first);
  const given = overrides.filter((change) => change && Object.keys(change).length);
  // Most widgets change nothing, and need not load how that is done.
  if (!given.length) return built;
  const { changed, writtenByTexts } = await import('./change.ts');
  writeBy(writtenByTexts);
  return changed(built, given);
}

/** The one of the twelve that a language tag such as `pt-BR` means. */
export function languageOf(wanted: string | undefined): Language {
  const primary = wanted?.toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((language) => language === primary) ?? 'en';
}

export function direction(language: string): 'ltr' | 'rtl' {
  return languageOf(language) === 'ar' ? 'rtl' : 'ltr';
}

/**
 * Puts values in for `{{#name}}`; a value that is not there leaves nothing. `{{#username}}` is another word for `{{#name}}`,
 * and forms of a word by number are left out: no text of ours has them.
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text
    .replace(/\{\{plural:[^}]*\}\}/g, '')
    .replace(/\{\{#(\w+)\}\}/g, (_, name: string) => {
      const key = name === 'username' && !Object.hasOwn(values, name) ? 'name' : name;
      return Object.hasOwn(values, key) ? String(values[key]) : '';
    });
}
