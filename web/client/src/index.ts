// The client of Parlour for its widget and its inbox.
export { apiOf, ApiError, request, type Answer, type Api, type ApiOptions, type Given } from './api.ts';
export { Live, newCid, NO_STATUS, NO_VIEW, type LiveOptions, type Status, type Subscription, type Told } from './live.ts';
export type { Acked, Entry, Item, Phase, StoredEntry, Typing } from './machine/types.ts';
export type { View } from './machine/view.ts';
export type { components } from './openapi.ts';
export type { Outbox } from './outbox/types.ts';
export type { Auth, EvFrame, Message, Role, SendData } from './protocol.ts';
export { openSession, renewer, type Session, type SessionBody } from './session.ts';
export { alone } from './tabs.ts';
