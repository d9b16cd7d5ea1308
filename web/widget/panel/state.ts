// What the panel knows, and who is told when that changes. One place; components only read it.
import type { Session, Status, View } from '@parlour/client';
import type { components } from '@parlour/client';
import type { WidgetConfig } from '../config.ts';
import type { Setup } from '../events.ts';
import type { Texts } from './texts/en.ts';

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
  texts: Texts;
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
  /** Whether the form is to be shown, and whether the visitor has sent it here. */
  form: 'none' | 'offered' | 'required' | 'done';
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

export const NO_STATUS: Status = { phase: 'idle', role: null, conversation: null };
export const NO_VIEW: View = {
  items: [],
  acked: [],
  pending: [],
  isLoading: false,
  hasOlder: false,
  refused: null,
  seenBy: { visitor: 0, agent: 0 },
  status: null,
  typing: [],
};

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
