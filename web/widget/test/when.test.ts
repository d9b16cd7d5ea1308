// Moments as people say them: by the language, and by the formats and names that a site gives.
import { expect, test } from 'vitest';
import { loadTexts } from '../panel/texts/resolve.ts';
import { dayName, fullDate, relative, shortTime, type Speaker } from '../panel/time/when.ts';

const at = (year: number, month: number, day: number, hour = 14, minute = 2) => new Date(year, month - 1, day, hour, minute).getTime();
const NOW = at(2026, 3, 14, 15, 0);

async function speaker(language: string, date: object = {}): Promise<Speaker> {
  return { language, texts: await loadTexts(language, [{ date }]) };
}

/** Intl parts the time and its half by a space of its own kind. */
const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, ' ');

test('the time of a message is near in words, and far in numbers', async () => {
  const german = await speaker('de');
  expect(relative(NOW, german, NOW)).toBe('jetzt');
  expect(relative(NOW + 30_000, german, NOW)).toBe('jetzt');
  expect(relative(NOW - 59_000, german, NOW)).toBe('jetzt');
  expect(relative(NOW - 3 * 60_000, german, NOW)).toBe('3 Min.');
  expect(relative(at(2026, 3, 14, 9, 5), german, NOW)).toBe('09:05');
  expect(relative(at(2026, 3, 13), german, NOW)).toBe('14:02');
});

test('a day has a name above its messages', async () => {
  const english = await speaker('en');
  expect(dayName(at(2026, 3, 14, 0, 0), english, NOW)).toBe('Today');
  expect(dayName(at(2026, 3, 13, 23, 59), english, NOW)).toBe('Yesterday');
  expect(dayName(at(2026, 1, 2), english, NOW)).toBe('January 2');
  expect(dayName(at(2025, 12, 31), english, NOW)).toBe('December 31, 2025');
  expect(plain(fullDate(at(2025, 12, 31), english))).toBe('December 31, 2025 at 2:02 PM');
  expect(plain(shortTime(at(2025, 12, 31), english))).toBe('2:02 PM');
});

test('yesterday is yesterday on the first of a month and of a year', async () => {
  const french = await speaker('fr');
  expect(dayName(at(2026, 2, 28), french, at(2026, 3, 1))).toBe('Hier');
  expect(dayName(at(2025, 12, 31), french, at(2026, 1, 1, 0, 1))).toBe('Hier');
});

test('every language has days and times, with the digits of the counters', async () => {
  for (const language of ['ar', 'ja', 'zh', 'ru', 'pl']) {
    const text = fullDate(at(2026, 3, 12), await speaker(language));
    expect(text, language).toMatch(/12/);
    expect(text, language).toMatch(/2026/);
  }
});

test('formats of the texts win', async () => {
  const formats = { date: 'MMMM D', dateWithYear: 'YYYY/MM/DD', time: 'h:mm A' };
  const own = await speaker('en', { format: formats, am: 'morning_AFTER' });
  expect(shortTime(at(2026, 3, 12), own)).toBe('2:02 AFTER');
  expect(shortTime(at(2026, 3, 12, 0, 5), own)).toBe('12:05 morning');
  expect(dayName(at(2026, 3, 12), own, NOW)).toBe('March 12');
  expect(dayName(at(2024, 3, 2), own, NOW)).toBe('2024/03/02');
  expect(fullDate(at(2024, 3, 2), own)).toBe('2024/03/02 2:02 AFTER');
  expect(shortTime(at(2026, 3, 2), await speaker('es', { format: { time: '[a las] HH:mm' } }))).toBe('a las 14:02');
});

test('a month has the form that it has beside a day', async () => {
  expect(dayName(at(2026, 3, 12), await speaker('ru', { format: { date: 'D MMMM' } }), NOW)).toBe('12 марта');
  expect(dayName(at(2026, 3, 12), await speaker('ja', { format: { date: 'MMMMD日' } }), NOW)).toBe('3月12日');
});

test('names of the texts win, with a format and without', async () => {
  const full = Array.from({ length: 12 }, (_, index) => `Moon${index + 1}`).join('_');
  const own = await speaker('en', { month: { full }, am: 'a.m._p.m.' });
  expect(dayName(at(2026, 1, 2), own, NOW)).toBe('Moon1 2');
  expect(plain(shortTime(at(2026, 1, 2), own))).toBe('2:02 p.m.');
  // A list of another length names no months.
  expect(dayName(at(2026, 1, 2), await speaker('en', { month: { full: 'One_Two' } }), NOW)).toBe('January 2');
});
