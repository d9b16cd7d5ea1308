// A visitor's session: the token that a page shows, and the one it gets instead when that has ended.
import { ApiError, request, type ApiOptions } from './api.ts';
import type { components } from './openapi.ts';
import type { Auth } from './protocol.ts';

export type SessionBody = components['schemas']['OpenSessionBody'];
export type Session = components['schemas']['Session'];

export async function openSession(options: ApiOptions, body: SessionBody): Promise<Session> {
  return (await request(options, 'post', '/live/session', body)) as Session;
}

/** `renew` for `Live`: another token, null where the server refuses one; what is the network's is thrown. */
export function renewer(open: () => Promise<Session>): () => Promise<Auth | null> {
  return async () => {
    try {
      return { token: (await open()).visitorToken };
    } catch (error) {
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) return null;
      throw error;
    }
  };
}
