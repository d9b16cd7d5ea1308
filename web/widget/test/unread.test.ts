// What counts as unread, and what as news.
import { expect, test } from 'vitest';
import { News, unreadOf } from '../panel/unread.ts';
import { agentSays, viewOf, visitorSays } from './chat.ts';

test('only what agents wrote after the last look is unread', () => {
  const items = [visitorSays(1, 'hello'), agentSays(2, 'hi'), { seq: 3, kind: 'status', data: { status: 'open' } }, agentSays(4, 'there')];
  expect(unreadOf(viewOf(items), 0).map(({ seq }) => seq)).toEqual([2, 4]);
  expect(unreadOf(viewOf(items), 2).map(({ seq }) => seq)).toEqual([4]);
  expect(unreadOf(viewOf(items, { seenBy: { visitor: 4, agent: 1 } }), 2)).toEqual([]);
});

test('what was there before is no news, and what comes is news once', () => {
  const news = new News(false);
  expect(news.take(viewOf([], { isLoading: true }))).toEqual([]);
  expect(news.take(viewOf([agentSays(1, 'old')]))).toEqual([]);
  const list = viewOf([agentSays(1, 'old'), visitorSays(2, 'new')]);
  expect(news.take(list).map(({ seq }) => seq)).toEqual([2]);
  expect(news.take(list)).toEqual([]);
});

test('older pages are no news', () => {
  const news = new News(false);
  news.take(viewOf([agentSays(10, 'last')]));
  expect(news.take(viewOf([agentSays(9, 'older'), agentSays(10, 'last')]))).toEqual([]);
});

test('the first message of a conversation is news', () => {
  const news = new News(true);
  expect(news.take(viewOf([visitorSays(1, 'first')]))).toHaveLength(1);
});
