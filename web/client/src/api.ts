// A small client of the REST API whose types are those of openapi.json.
import type { paths } from './openapi.ts';

type Method = 'get' | 'post' | 'put' | 'delete';

/** The paths that know a method. */
export type PathOf<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths];

type Operation<M extends Method, P extends keyof paths> = paths[P] extends Record<M, infer O> ? O : never;
type Part<X, K extends string> = X extends Record<K, infer V extends object>
  ? Record<K, V>
  : K extends keyof X
    ? [NonNullable<X[K]>] extends [never]
      ? object
      : { [P in K]?: NonNullable<X[K]> }
    : object;
type Parameters<O> = O extends { parameters: infer X } ? Part<X, 'path'> & Part<X, 'query'> : object;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? { body: B } : object;
type Json<R> = R extends { content: { 'application/json': infer J } } ? J : undefined;

/** What an operation is given. */
export type Given<M extends Method, P extends PathOf<M>> = Parameters<Operation<M, P>> & Body<Operation<M, P>>;

/** What an operation answers when it succeeds. */
export type Answer<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { responses: infer R } ? Json<R[Extract<keyof R, 200 | 201 | 202 | 204>]> : never;

/** A refusal, with the server's code and message. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface ApiOptions {
  url: string;
  headers?: Record<string, string>;
}

export interface Api {
  <M extends Method, P extends PathOf<M>>(method: M, path: P, given: Given<M, P>, signal?: AbortSignal): Promise<Answer<M, P>>;
}

/** `api('get', '/api/v1/agents/{id}', { path: { id } })` */
export function apiOf(options: ApiOptions): Api {
  return async (method, path, given, signal) => {
    const { path: names = {}, query = {}, body } = given as { path?: Values; query?: Values; body?: unknown };
    const address = String(path).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(names[name])));
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value != null) search.append(name, String(value));
    return request(options, method, search.size ? `${address}?${search}` : address, body, signal) as never;
  };
}

type Values = Record<string, unknown>;

/** One request with JSON in and out; what is no success is thrown as `ApiError`. */
export async function request(options: ApiOptions, method: string, address: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const init: RequestInit = { method: method.toUpperCase(), headers, credentials: 'omit' };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  const answer = await fetch(options.url + address, init);
  const text = await answer.text();
  let json: unknown;
  try {
    json = text ? JSON.parse(text) : undefined;
  } catch {
    // A proxy's page in place of the server's answer.
  }
  if (answer.ok) return json;
  const { code, message } = (json ?? {}) as { code?: string; message?: string };
  throw new ApiError(answer.status, code ?? 'internal', message ?? `the server answered ${answer.status}`);
}
