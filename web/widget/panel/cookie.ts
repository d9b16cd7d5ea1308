// Where a browser lets a frame of another site store nothing, as in private windows, it may still keep a cookie for that frame
// on that site alone (CHIPS). It has room for the token; without a path it is sent to /chat only, with the panel's page.
import type { Kept } from './memory.ts';

/** As long as the server takes a token: 400 days. */
const KEPT_SECONDS = 34_560_000;

export function cookies(): Kept {
  const put = (key: string, value: string, seconds = KEPT_SECONDS) => {
    document.cookie = `${key}=${value}; Max-Age=${seconds}; Secure; SameSite=None; Partitioned`;
  };
  return {
    getItem: (key) => new RegExp(`${key}=([^;]+)`).exec(document.cookie)?.[1] ?? null,
    setItem: (key, value) => key.includes('-token-') && put(key, value),
    removeItem: (key) => put(key, '', 0),
    names: () => document.cookie.split(/=[^;]*;? ?/),
  };
}
