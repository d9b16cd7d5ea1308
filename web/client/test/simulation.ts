// A server of one conversation and a network that does its worst, for one client machine; everything follows from a seed.
import { nextTime } from '../src/machine/due.ts';
import { INITIAL, step } from '../src/machine/step.ts';
import type { Input, State, StoredEntry } from '../src/machine/types.ts';
import type { ClientFrame, EvFrame, ServerFrame } from '../src/protocol.ts';

const CH = 'c:A';
const PAGE = 4;
const MISSING_MAX = 12;

interface Row {
  kind: string;
  id: string;
  text: string;
  cid?: string;
  isDeleted?: boolean;
  /** What an edit or a delete is about. */
  about?: Row;
}

/** A small generator with a seed, so that a failure can be repeated. */
export function randomOf(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Simulation {
  state: State = INITIAL;
  log: Row[] = [];
  /** Texts in the order in which the person wrote them. */
  written: string[] = [];
  stored: StoredEntry[] = [];
  restores = 0;
  #random: () => number;
  #down: ServerFrame[] = [];
  #up: ClientFrame[] = [];
  #isConnected = false;
  #isConnecting = false;
  #isSubscribed = false;
  #isKind = false;
  #count = 0;

  constructor(seed: number) {
    this.#random = randomOf(seed);
    this.give({ input: 'follow', ch: CH });
    this.give({ input: 'start' });
  }

  give(input: Input): void {
    const [state, outputs] = step(this.state, { ...input, random: this.#random() });
    this.state = state;
    for (const output of outputs) {
      if (output.output === 'connect') this.#isConnecting = true;
      if (output.output === 'close') this.#drop();
      if (output.output === 'frame' && this.#isConnected) this.#up.push(output.frame);
      if (output.output === 'keep') {
        this.stored.push(output.entry);
        this.give({ input: 'kept', cid: output.entry.cid });
      }
      if (output.output === 'forget') this.stored = this.stored.filter(({ cid }) => cid !== output.cid);
    }
  }

  /** One thing happens. */
  act(): void {
    const dice = this.#random();
    if (dice < 0.3) this.#deliverUp();
    else if (dice < 0.62) this.#deliverDown();
    else if (dice < 0.72) this.#otherWrites();
    else if (dice < 0.78) this.#write();
    else if (dice < 0.82) this.#heads();
    else if (dice < 0.85) this.#break();
    else if (dice < 0.86) this.#reload();
    else if (dice < 0.87 && this.restores < 1 && !this.#isKind) this.#restoreBackup();
    else if (dice < 0.89) this.give({ input: 'older', ch: CH });
    else if (dice < 0.92) this.give({ input: 'time', now: this.state.now + Math.floor(this.#random() * 30_000) });
    else this.#passTime();
  }

  /** From here on nothing breaks any more; runs until all is quiet. */
  settle(): void {
    this.#isKind = true;
    for (let round = 0; round < 400 && !this.#isQuiet(); round += 1) {
      while (this.#up.length || this.#down.length || this.#isConnecting) {
        this.#deliverUp();
        this.#deliverDown();
      }
      this.#passTime();
      this.#heads();
      this.give({ input: 'older', ch: CH });
    }
  }

  #isQuiet(): boolean {
    const channel = this.state.channels.get(CH)!;
    const isRead = channel.cursor === this.log.length && channel.first === 1;
    return this.state.phase === 'live' && isRead && !this.state.outbox.length && !this.#down.length && !this.#up.length;
  }

  /** What a reader should see. */
  expected(): string[] {
    return this.log.flatMap((row, index) => (row.kind === 'message' && !row.isDeleted ? [`${index + 1} ${row.text}`] : []));
  }

  #passTime(): void {
    const next = nextTime(this.state);
    if (next !== null) this.give({ input: 'time', now: next });
  }

  #epoch(): string {
    return `e${this.restores}`;
  }

  #eventOf(seq: number): EvFrame {
    const row = this.log[seq - 1]!;
    const about = row.about ?? row;
    if (row.kind === 'delete') return { t: 'ev', ch: CH, seq, kind: 'delete', data: { messageId: about.id } };
    if (about.isDeleted) return { t: 'ev', ch: CH, seq, kind: 'hidden' };
    const event: EvFrame = { t: 'ev', ch: CH, seq, kind: row.kind, id: about.id, data: { id: about.id, text: about.text } };
    if (row.cid) event.cid = row.cid;
    return event;
  }

  #record(row: Row): number {
    this.log.push(row);
    const seq = this.log.length;
    if (!this.#isConnected || !this.#isSubscribed) return seq;
    const dice = this.#isKind ? 1 : this.#random();
    // A live event may be lost on its way, or come twice.
    if (dice > 0.2) this.#down.push(this.#eventOf(seq));
    if (dice > 0.9 && !this.#isKind) this.#down.push(this.#eventOf(seq));
    return seq;
  }

  #otherWrites(): void {
    const messages = this.log.filter((row) => row.kind === 'message' && !row.isDeleted);
    const about = messages[Math.floor(this.#random() * messages.length)];
    const dice = this.#random();
    this.#count += 1;
    if (about && dice < 0.15) {
      about.text = `edited ${this.#count}`;
      this.#record({ kind: 'edit', id: '', text: '', about });
    } else if (about && dice < 0.25) {
      about.isDeleted = true;
      this.#record({ kind: 'delete', id: '', text: '', about });
    } else if (dice < 0.35) this.#record({ kind: 'visitor', id: '', text: '' });
    else this.#record({ kind: 'message', id: `m${this.#count}`, text: `other ${this.#count}` });
  }

  #write(): void {
    this.#count += 1;
    const text = `own ${this.#count}`;
    this.written.push(text);
    this.give({ input: 'send', cid: `cid-${this.#count}`, ch: CH, data: { text } });
  }

  #heads(): void {
    if (this.#isConnected && this.#isSubscribed) this.#down.push({ t: 'hb', heads: { [CH]: this.log.length } });
    else if (this.#isConnected) this.#down.push({ t: 'hb', heads: {} });
  }

  #drop(): void {
    this.#isConnected = this.#isConnecting = this.#isSubscribed = false;
    this.#up = [];
    this.#down = [];
  }

  #break(): void {
    if (!this.#isConnected && !this.#isConnecting) return;
    this.#drop();
    this.give({ input: 'closed', code: 1006 });
  }

  /** The page is loaded again: only the outbox is left. */
  #reload(): void {
    this.#drop();
    const { now } = this.state;
    this.state = INITIAL;
    this.give({ input: 'time', now });
    this.give({ input: 'restore', entries: this.stored });
    this.give({ input: 'follow', ch: CH });
    this.give({ input: 'start' });
  }

  /** The server is set back to an older copy of its database. */
  #restoreBackup(): void {
    if (this.log.length < 3) return;
    this.restores += 1;
    this.log.length -= 2;
    for (const row of this.log) {
      const isStill = this.log.some((other) => other.kind === 'delete' && other.about === row);
      if (row.kind === 'message') row.isDeleted = isStill;
    }
    this.#break();
  }

  #deliverDown(): void {
    if (this.#isConnecting) {
      this.#isConnecting = false;
      if (!this.#isKind && this.#random() < 0.3) return this.give({ input: 'closed' });
      this.#isConnected = true;
      this.#down.push({ t: 'hello', v: 1, epoch: this.#epoch(), serverTime: 0, heartbeatMs: 25_000, maxFrame: 65_536 });
      return this.give({ input: 'opened' });
    }
    const frame = this.#down.shift();
    if (frame) this.give({ input: 'frame', frame });
  }

  #deliverUp(): void {
    const frame = this.#up.shift();
    if (!frame) return;
    if (frame.t === 'send') this.#store(frame.cid, frame.data.text ?? '');
    if (frame.t === 'sub') this.#isSubscribed = true;
    if (frame.t === 'sub' || frame.t === 'more') this.#answer(frame);
  }

  #store(cid: string, text: string): void {
    if (!this.#isKind && this.#random() < 0.15) {
      this.#down.push({ t: 'nack', cid, code: 'unavailable', message: 'not now', final: false });
      return;
    }
    const known = this.log.findIndex((row) => row.cid === cid) + 1;
    const ack = (seq: number): ServerFrame => ({ t: 'ack', cid, ch: CH, id: this.log[seq - 1]!.id, seq, at: 0, dup: known > 0 });
    const isFirst = this.#random() < 0.5;
    if (known) this.#down.push(ack(known));
    else if (isFirst) {
      this.#down.push(ack(this.log.push({ kind: 'message', id: `m-${cid}`, text, cid })));
      const row = this.log.pop()!;
      this.#record(row);
    } else this.#down.push(ack(this.#record({ kind: 'message', id: `m-${cid}`, text, cid })));
  }

  #answer(frame: Extract<ClientFrame, { t: 'sub' | 'more' }>): void {
    const head = this.log.length;
    const [epoch, at] = (frame.cursor ?? '').split(':');
    const known = epoch === this.#epoch() && Number(at) <= head ? Number(at) : null;
    const page = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, i) => this.#eventOf(from + i + 1));
    const answer = (events: EvFrame[], more: object): void => {
      this.#down.push({ t: 'subok', ch: CH, epoch: this.#epoch(), head, recovered: true, events, more: false, ...more } as ServerFrame);
    };
    if (frame.t === 'more' && frame.before && known !== null) {
      const from = Math.max(0, known - 1 - PAGE);
      return answer(page(from, known - 1), from > 0 ? { prev: `${epoch}:${from + 1}` } : {});
    }
    if (known === null || head - known > MISSING_MAX) {
      const from = Math.max(0, head - PAGE);
      const prev = from > 0 ? { prev: `${this.#epoch()}:${from + 1}` } : {};
      return answer(page(from, head), { recovered: known !== null, ...(known === null ? {} : { limited: true }), ...prev });
    }
    const to = Math.min(head, known + PAGE);
    answer(page(known, to), { more: to < head });
  }
}
