// Every bound and every time of the live client, with its reason.

const SECOND = 1_000;

/** R6: the first upper bound of the random wait, and the largest one. */
export const BACKOFF_FIRST_MS = SECOND / 2;
export const BACKOFF_MAX_MS = 30 * SECOND;

/** A connection that lived so long was a good one: the next wait is short again. */
export const STEADY_MS = 10 * SECOND;

/** Wait after 4008 when no `bye` said how long. */
export const RATE_LIMITED_MS = 10 * SECOND;

/** From `connect` to being live. */
export const CONNECT_MS = 10 * SECOND;

/** Without a sign of the server for so long the connection is dead: three heartbeats. */
export const SILENCE_MS = 75 * SECOND;

/** The client's heartbeat comes this much before or after the server's interval, so that clients do not beat as one. */
export const HEARTBEAT_SPREAD_MS = 5 * SECOND;
export const HEARTBEAT_MS = 25 * SECOND;

/** A question without an answer is asked again; one whose answer brought nothing waits, so that nothing spins. */
export const ASK_MS = 15 * SECOND;
export const ASK_AGAIN_MS = 2 * SECOND;

/** R4. */
export const RESEND_FIRST_MS = 5 * SECOND;
export const RESEND_MAX_MS = 60 * SECOND;
export const OUTBOX_END_MS = 24 * 60 * 60 * SECOND;

/** What one person can leave unsent before something is wrong. */
export const OUTBOX_MAX = 100;

/** The server's bound on the channels of a connection. */
export const CHANNELS_MAX = 100;

/** Events above a hole: as many as the server sends before it says `limited`. */
export const HELD_MAX = 500;

/** Items of one list; older ones are read again by scrolling. */
export const LIST_MAX = 2_000;

/** Who types in one conversation. */
export const TYPING_MAX = 10;

/** Own typing is told at most so often. */
export const TYPING_EVERY_MS = 2 * SECOND;

/** `sub`, `more` and `send`: below the server's 40 at once and 20 a second. */
export const PACE_MAX = 30;
export const PACE_MS = SECOND / 10;
