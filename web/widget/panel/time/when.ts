// Moments in words: as the browser knows them for the language, unless the texts have names or formats of their own.
import type { FirstTexts } from '../texts/english/first.ts';
import { fill, languageOf } from '../texts/resolve.ts';

/** Whose words: the panel's state is one. */
export interface Speaker {
  language: string;
  texts: Pick<FirstTexts, 'date'>;
}

const MINUTE_MS = 60_000;

/** `14:02` */
export function shortTime(at: number, speaker: Speaker): string {
  return written(at, speaker, speaker.texts.date.format.time, { timeStyle: 'short' });
}

/** `Today`, `Yesterday`, `12 March`, `12 March 2024`: above the messages of a day. */
export function dayName(at: number, speaker: Speaker, now: number = Date.now()): string {
  const { today, yesterday, format } = speaker.texts.date;
  const days = daysBetween(at, now);
  if (days <= 0) return today;
  if (days === 1) return yesterday;
  return isSameYear(at, now)
    ? written(at, speaker, format.date, { day: 'numeric', month: 'long' })
    : written(at, speaker, format.dateWithYear, { day: 'numeric', month: 'long', year: 'numeric' });
}

/** `12 March 2024, 14:02`: what is shown to who points at a time. */
export function fullDate(at: number, speaker: Speaker): string {
  const { dateWithYear } = speaker.texts.date.format;
  if (dateWithYear) return `${written(at, speaker, dateWithYear, {})} ${shortTime(at, speaker)}`;
  return written(at, speaker, '', { dateStyle: 'long', timeStyle: 'short' });
}

/** `now`, `3 min`, `14:02`: beside a message, above which the day has its name. */
export function relative(at: number, speaker: Speaker, now: number = Date.now()): string {
  const { moment, minute } = speaker.texts.date;
  const minutes = Math.floor((now - at) / MINUTE_MS);
  if (minutes < 1) return moment;
  return minutes < 60 ? fill(minute, { count: minutes }) : shortTime(at, speaker);
}

/** How many midnights lie between; a day of 23 hours is a day. */
function daysBetween(at: number, now: number): number {
  return Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / (24 * 60 * MINUTE_MS));
}

function isSameYear(at: number, now: number): boolean {
  return new Date(at).getFullYear() === new Date(now).getFullYear();
}

/** By what the browser knows for the language and the options. */
type Formatter = (options: Intl.DateTimeFormatOptions) => Intl.DateTimeFormat;
export type Write = (date: Date, speaker: Speaker, format: string, options: Intl.DateTimeFormatOptions, formatter: Formatter) => string;

let write: Write = (date, _speaker, _format, options, formatter) => formatter(options).format(date);

/** Where the texts were changed, dates may have other names and formats (own.ts); only then that is loaded. */
export function writeBy(other: Write): void {
  write = other;
}

function written(at: number, speaker: Speaker, format: string, options: Intl.DateTimeFormatOptions): string {
  return write(new Date(at), speaker, format, options, (options) => formatter(speaker.language, options));
}

/** Making one is slow; there are few. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let known = formatters.get(key);
  if (!known) formatters.set(key, (known = new Intl.DateTimeFormat(tag(language), { numberingSystem: 'latn', ...options })));
  return known;
}

/** The visitor's own kind of the language, such as British English, if that is what the panel speaks. */
function tag(language: string): string {
  return globalThis.navigator?.languages.find((own) => languageOf(own) === language && own.startsWith(language)) ?? language;
}
