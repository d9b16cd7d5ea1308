// Where an arrow key leads in a grid whose columns are as many as there is room for.
export function neighbour(cells: readonly HTMLElement[], from: HTMLElement, key: string): HTMLElement | undefined {
  const at = cells.indexOf(from);
  if (at < 0) return undefined;
  const isMirrored = getComputedStyle(from).direction === 'rtl';
  const forward = isMirrored ? 'ArrowLeft' : 'ArrowRight';
  if (key === 'ArrowLeft' || key === 'ArrowRight') return cells[at + (key === forward ? 1 : -1)];
  if (key === 'Home') return cells[0];
  if (key === 'End') return cells.at(-1);
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined;
  const place = from.getBoundingClientRect();
  const isBeyond = (cell: DOMRect) => (key === 'ArrowDown' ? cell.top > place.top + 1 : cell.top < place.top - 1);
  const distance = (cell: DOMRect) => Math.abs(cell.top - place.top) * 1000 + Math.abs(cell.left - place.left);
  let nearest: [HTMLElement, number] | undefined;
  for (const cell of cells) {
    const box = cell.getBoundingClientRect();
    if (isBeyond(box) && (!nearest || distance(box) < nearest[1])) nearest = [cell, distance(box)];
  }
  return nearest?.[0];
}
