// What the widget costs a page: no request elsewhere, no shift of its layout, no moment in which it does not answer.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type HostPage, openPanel, shows, until, useStage, type Visitor, write } from '../stage.ts';

const stage = useStage();
const SLOWER = 4;
const TASK_MS_MAX = 50;

/** What the browser itself says of shifts, from the first moment on. */
const OBSERVE = `
  window.shift = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) shift += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
`;
const shiftOf = (page: Page) => page.evaluate(() => (globalThis as unknown as { shift: number }).shift);

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Of the thread itself, in microseconds. */
  tdur?: number;
  args?: { name?: string; beginData?: { url?: string } };
}

/**
 * The longest task of the page's main thread while it loads, in milliseconds. The thread's own time: what other programs take
 * from it is none of ours, and it becomes what a slower computer would take by multiplication, as Lighthouse does it too.
 */
async function longestTask(visitor: Visitor, host: HostPage): Promise<{ page: Page; ms: number }> {
  const page = await visitor.context.newPage();
  const url = visitor.put(host);
  await stage.browser.startTracing(page, { categories: ['-*', 'toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  await page.goto(url);
  await page.waitForLoadState('networkidle');
  const { traceEvents } = JSON.parse((await stage.browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const { pid } = traceEvents.find(({ name, args }) => name === 'ParseHTML' && args?.beginData?.url === url)!;
  const { tid } = traceEvents.find((event) => event.pid === pid && event.name === 'thread_name' && event.args?.name === 'CrRendererMain')!;
  const tasks = traceEvents.filter((event) => event.pid === pid && event.tid === tid && event.name === 'RunTask');
  expect(tasks.length).toBeGreaterThan(10);
  return { page, ms: Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000 };
}

test('a page is loaded without a task of 50 ms on a CPU four times slower, and without a shift', async () => {
  const visitor = await stage.visitor();
  await visitor.context.addInitScript(OBSERVE);
  const { page, ms } = await longestTask(visitor, { body: '<p>A paragraph of the page.</p>'.repeat(40) });
  await page.locator('#brevo-conversations button').first().waitFor();
  expect(ms * SLOWER).toBeLessThan(TASK_MS_MAX);
  expect(await shiftOf(page)).toBe(0);
  await openPanel(page);
  expect(await shiftOf(page)).toBe(0);
});

test('nobody but the site and the chat server is asked for anything, in a whole chat', async () => {
  const visitor = await stage.visitor();
  const panel = await openPanel(await visitor.open());
  await write(panel, 'who else listens? https://elsewhere.example/image.png');
  const id = await stage.desk.conversationOf('who else listens? https://elsewhere.example/image.png');
  const userpic = 'https://pictures.example/owner.png';
  await stage.desk.api('put', '/api/v1/agents/{id}', { path: { id: stage.server.agentId }, body: { userpic } });
  await stage.desk.send(id, 'nobody: see https://other.example/');
  await shows(panel, ['who else listens? https://elsewhere.example/image.png', 'nobody: see https://other.example/']);
  await until(() => expect(visitor.requests.length).toBeGreaterThan(5));
  const origins = new Set(visitor.requests.map((request) => new URL(request.url())).filter(({ protocol }) => protocol !== 'blob:' && protocol !== 'data:').map(({ origin }) => origin));
  expect([...origins].sort()).toEqual([stage.server.url, stage.site.origin].sort());
  expect(visitor.violations).toEqual([]);
});

test('a page that nobody chats on costs two small requests, and no frame', async () => {
  const visitor = await stage.visitor();
  const page = await visitor.open();
  await page.locator('#brevo-conversations button').first().waitFor();
  await page.waitForLoadState('networkidle');
  const asked = visitor.requests.map((request) => request.url()).filter((url) => url.startsWith(stage.server.url)).map((url) => new URL(url).pathname);
  expect(asked).toEqual(['/brevo-conversations.js', `/widget/${stage.server.widgetId}/config.js`]);
  expect(page.frames()).toHaveLength(1);
});
