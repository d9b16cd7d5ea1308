// What the server tells the widget: `GET /widget/{widgetId}/config.js` the loader, the panel's page the panel.

export type ButtonStyle = 'round' | 'tab';
export type ButtonPosition = 'bl' | 'bc' | 'br' | 'lt' | 'lm' | 'lb' | 'rt' | 'rm' | 'rb';
export type Colors = Record<'buttonText' | 'buttonBg' | 'visitorBubbleBg' | 'agentBubbleBg', string | null>;

export interface Appearance {
  theme: 'auto' | 'light' | 'dark';
  buttonStyle: ButtonStyle;
  buttonPosition: ButtonPosition;
  /** All sizes in CSS pixels. */
  buttonSize: number;
  chatWidth: number;
  chatHeight: number;
  zIndex: number;
  offsetX: number;
  offsetY: number;
  colors: Colors;
}

/** What the loader is told. */
export interface LoaderConfig {
  widgetId: string;
  /** The language of `buttonTexts`, one of the twelve. */
  language: string;
  isAnyAvailable: boolean;
  /** What there is while nobody takes chats. */
  offlineMode: 'messenger' | 'hidden';
  isConsentRequired: boolean;
  appearance: Appearance;
  buttonTexts: Record<'chatWithUs' | 'leaveUsAMessage' | 'mobile_chatWithUs' | 'mobile_leaveUsAMessage', string>;
}

export type FormMode = 'none' | 'optional' | 'required';

export interface FormField {
  /** `email`, `firstName`, `lastName`, `name`, `phone`, or an attribute of the organization's own. */
  name: string;
  kind: 'text' | 'email' | 'phone' | 'multiline';
  /** Null for the text of the language, for the names above. */
  label: string | null;
  isRequired: boolean;
}

export interface FormConsent {
  kind: 'marketing' | 'termsOfService';
  isRequired: boolean;
  /** Null for the text of the language. */
  text: string | null;
  link: string | null;
}

export interface FormConfig {
  /** While somebody takes chats, and while nobody does. */
  online: FormMode;
  offline: FormMode;
  fields: FormField[];
  asksGroup: boolean;
  consents: FormConsent[];
}

/** What the panel is told. */
export interface WidgetConfig extends LoaderConfig {
  organizationName: string;
  /** Changes to the texts of the language: any part of the `locale` tree. */
  texts: object;
  form: FormConfig;
  /** The groups that a visitor may choose. */
  groups: { id: string; name: string }[];
  /** Some of those who take chats now. */
  agents: { name: string; userpic: string | null }[];
  hasSound: boolean;
  hasRating: boolean;
  hasTranscripts: boolean;
  fileSizeBytesMax: number;
  filesMax: number;
  textLengthMax: number;
}
