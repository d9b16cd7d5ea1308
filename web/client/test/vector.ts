// Runs a vector as vectors/README.md says it.
import type { Input, Output, State } from '../src/machine/types.ts';

export interface Machine {
  step: (state: State, input: Input) => [State, Output[]];
  nextTime: (state: State) => number | null;
  INITIAL: State;
}

export interface Step {
  input: Input;
  outputs: object[];
  next?: number | null;
}

export interface Vector {
  name: string;
  rules: string[];
  description: string;
  steps: Step[];
}

const text = (data: unknown) => (data as { text?: string } | undefined)?.text ?? '';

/** The list of a channel, one text an item. */
export function render(state: State, ch: string): string[] {
  const channel = state.channels.get(ch);
  const lines: string[] = [];
  for (const { seq, kind, data } of channel?.items ?? []) {
    if (kind === 'message') lines.push(`${seq} ${text(data)}`);
    else lines.push(kind === 'note' ? `${seq} note ${text(data)}` : `${seq} ${kind}`);
  }
  for (const { seq, data } of channel?.acked ?? []) lines.push(`+${seq} ${text(data)}`);
  for (const entry of state.outbox) {
    if (entry.ch === ch && !entry.isApplied) lines.push(`${entry.failed ? '!' : '~'} ${text(entry.data)}`);
  }
  return lines;
}

function shown(before: State, after: State): object[] {
  const names = new Set<string>();
  for (const state of [before, after]) {
    for (const ch of state.channels.keys()) names.add(ch);
    for (const { ch } of state.outbox) names.add(ch);
  }
  return [...names].sort().flatMap((ch) => {
    const list = render(after, ch);
    return JSON.stringify(list) === JSON.stringify(render(before, ch)) ? [] : [{ output: 'show', ch, list }];
  });
}

/** What the machine gives out for each step, in the form of the vector. */
export function run(machine: Machine, vector: Vector): Step[] {
  let state = machine.INITIAL;
  return vector.steps.map(({ input, next }) => {
    const before = state;
    const frozen = JSON.stringify([...before.channels]) + JSON.stringify(before.outbox);
    const [after, outputs] = machine.step(state, input);
    if (JSON.stringify([...before.channels]) + JSON.stringify(before.outbox) !== frozen) throw new Error('the step changed an earlier state');
    state = after;
    const given = JSON.parse(JSON.stringify([...outputs, ...shown(before, after)])) as object[];
    return { input, outputs: given, ...(next === undefined ? {} : { next: machine.nextTime(after) }) };
  });
}
