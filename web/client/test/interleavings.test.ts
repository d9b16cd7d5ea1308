import { expect, test } from 'vitest';
import { Simulation } from './simulation.ts';
import { render } from './vector.ts';

const RUNS = Number(process.env.PARLOUR_RUNS ?? 300);
const ACTIONS = 250;

const isRising = (numbers: number[]) => numbers.every((number, index) => !index || number > numbers[index - 1]!);

/** Durable items are in order, nothing is shown twice, and what is kept is bounded. */
function check(seed: number, { state }: Simulation): void {
  const { items = [], cursor = null, held } = state.channels.get('c:A') ?? {};
  const seqs = items.map(({ seq }) => seq);
  const own = render(state, 'c:A').filter((line) => /own \d+$/.test(line)).map((line) => line.replace(/^\S+ /, ''));
  const isSound = isRising(seqs) && (cursor ?? 0) >= (seqs.at(-1) ?? 0) && (held?.size ?? 0) <= 500 && new Set(own).size === own.length;
  if (!isSound) expect.fail(`seed ${seed}: ${render(state, 'c:A').join(', ')}`);
}

test(`after ${RUNS} random stories each list is what the server has`, () => {
  let events = 0;
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const simulation = new Simulation(seed);
    for (let action = 0; action < ACTIONS; action += 1) {
      simulation.act();
      check(seed, simulation);
    }
    simulation.settle();
    expect(render(simulation.state, 'c:A'), `seed ${seed}`).toEqual(simulation.expected());
    expect(simulation.state.outbox, `seed ${seed}`).toEqual([]);
    expect(simulation.stored, `seed ${seed}`).toEqual([]);
    const cids = simulation.log.flatMap(({ cid }) => cid ?? []);
    expect(cids).toEqual([...new Set(cids)]);
    // A backup knows nothing of what came after it; otherwise every message is there, in the order in which it was written.
    if (!simulation.restores) expect(cids.map((cid) => cid.replace('cid-', 'own '))).toEqual(simulation.written);
    events += simulation.log.length;
  }
  expect(events).toBeGreaterThan(RUNS * 10);
}, 600_000);
