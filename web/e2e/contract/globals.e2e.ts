// The names that a page uses, of every generation, and the ways in which the script comes in.
import { beforeAll, expect, test } from 'vitest';
import { openPanel, until, useStage } from '../stage.ts';
import { button, call, container, has } from './widget.ts';

const stage = useStage();
beforeAll(() => stage.desk.come());

test("the contract's snippet with only the host changed", async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({ snippet: 'inline', loader: 'brevo-conversations.js' });
  await openPanel(tab);
  expect(visitor.said('error')).toEqual([]);
  expect(visitor.errors).toEqual([]);
});

test.each(['BrevoConversations', 'Parlour', 'SibConversations', 'Chatra'])('%s: ID, Setup, Integration, GroupID, the stub and its queue', async (name) => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({
    snippet: 'none',
    script: `window.${name}ID = '${stage.server.widgetId}';
window.${name}Setup = { buttonStyle: 'tab', locale: { customStrings: { chatWithUs: 'By ${name}' } } };
window.${name}Integration = { email: 'ida@example.com' };
window.${name}GroupID = 'AAAAAAAAAAAAAAAAA';
window.${name} = function () { (${name}.q = ${name}.q || []).push(arguments); };
${name}('setButtonPosition', 'bl');
${name}('setButtonPosition', 'lm');
${name}('openChat', true);`,
    head: '',
    body: `<script async src="${stage.server.url}/brevo-conversations.js"></script>`,
  });
  await has(tab, 'expanded');
  await has(tab, 'side-left');
  expect(await button(tab).innerText()).toBe(`By ${name}`);
  const same = await tab.evaluate(() => {
    const all = window as unknown as Record<string, unknown>;
    return ['Parlour', 'SibConversations', 'Chatra'].every((other) => all[other] === all['BrevoConversations']);
  });
  expect(same).toBe(true);
});

test('what a page has under one of the names that is no stub stays the page’s', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({ script: 'window.Parlour = { rooms: 3 };' });
  await button(tab).waitFor();
  expect(await tab.evaluate(() => (window as unknown as { Parlour: unknown }).Parlour)).toEqual({ rooms: 3 });
});

test('loaded twice: one widget', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({
    body: `<script async src="${stage.server.url}/widget.js"></script><script async src="${stage.server.url}/brevo-conversations.js"></script>`,
  });
  await openPanel(tab);
  expect(await container(tab).count()).toBe(1);
  expect(visitor.requests.filter((request) => request.url().includes('/config.js'))).toHaveLength(1);
});

test('the queue is drained in its order, and calls before the widget is there wait', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({
    script: `window.BrevoConversations = function () { (BrevoConversations.q = BrevoConversations.q || []).push(arguments); };
for (const code of ['bl', 'lt', 'rm']) BrevoConversations('setButtonPosition', code);
BrevoConversations('hide'); BrevoConversations('show');`,
  });
  await has(tab, 'side-right');
  await has(tab, 'pos-middle');
  await has(tab, 'visible');
});

test('a widget that does not exist: no button, one warning, and the page goes on', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({
    snippet: 'none',
    script: `window.BrevoConversationsID = '000000000000000000000000';`,
    body: `<script src="${stage.server.url}/widget.js"></script>`,
  });
  await until(() => expect(visitor.said('warning').filter((text) => text.startsWith('BrevoConversations'))).toHaveLength(1));
  await call(tab, 'openChat');
  expect(await container(tab).count()).toBe(0);
  expect(visitor.errors).toEqual([]);
});

test('a link to #brevoConversationsExpanded opens the chat, also on load, and #parlourExpanded does', async () => {
  const visitor = await stage.visitor();
  for (const hash of ['#brevoConversationsExpanded', '#parlourExpanded']) {
    const page = { body: `<a href="${hash}">Chat with us here</a>` };
    const tab = await visitor.open(page);
    await button(tab).waitFor();
    await tab.click('a');
    await has(tab, 'expanded');
    await call(tab, 'minimizeWidget');
    await has(tab, 'expanded', false);
    await tab.click('a');
    await has(tab, 'expanded');
    await call(tab, 'minimizeWidget');
    await tab.goto(visitor.put(page) + hash);
    await has(tab, 'expanded');
  }
});
