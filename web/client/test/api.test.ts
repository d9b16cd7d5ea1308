import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, expectTypeOf, test } from 'vitest';
import { ApiError, apiOf } from '../src/api.ts';
import type { components } from '../src/openapi.ts';
import { TYPES, types } from './types.js';

test('src/openapi.ts is what openapi.json gives: `npm run types -w client` renews it', async () => {
  expect(readFileSync(TYPES, 'utf8') === (await types())).toBe(true);
}, 60_000);

test('a call has the form of its operation, and a refusal its code', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers['api-key']} ${request.headers['content-type'] ?? ''} ${body}`);
      if (request.method === 'DELETE') return response.writeHead(204).end();
      if (request.url!.includes('gone')) return response.writeHead(404).end('{"code":"not_found","message":"no such agent"}');
      if (request.url!.includes('proxy')) return response.writeHead(502).end('<html>');
      return response.end('{"id":"a1"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const api = apiOf({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, headers: { 'api-key': 'k' } });
    const agent = await api('get', '/api/v1/agents/{id}', { path: { id: 'a/1' } });
    expectTypeOf(agent).toEqualTypeOf<components['schemas']['Agent']>();
    expect(agent.id).toBe('a1');
    await api('get', '/api/v1/conversations', { query: { limit: 5 } });
    await api('post', '/api/v1/groups', { body: { name: 'Sales' } });
    const nothing = await api('delete', '/api/v1/groups/{id}', { path: { id: 'g1' } });
    expectTypeOf(nothing).toEqualTypeOf<undefined>();
    await expect(api('get', '/api/v1/agents/{id}', { path: { id: 'gone' } })).rejects.toMatchObject({ status: 404, code: 'not_found', message: 'no such agent' });
    await expect(api('get', '/api/v1/agents/{id}', { path: { id: 'proxy' } })).rejects.toBeInstanceOf(ApiError);
    expect(seen.slice(0, 4)).toEqual([
      'GET /api/v1/agents/a%2F1 k  ',
      'GET /api/v1/conversations?limit=5 k  ',
      'POST /api/v1/groups k application/json {"name":"Sales"}',
      'DELETE /api/v1/groups/g1 k  ',
    ]);
  } finally {
    server.close();
  }
});
