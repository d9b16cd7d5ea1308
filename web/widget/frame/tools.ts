// What the loader gives. An earlier loader may meet a later one of these for a day: what is here stays.
import type { Tools } from '../loader/opening.ts';

export let widget: Tools['widget'];
export let tools: Tools;

export function take(given: Tools): void {
  tools = given;
  widget = given.widget;
}
