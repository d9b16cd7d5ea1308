// What components may ask of the panel beside reading its state: the one interface between what is shown and what is done.
import type { Host } from './host.ts';
import type { Store } from './state.ts';

export interface Panel {
  readonly store: Store;
  readonly host: Host;
  /** One request as the visitor, JSON in and out; refusals are `ApiError`s. */
  request(method: string, address: string, body?: unknown): Promise<unknown>;
  /** The visitor's token, for what `request` cannot do. */
  token(): string | null;
  /** Shows a message and sends it, or holds it back where the form is required first. */
  send(text: string, fileIds?: string[]): void;
  /** Sends what was held back. */
  release(): void;
  retry(cid: string): void;
  discard(cid: string): void;
  older(): void;
  /** Connects at once, because the visitor asks for it. */
  reconnect(): void;
  /** Whether the latest message can be seen, as far as scrolling goes. */
  atEnd(isAtEnd: boolean): void;
  /** What stands in the composer now; empty when nothing does. */
  typing(text: string): void;
  /** The visitor agrees that something is stored. */
  agree(): void;
  /** What was kept in this browser under a name; null where nothing was. */
  recall(name: string): unknown;
  /** Keeps something in this browser, as JSON; for as long as the page where nothing may be stored. */
  keep(name: string, value: unknown): void;
  /** Puts the caret into the composer. */
  focusComposer(): void;
  /** Something went wrong, for the visitor. */
  complain(text: string): void;
  analytic(name: string, data?: Record<string, unknown>): void;
}
