// What the loader knows. There is one widget in a page, so there is one of this; the part that comes with the panel's frame
// works on the same.
import type { Appearance, LoaderConfig } from '../config.ts';
import type { Setup } from '../events.ts';
import type { Tools } from './opening.ts';
import type { Plain } from './plain.ts';

/** The settings of the page that are plain, which are also what the panel is told. */
export type Settings = { [name: string]: Plain | undefined } & { attributes?: Setup['attributes'] | undefined };

/** What stands around the panel's frame, and comes when somebody wants it: web/widget/frame. */
export interface FramePart {
  open(focus?: unknown, by?: HTMLElement): void;
  close(returnFocus?: boolean): void;
  /** Where the visitor was in a chat on an earlier page. */
  resume(): void;
  /** Every call that is not the loader's own. */
  call(name: string, value: Plain | undefined, options: Plain | undefined): void;
  /** After the loader has rendered what is its own. */
  render(): void;
  stop(): void;
}

/** How it comes. */
export type Part = (tools: Tools) => FramePart;

export interface Widget {
  config: LoaderConfig;
  setup: Settings;
  look: Appearance;
  isOpen: boolean;
  /** By `startHidden` and `hide`. */
  isHidden: boolean;
  isMobile: boolean;
  isFrameMode: boolean;
  isAnyAvailable: boolean;
  unread: number;
  /** What an earlier page has stored. */
  flag: string;
  /** The edge of the window that the button is at, and where along it. */
  side: string;
  pos: string;
  container: HTMLElement | undefined;
  button: HTMLButtonElement;
  root: ShadowRoot;
  frame: FramePart | undefined;
}

export const widget = {} as Widget;
