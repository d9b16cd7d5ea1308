// Elements, by nothing that a strict policy of the page forbids.
const SVG = 'http://www.w3.org/2000/svg';

/** Drawn for a square of 24. */
export const CROSS = 'M18 6 6 18M6 6l12 12';

export function make<Name extends keyof HTMLElementTagNameMap>(name: Name, parent?: ParentNode): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  parent?.append(element);
  return element;
}

/** A picture of one line. */
export function icon(line: string, parent: Element): void {
  const path = document.createElementNS(SVG, 'path');
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  path.setAttribute('d', line);
  svg.append(path);
  parent.append(svg);
}

export function sheetOf(text = ''): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}
