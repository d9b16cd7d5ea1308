// What the panel knows, and who is told when that changes. One place; components only read it.
import { NO_VIEW, type components, type Session, type Status, type View } from '@parlour/client';
import type { WidgetConfig } from '../config.ts';
import type { Setup } from '../events.ts';
import type { FirstTexts } from './texts/english/first.ts';

export type OwnVisitor = components['schemas']['OwnVisitor'];

/** A message that waits for the required form; it is sent when that was filled in. */
export interface HeldMessage {
  cid: string;
  text: string;
  fileIds: string[];
  at: number;
}

/** A file in the composer. */
export interface Upload {
  key: string;
  name: string;
  sizeBytes: number;
  /** An object address of an image. */
  preview: string | null;
  /** From 0 to 1. */
  progress: number;
  /** The server's id, once it is there. */
  fileId: string | null;
  error: string | null;
  /** Whether what failed may succeed another time. */
  canRetry: boolean;
}

/** What the visitor has done with a card, and the `seq` of the last event then. */
export interface CardAnswer {
  as: 'sent' | 'left';
  seq: number;
}

/** Kept in this browser under `answers`. */
export interface Answers {
  form?: CardAnswer;
  rating?: CardAnswer;
}

/** What stands where the thread would be, if anything does. */
export type Gate =
  /** Nothing may be stored before the visitor agrees. */
  | 'consent'
  /** The session is being opened. */
  | 'opening'
  | 'open'
  /** The widget may not be here, or the visitor may not write: `refusal` says why. */
  | 'refused';

export interface PanelState {
  config: WidgetConfig;
  setup: Setup;
  /** Parts that are loaded later take `wholeOf` it. */
  texts: FirstTexts;
  /** One of the twelve languages. */
  language: string;
  gate: Gate;
  refusal: string | null;
  session: Session | null;
  status: Status;
  /** The own conversation, and what was written before there was one. */
  view: View;
  held: readonly HeldMessage[];
  uploads: readonly Upload[];
  visitor: OwnVisitor | null;
  isAnyAvailable: boolean;
  /** Whether the visitor can see the thread. */
  isShown: boolean;
  unread: number;
  /** What came of the form and of the rating; begins as `recall('answers')`. */
  answers: Answers;
  /** The score of the chat that ended last, while it is asked for. */
  rating: 'none' | 'asked' | 'done';
  isSoundOn: boolean;
  /** What a screen reader says next of what came in. */
  announcement: string;
  /** What went wrong last, for the visitor, and when. */
  problem: { text: string; at: number } | null;
}

/** There is no conversation, and none is looked for. */
export const NO_CHAT: View = { ...NO_VIEW, isLoading: false };

/** What is known of a visitor who has not begun. */
export const NOBODY = {
  gate: 'consent',
  refusal: null,
  session: null,
  view: NO_CHAT,
  held: [],
  uploads: [],
  visitor: null,
  unread: 0,
  rating: 'none',
} satisfies Partial<PanelState>;

type Listener = () => void;

export class Store {
  #state: PanelState;
  readonly #listeners = new Set<Listener>();

  constructor(state: PanelState) {
    this.#state = state;
  }

  get state(): PanelState {
    return this.#state;
  }

  set(change: Partial<PanelState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
