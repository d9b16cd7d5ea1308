// Nothing is stored, and nobody is told of a visitor, before the visitor agrees.
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { en } from '../../widget/panel/texts/en.ts';
import { buttonOf, openPanel, panelOf, shows, until, useStage, type Visitor, write } from '../stage.ts';

const stage = useStage();
beforeAll(() => stage.desk.settings({ isConsentRequired: true }));
afterAll(() => stage.desk?.settings({ isConsentRequired: false }));

/** Everything that a document has in its browser. */
const stored = (frame: Frame | Page) =>
  frame.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: 'caches' in globalThis ? await caches.keys().catch(() => []) : [],
    cookies: document.cookie,
  }));
const NOTHING = { local: [], session: [], databases: [], caches: [], cookies: '' };

const spoken = (visitor: Visitor) => visitor.requests.map((request) => request.url()).filter((url) => /\/live|\/files/.test(url));

async function gate(page: Page): Promise<Frame> {
  await buttonOf(page).click();
  const panel = await panelOf(page);
  await panel.getByText(en.consent.text).waitFor();
  return panel;
}

test('the panel asks first: until then nothing is stored and no session is opened', async () => {
  const visitor = await stage.visitor();
  const page = await visitor.open();
  const panel = await gate(page);
  expect(await stored(page)).toEqual(NOTHING);
  expect(await stored(panel)).toEqual(NOTHING);
  expect(await visitor.context.cookies()).toEqual([]);
  expect(spoken(visitor)).toEqual([]);

  await panel.getByRole('button', { name: en.consent.agree }).click();
  await write(panel, 'I agree');
  await stage.desk.conversationOf('I agree');
  expect((await stored(panel)).local).toEqual(expect.arrayContaining([expect.stringContaining('parlour-token')]));
  // Never the token, and nothing but how the widget stands.
  const host = await page.evaluate(() => Object.fromEntries(Object.entries(localStorage)));
  expect(Object.keys(host)).toEqual([`parlour:${stage.server.widgetId}`]);
  expect(Object.keys(JSON.parse(Object.values(host)[0] as string) as object).sort()).toEqual(['hasConversation', 'isOpen']);
  expect(await visitor.context.cookies()).toEqual([]);

  await page.reload();
  await shows(await panelOf(page), ['I agree']);
});

test('the site can agree for its visitor, who agreed elsewhere, and take it back', async () => {
  const visitor = await stage.visitor();
  const page = await visitor.open({ script: "window.BrevoConversationsSetup = { consent: 'ask' };" });
  const panel = await gate(page);
  await page.evaluate("BrevoConversations('consent', true)");
  await write(panel, 'agreed in the banner');
  await stage.desk.conversationOf('agreed in the banner');

  await page.evaluate("BrevoConversations('consent', false)");
  await until(async () => expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]));
  await until(async () => expect((await stored(await panelOf(page))).local).toEqual([]));
  expect(visitor.requests.some((request) => request.method() === 'DELETE' && request.url().endsWith('/live/session'))).toBe(true);
});

test('where nobody has to agree the page still holds no more than a flag, and no cookie is set', async () => {
  await stage.desk.settings({ isConsentRequired: false });
  try {
    const visitor = await stage.visitor();
    const page = await visitor.open();
    await page.waitForLoadState('networkidle');
    expect(await stored(page)).toEqual(NOTHING);
    await openPanel(page);
    expect((await stored(page)).local).toEqual([`parlour:${stage.server.widgetId}`]);
    expect(await visitor.context.cookies()).toEqual([]);
  } finally {
    await stage.desk.settings({ isConsentRequired: true });
  }
});
