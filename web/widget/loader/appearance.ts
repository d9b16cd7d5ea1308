// How the widget looks: what the server told, what the page's settings say over that, and what its calls say over both.
import type { Appearance, Colors } from '../config.ts';
import { widget } from './widget.ts';
import { complain, type Plain } from './plain.ts';

const WORDS: Record<string, RegExp> = {
  theme: /^(auto|light|dark)$/,
  buttonStyle: /^(round|tab)$/,
  buttonPosition: /^(b[lcr]|[lr][tmb])$/,
};
const COLOR = /^#([\da-f]{3}){1,2}$/i;

let configured: Appearance;

export function readAppearance(): void {
  configured = widget.look = { ...widget.config.appearance };
  for (const name in configured) change(name, widget.setup[name]);
  configured = widget.look;
}

/** Takes what a page gives for one name; nothing goes back to what is configured. */
export function change(name: string, given: Plain | undefined): void {
  let value: unknown = given ?? configured[name as keyof Appearance];
  const words = WORDS[name];
  if (given && name === 'colors') value = colorsOf(given as Record<string, Plain>);
  else if (words) value = words.test(value as string) ? value : complain(name);
  else if (given != null) value = parseInt(value as string) >= 0 ? parseInt(value as string) : complain(name);
  if (value != null) widget.look = { ...widget.look, [name]: value };
}

function colorsOf(given: Record<string, Plain>): Colors {
  const colors = { ...widget.look.colors };
  for (const name in colors) {
    // Chatra called visitors clients.
    const color = given[name] ?? given[name.replace('visitor', 'client')];
    if (COLOR.test(color as string)) colors[name as keyof Colors] = color as string;
    else if (color != null) complain(name);
  }
  return colors;
}
