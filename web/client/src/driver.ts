// Runs the state machine: gives it time, chance, frames and storage, and does what it says.
import { connector, type ConnectionOptions, type Link, type LinkEvents } from './connection.ts';
import { nextTime } from './machine/due.ts';
import { INITIAL, step } from './machine/step.ts';
import type { Input, Output, State, StoredEntry } from './machine/types.ts';
import { within } from './outbox/open.ts';
import type { Outbox } from './outbox/types.ts';
import type { Auth } from './protocol.ts';

export interface DriverOptions extends ConnectionOptions {
  /** Another token after 4001; null ends it. If it throws it is asked again later. */
  renew?: () => Promise<Auth | null>;
  random?: () => number;
}

/** A message goes out even where its storage does not answer: then it is only as safe as the page. */
const KEEP_MS = 2_000;
const RENEW_FIRST_MS = 1_000;
const RENEW_MAX_MS = 30_000;
const TIMER_MAX_MS = 60_000;

/** The time of day that no correction of the clock sets back. */
const started = Date.now() - performance.now();
const steadyNow = () => Math.floor(started + performance.now());

export class Driver {
  state: State;
  readonly #options: DriverOptions;
  readonly #outbox: Promise<Outbox>;
  readonly #stepped: (before: State, told: Output[]) => void;
  readonly #random: () => number;
  readonly #connect: ReturnType<typeof connector>;
  readonly #waiting: Input[] = [];
  #link: Link | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  #isClosed = false;

  /** `stepped` is told after each step what the state was before, and what is not for this place alone. */
  constructor(options: DriverOptions, outbox: Promise<Outbox>, stepped: (before: State, told: Output[]) => void) {
    this.#options = options;
    this.#outbox = outbox;
    this.#stepped = stepped;
    this.#random = options.random ?? Math.random;
    this.#connect = connector(options);
    this.state = step(INITIAL, { input: 'time', now: steadyNow() })[0];
    outbox
      .then((outbox) => outbox.list())
      .then((entries) => entries.length && this.give({ input: 'restore', entries: entries.sort((a, b) => a.at - b.at) }))
      .catch(() => {});
  }

  give(input: Input): void {
    if (this.#isClosed) return;
    const waiting = this.#waiting;
    waiting.push({ input: 'time', now: steadyNow() }, input);
    // Whoever is told of a step may give the next input at once; it waits for its turn.
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const before = this.state;
      try {
        const [after, outputs] = step(before, { ...next, random: this.#random() });
        this.state = after;
        this.#stepped(before, outputs.filter((output) => !this.#carryOut(output)));
      } catch (error) {
        // A frame that is none, or a listener's mistake: the step was not made, or is over, and the next one is due.
        globalThis.reportError?.(error);
      }
    }
    this.#isRunning = false;
    this.#plan();
  }

  close(): void {
    this.give({ input: 'stop' });
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#link?.close();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const next = nextTime(this.state);
    if (next === null || this.#isClosed) return;
    const ms = Math.min(TIMER_MAX_MS, Math.max(0, next - steadyNow()));
    this.#timer = setTimeout(() => this.give({ input: 'time', now: steadyNow() }), ms);
  }

  /** Does what is for this place alone; false for the rest. */
  #carryOut(output: Output): boolean {
    switch (output.output) {
      case 'connect':
        this.#open();
        return true;
      case 'close':
        this.#link?.close();
        this.#link = null;
        return true;
      case 'frame':
        this.#link?.send(output.frame);
        return true;
      case 'keep':
        void this.#keep(output.entry);
        return true;
      case 'forget':
        // What stays in spite of this is sent again by the next page, and known by its cid.
        void this.#outbox.then((outbox) => outbox.delete(output.cid)).catch(() => {});
        return true;
      case 'renew':
        void this.#renew(RENEW_FIRST_MS);
        return true;
      default:
        return false;
    }
  }

  async #keep(entry: StoredEntry): Promise<void> {
    const kept = this.#outbox.then((outbox) => outbox.put(entry));
    await within(KEEP_MS, kept).catch(() => {});
    this.give({ input: 'kept', cid: entry.cid });
  }

  #open(): void {
    // What an earlier connection still says is of no interest; the machine ignores what comes after `closed`.
    const give = (input: Input) => this.#link === link && this.give(input);
    const events: LinkEvents = {
      opened: () => give({ input: 'opened' }),
      frame: (frame) => give({ input: 'frame', frame }),
      closed: (code) => give({ input: 'closed', code }),
    };
    const link = this.#connect(events, this.state.auth);
    this.#link = link;
  }

  async #renew(waitMs: number): Promise<void> {
    if (this.state.phase !== 'renewing' || this.#isClosed) return;
    try {
      this.give({ input: 'auth', auth: (await this.#options.renew?.()) ?? null });
    } catch {
      setTimeout(() => void this.#renew(Math.min(RENEW_MAX_MS, waitMs * 2)), waitMs * (0.5 + this.#random()));
    }
  }
}
