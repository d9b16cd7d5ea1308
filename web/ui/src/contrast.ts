// Colours that can be read: what an organization chose is kept, and what stands on it or beside it follows.

/** The surfaces of tokens.css, light and dark. */
export const SURFACES = { light: '#fffefc', dark: '#191816' };

/** What WCAG 2.2 AA asks of text. */
const ENOUGH = 4.5;

type Rgb = [number, number, number];

/** Colours of an organization's own; null for ours. */
export interface BrandColors {
  buttonText?: string | null;
  buttonBg?: string | null;
  visitorBubbleBg?: string | null;
  agentBubbleBg?: string | null;
}

/** From 1 to 21. */
export function contrast(one: string, other: string): number {
  const lights = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => b - a) as [number, number];
  return (lights[0] + 0.05) / (lights[1] + 0.05);
}

/** The colour of text on a ground; one of both can always be read. */
export function readableOn(background: string): '#000' | '#fff' {
  return contrast(background, '#fff') >= ENOUGH || contrast(background, '#fff') > contrast(background, '#000') ? '#fff' : '#000';
}

/** The colour nearest to a brand's that can be read as text on a surface. */
export function accentOn(surface: string, brand: string): string {
  const end: Rgb = luminance(parse(surface)) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  const from = parse(brand);
  for (let step = 0; step < 20; step++) {
    const color = hex(from.map((part, index) => part + ((end[index] ?? 0) - part) * (step / 20)));
    if (contrast(color, surface) >= ENOUGH) return color;
  }
  return hex(end);
}

/** The variables of tokens.css for an organization's colours; those left out go back to ours. */
export function brandVariables(colors: BrandColors): Record<string, string | null> {
  const { buttonText, buttonBg, visitorBubbleBg, agentBubbleBg } = known(colors);
  const visitor = visitorBubbleBg ?? buttonBg;
  const isTextReadable = buttonBg && buttonText && contrast(buttonBg, buttonText) >= ENOUGH;
  return {
    '--brand': buttonBg,
    '--brand-text': isTextReadable ? buttonText : buttonBg && readableOn(buttonBg),
    '--brand-link': buttonBg && accentOn(SURFACES.light, buttonBg),
    '--brand-link-dark': buttonBg && accentOn(SURFACES.dark, buttonBg),
    '--brand-visitor': visitor,
    '--brand-visitor-text': visitor && readableOn(visitor),
    '--brand-agent': agentBubbleBg,
    '--brand-agent-text': agentBubbleBg && readableOn(agentBubbleBg),
  };
}

/** Sets the colours of an organization on a page. */
export function paint(colors: BrandColors, root: HTMLElement = document.documentElement): void {
  for (const [name, value] of Object.entries(brandVariables(colors))) {
    if (value) root.style.setProperty(name, value);
    else root.style.removeProperty(name);
  }
}

/** Only what is a colour of three or six digits; a page may hand us anything. */
function known(colors: BrandColors): Required<BrandColors> {
  const color = (value: unknown) => (typeof value === 'string' && /^#([\da-f]{3}|[\da-f]{6})$/i.test(value) ? value : null);
  return {
    buttonText: color(colors.buttonText),
    buttonBg: color(colors.buttonBg),
    visitorBubbleBg: color(colors.visitorBubbleBg),
    agentBubbleBg: color(colors.agentBubbleBg),
  };
}

function parse(color: string): Rgb {
  const digits = color.length === 4 ? color.replace(/[\da-f]/gi, '$&$&') : color;
  return [1, 3, 5].map((at) => parseInt(digits.slice(at, at + 2), 16)) as Rgb;
}

function hex(parts: number[]): string {
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
