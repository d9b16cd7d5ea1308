// What may be uploaded, and what a size is called. Pure.
import { fill } from '../texts/resolve.ts';
import type { Texts } from '../texts/en.ts';

/** In steps of 1024, as limits are set. */
const MEGABYTE = 1024 * 1024;

/** What browsers show without running anything of it. */
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

export const isPicture = (mimeType: string) => PICTURES.includes(mimeType);

/** Why a file cannot be sent; null where it can. What a browser calls empty is often a folder. */
export function refusalOf(file: { size: number }, sizeBytesMax: number, texts: Texts, language: string): string | null {
  if (file.size > sizeBytesMax) return tooLarge(sizeBytesMax, texts, language);
  return file.size ? null : texts.notAllowedFile;
}

/** The text has the unit: megabytes. */
export const tooLarge = (sizeBytesMax: number, texts: Texts, language: string) =>
  fill(texts.maximumFileSize, { size: new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(sizeBytesMax / MEGABYTE) });

/** `1.4 MB`. */
export function sizeName(sizeBytes: number, units: Texts['units'], language: string): string {
  const names = [units.b, units.kb, units.mb, units.gb];
  let [amount, unit] = [sizeBytes, 0];
  // What rounds to 1024 belongs to the next one.
  while (amount >= 1023.95 && unit < names.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  const digits = new Intl.NumberFormat(language, { maximumFractionDigits: amount < 10 ? 1 : 0 });
  return `${digits.format(amount)}\u00a0${names[unit]}`;
}
