// What the thread shows: groups, days, who came and went, and what is on its way.
import type { Entry, View } from '@parlour/client';
import { expect, test } from 'vitest';
import { lastOwn, rowsOf, type Row } from '../panel/chat/rows.ts';
import { agentSays, at, status, viewOf, visitorSays } from './chat.ts';

const rows = (view: View, newAbove: number | null = null) => rowsOf({ view, held: [], newAbove });

/** One word a row. */
function told(row: Row): string {
  switch (row.kind) {
    case 'day':
      return 'day';
    case 'new':
      return 'new';
    case 'line':
      return row.name ? `${row.name} ${row.text}` : row.text;
    case 'message':
      return `${row.isFirst ? '[' : ''}${row.message.text}${row.isLast ? ']' : ''}`;
  }
}

const entry = (cid: string, text: string, failed: string | null = null) => ({ cid, ch: 'me', data: { text }, at: at(9), failed }) as Entry;

test('messages of one author within minutes are a group', () => {
  const view = viewOf([visitorSays(1, 'a', 0), visitorSays(2, 'b', 1), agentSays(3, 'c', 2), agentSays(4, 'd', 20), agentSays(5, 'e', 21)]);
  expect(rows(view).map(told)).toEqual(['day', '[a', 'b]', 'Ana joinedFirst', '[c]', '[d', 'e]']);
});

test('a day is named once', () => {
  const view = viewOf([visitorSays(1, 'a', 0), visitorSays(2, 'b', 24 * 60), visitorSays(3, 'c', 24 * 60 + 1)]);
  expect(rows(view).map(told)).toEqual(['day', '[a]', 'day', '[b', 'c]']);
});

test('agents come and go, in each chat anew', () => {
  const view = viewOf([
    visitorSays(1, 'a'),
    agentSays(2, 'b'),
    agentSays(3, 'c', 3, { agentId: 'bo', agentName: 'Bo' }),
    status(4, 'closed'),
    agentSays(5, 'd'),
  ]);
  expect(rows(view).map(told)).toEqual([
    'day', '[a]', 'Ana joinedFirst', '[b]', 'Bo joined', '[c]', 'Ana left', 'Bo left', 'closed', 'Ana joinedFirst', '[d]',
  ]);
});

test('who joined before what is loaded is not said to join', () => {
  const view = viewOf([agentSays(50, 'a'), status(51, 'closed'), agentSays(52, 'b')], { hasOlder: true });
  expect(rows(view).map(told)).toEqual(['day', '[a]', 'Ana left', 'closed', 'Ana joinedFirst', '[b]']);
});

test('a message that a trigger sent is nobody joining', () => {
  expect(rows(viewOf([agentSays(1, 'Need help?', 1, { isTrigger: true })])).map(told)).toEqual(['day', '[Need help?]']);
});

test('a day begins before who joins on it', () => {
  expect(rows(viewOf([agentSays(1, 'a')])).map(told)).toEqual(['day', 'Ana joinedFirst', '[a]']);
});

test('the line for new messages stands before the first one of an agent', () => {
  const view = viewOf([visitorSays(1, 'a'), visitorSays(2, 'b', 1), agentSays(3, 'c', 2, { agentName: undefined })]);
  expect(rows(view, 1).map(told)).toEqual(['day', '[a', 'b]', 'new', '[c]']);
});

test('what is on its way stands below, under the same key as later', () => {
  const view = viewOf([visitorSays(1, 'a', 8)], {
    acked: [{ cid: 'two', seq: 2, id: 'id2', at: at(9), data: { text: 'b' } }],
    pending: [entry('three', 'c'), entry('four', 'd', 'permission_denied')],
  });
  const held = [{ cid: 'five', text: 'e', fileIds: [], at: at(9) }];
  const messages = rowsOf({ view, held, newAbove: null }).flatMap((row) => (row.kind === 'message' ? [row.message] : []));
  expect(messages.map(({ key, state }) => [key, state])).toEqual([
    ['cid1', 'sent'],
    ['two', 'sent'],
    ['three', 'sending'],
    ['four', 'failed'],
    ['five', 'held'],
  ]);
});

test('the mark is that of the last own message', () => {
  expect(lastOwn(rows(viewOf([visitorSays(1, 'a'), visitorSays(2, 'b'), agentSays(3, 'c')])))?.message.text).toBe('b');
});

test("a file's message has no text but the file's name, which is not shown twice", () => {
  const file = { name: 'oak.png', link: '/files/oak.png' };
  const [, row] = rows(viewOf([visitorSays(1, 'oak.png')].map((item) => ({ ...item, data: { ...(item.data as object), file } }))));
  expect(row).toMatchObject({ message: { text: '', files: [file] } });
});
