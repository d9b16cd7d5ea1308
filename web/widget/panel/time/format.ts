// Dates by a format of the texts. Such a format has
//   YYYY YY  the year          MMMM MMM MM M  the month: name, short name, two digits, digits
//   DD D     the day           HH H, hh h     the hour of 24, of 12        mm  the minute
//   A a      AM or PM as the language has it, and in small letters
// and `[…]` for words in which no letter means anything.

export type NameToken = 'MMMM' | 'MMM' | 'A' | 'a';

const TOKEN = /\[([^\]]*)\]|YYYY|YY|MM?M?M?|DD?|HH?|hh?|mm|[Aa]/g;

/** What is no number has a name, which is asked for when it is needed. */
export function formatted(date: Date, format: string, nameOf: (token: NameToken) => string): string {
  const hours = date.getHours();
  const numbers: Record<string, number> = {
    Y: date.getFullYear(),
    M: date.getMonth() + 1,
    D: date.getDate(),
    H: hours,
    h: hours % 12 || 12,
    m: date.getMinutes(),
  };
  return format.replace(TOKEN, (token, words: string | undefined) => {
    const number = numbers[token[0]!];
    if (words !== undefined) return words;
    if (/MMM|[Aa]/.test(token)) return nameOf(token as NameToken);
    return String(number).padStart(token.length, '0').slice(-Math.max(2, token.length));
  });
}
