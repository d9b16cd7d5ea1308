// The day of the messages below.
import type { Panel } from '../panel.ts';
import { dayName } from '../time/when.ts';

export function DayLine({ panel, at }: { panel: Panel; at: number }) {
  return <p class="day-line">{dayName(at, panel.store.state)}</p>;
}
