// Moments in the names and formats that the texts have, where they have any.
import type { Texts } from '../texts/en.ts';
import { formatted, type NameToken } from './format.ts';
import type { Speaker, Write } from './when.ts';

export const writtenByTexts: Write = (date, speaker, format, options, formatter) => {
  if (format) return formatted(date, format, (token) => nameOf(date, speaker, token, formatter));
  return formatter(options)
    .formatToParts(date)
    .map(({ type, value }) => (type === 'month' ? ownName(date, speaker, 'MMMM') : type === 'dayPeriod' && ownName(date, speaker, 'A')) || value)
    .join('');
};

function nameOf(date: Date, speaker: Speaker, token: NameToken, formatter: Parameters<Write>[4]): string {
  if (token === 'a') return nameOf(date, speaker, 'A', formatter).toLowerCase();
  const own = ownName(date, speaker, token);
  if (own) return own;
  const part = (type: string, options: Intl.DateTimeFormatOptions) =>
    formatter(options).formatToParts(date).find((part) => part.type === type)?.value ?? '';
  if (token === 'A') return part('dayPeriod', { hour: 'numeric', hour12: true });
  const month = token === 'MMM' ? 'short' : 'long';
  const beside = part('month', { day: 'numeric', month });
  // Beside a day a month may have another form than alone, or be but a number.
  return /\D/.test(beside) ? beside : formatter({ month }).format(date);
}

/** The name that the texts have, if they do. */
function ownName(date: Date, speaker: Speaker, token: NameToken): string | undefined {
  // Comes with what completes English.
  const { date: texts } = speaker.texts as Pick<Texts, 'date'>;
  if (token === 'A') return list(texts.am, 2)?.[date.getHours() < 12 ? 0 : 1];
  return list(token === 'MMM' ? texts.month.short : texts.month.full, 12)?.[date.getMonth()];
}

function list(joined: string, length: number): string[] | undefined {
  const parts = joined.split('_');
  return parts.length === length ? parts : undefined;
}
