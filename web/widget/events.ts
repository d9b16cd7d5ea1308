// Every event that crosses the frame, in both directions. The loader gives the panel one end of a `MessageChannel` by
// `{ parlour: 1 }` to the panel's origin; after that nobody else can speak on it.
import type { Message } from '@parlour/client';
import type { Colors } from './config.ts';

/** A value of an attribute, as a page tells it. */
export type AttributeValue = string | number | boolean | null;
export type Attributes = Record<string, AttributeValue>;

export interface Page {
  link: string;
  title: string;
}

/** What the panel has to know of the page that it stands on. */
export interface Setup {
  page: Page;
  /** How the page wants it, over what the server told. */
  language?: string;
  locale?: object;
  colors?: Partial<Colors>;
  theme?: 'auto' | 'light' | 'dark';
  groupId?: string;
  visitorId?: string;
  identityToken?: string;
  /** The integration data so far. */
  attributes?: Attributes | null;
  isFrameMode: boolean;
  isMobile: boolean;
  /** Whether the panel may store anything; null where the visitor is to be asked. */
  consent: boolean | null;
}

/** From the page to the panel. */
export interface ToPanel {
  setup: Setup;
  /** The panel is shown, or hidden; `focus` puts the caret into the composer. */
  shown: { isShown: boolean; focus?: boolean };
  page: Page;
  attributes: { attributes: Attributes | null; replace: boolean };
  autoMessage: { text: string; agentId?: string; groupId?: string };
  group: { groupId: string };
  locale: { locale: object };
  colors: { colors: Partial<Colors> };
  mobile: { isMobile: boolean };
  consent: { isGiven: boolean };
}

/** From the panel to the page. */
export interface ToPage {
  /** What the button shows. */
  state: { unread: number; isAnyAvailable: boolean; hasConversation: boolean; isConsented: boolean };
  /** The visitor closes the panel. */
  close: { returnFocus: boolean };
  /** A new message of either side, once. */
  message: Message;
  /** Something that site owners count; the names are those of `analytics` in the docs. */
  analytic: { name: string; data: Record<string, unknown> };
  /** A message came while nobody looked: the page shows it as a system notification, if it may, and beside the button. */
  notify: { title: string; text: string; /** What the button says that takes it away. */ close: string };
  /** The visitor wants system notifications. */
  askNotifications: Record<string, never>;
  /** For the console of the page, once each. */
  notice: { text: string };
  /** The widget may not be here, or the visitor may not write. */
  refused: { code: string };
}

/** How an event travels: `[name, data]`. */
export type Sent<Events> = { [Name in keyof Events]: [Name, Events[Name]] }[keyof Events];
