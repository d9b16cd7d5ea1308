// Rules that are taken out of the machine one by one: each must be missed by a vector, or the vectors prove nothing.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { run, type Machine, type Vector } from './vector.ts';

/** What is taken out: in which file which text becomes which. */
const FAULTS: [name: string, file: string, text: string, instead: string][] = [
  ['R1: live events are applied before the answer', 'list.ts', "channel.cursor === null || channel.asked === 'sub' || ", ''],
  ['R1: what came before the answer is dropped', 'list.ts', 'export function drain(channel: Channel, applied: Applied): void {', 'export function drain(channel: Channel, applied: Applied): void { channel.held = new Map();'],
  ['R2: a hole is not noticed', 'list.ts', '|| seq > channel.cursor + 1)', ')'],
  ['R2: what was applied is applied again', 'list.ts', 'seq === channel.cursor + 1) {\n    apply', 'seq <= channel.cursor + 1) {\n    apply'],
  ['R2: nobody asks for a hole', 'due.ts', "channel.head > channel.cursor) return 'more'", "channel.head > channel.cursor) return null"],
  ['R2: an answer that brings nothing is asked for again at once', 'channels.ts', '? draft.state.now + limits.ASK_AGAIN_MS : 0', '? 0 : 0'],
  ['R3: heads are ignored', 'channels.ts', 'if (channel) channel.head = Math.max(channel.head, head);', 'if (channel) continue;'],
  ['R3: a lost answer is waited for for ever', 'due.ts', 'state.now >= askedAt + limits.ASK_MS', 'false'],
  ['R3: an own conversation is not looked for', 'channels.ts', "state.role !== 'agent' && state.role !== 'program'", 'false'],
  ['R4: nothing is sent again after a reconnect', 'connection.ts', 'from: entry.isSent ? 0 : entry.from', 'from: entry.isSent ? Infinity : entry.from'],
  ['R4: nothing is sent again after a while', 'due.ts', 'from: state.now + resendMs(tries + 1)', 'from: Infinity'],
  ['R4: the waits do not grow', 'outbox.ts', ' * 2 ** (tries - 1)', ''],
  ['R4: sent before it is stored', 'due.ts', 'return entry.isKept', 'return true'],
  ['R4: a message overtakes another', 'due.ts', 'entry.failed || busy.has(entry.ch)', 'entry.failed'],
  ['R4: a final refusal is not final', 'outbox.ts', 'if (frame.final) {', 'if (false) {'],
  ['R4: tried for ever', 'outbox.ts', '!entry.failed && entry.until <= draft.state.now', 'false'],
  ['R4: forgotten on the event alone', 'outbox.ts', "(entry.failed ? drop(draft, cid) : { isApplied: true })", 'drop(draft, cid)'],
  ['R5: the cid is not looked at', 'channels.ts', 'if (event.cid) onOwnEvent', 'if (false) onOwnEvent'],
  ['R5: every sending has another cid', 'due.ts', "{ t: 'send', cid, ch, data }", "{ t: 'send', cid: cid + tries, ch, data }"],
  ['R5: the ack does not replace', 'outbox.ts', 'if (channel && !isShown) {', 'if (false) {'],
  ['R6: no chance', 'connection.ts', 'Math.floor(random * bound)', 'bound'],
  ['R6: no bound', 'connection.ts', 'Math.min(limits.BACKOFF_MAX_MS, ', '(0, '],
  ['R6: always short', 'connection.ts', 'state.failures += 1;', ''],
  ['R6: never short again', 'connection.ts', ">= limits.STEADY_MS) state.failures = 0", '< 0) state.failures = 0'],
  ['R6: `retryAfter` is not waited for', 'connection.ts', 'state.bye.retryAfter * 1_000', '0 * 1_000'],
  ['R6: the network makes it come too early', 'connection.ts', 'state.now >= state.connectFrom', 'true'],
  ['silence is borne', 'step.ts', 'state.deadline = state.now + limits.SILENCE_MS', 'state.deadline = null'],
  ['4001 does not renew', 'connection.ts', 'code === CLOSE_UNAUTHORIZED', 'false'],
  ['4008 does not wait', 'connection.ts', 'code === CLOSE_RATE_LIMITED', 'false'],
  ['4010 keeps cursors', 'connection.ts', 'code === CLOSE_MISMATCH', 'false'],
  ...[4003, 4400, 4409, 1002, 1003, 1007, 1009].map(
    (code): [string, string, string, string] => [`${code} comes back`, '../protocol.ts', `${code}, `.replace('1009, ', ', 1009'), ''],
  ),
  ['another epoch is taken for the same', 'connection.ts', 'if (state.epoch === epoch) return;', 'if (state.epoch !== null) return;'],
  ['a new beginning is taken for a continuation', 'channels.ts', '!frame.recovered || frame.limited', 'false'],
  ['a late answer is taken for older ones', 'list.ts', 'last.seq >= channel.first) return false', 'last.seq < 0) return false'],
  ['older pages go to the end', 'list.ts', '[...items, ...channel.items]', '[...channel.items, ...items]'],
  ['the heartbeat has no spread', 'connection.ts', '(2 * random - 1) * limits.HEARTBEAT_SPREAD_MS', '0'],
  ['no measure', 'due.ts', 'fullAt - state.now > limits.PACE_MAX * limits.PACE_MS', 'false'],
];

const MACHINE = fileURLToPath(new URL('../src/machine/', import.meta.url));
const VECTORS = new URL('../vectors/', import.meta.url);
const vectors = readdirSync(VECTORS)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8')) as Vector);
const directory = mkdtempSync(join(tmpdir(), 'parlour-faults-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function machineWith(number: number, file: string, text: string, instead: string): Promise<Machine> {
  const outfile = join(directory, `${number}.mjs`);
  await build({
    stdin: { contents: "export * from './step.ts'; export { nextTime } from './due.ts';", resolveDir: MACHINE },
    bundle: true,
    format: 'esm',
    outfile,
    plugins: [
      {
        name: 'fault',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const contents = readFileSync(path, 'utf8');
            if (path !== join(MACHINE, file)) return { contents, loader: 'ts' };
            if (!contents.includes(text)) throw new Error(`${file} no longer has ${text}`);
            return { contents: contents.replace(text, () => instead), loader: 'ts' };
          }),
      },
    ],
  });
  return (await import(pathToFileURL(outfile).href)) as Machine;
}

function noticing(machine: Machine): string[] {
  return vectors.filter((vector) => JSON.stringify(run(machine, vector)) !== JSON.stringify(vector.steps)).map(({ name }) => name);
}

test('the machine as it is passes every vector', async () => {
  expect(noticing(await machineWith(0, 'step.ts', 'step', 'step'))).toEqual([]);
});

test.each(FAULTS.map((fault, index) => [index + 1, ...fault] as const))('%i. %s', async (number, _name, file, text, instead) => {
  expect(noticing(await machineWith(number, file, text, instead))).not.toEqual([]);
});
