// Every call of `BrevoConversations('name', …)`, as somebody would notice it who makes it.
import { beforeAll, expect, test } from 'vitest';
import { composerOf, messages, openPanel, panelOf, until, useStage, write } from '../stage.ts';
import { box, button, call, container, has, iframe, panelBox } from './widget.ts';

const stage = useStage();
const shop = async (page = {}) => {
  const visitor = await stage.visitor();
  const tab = await visitor.open(page);
  await container(tab).waitFor({ state: 'attached' });
  return { visitor, tab };
};
const visitorOf = async (text: string) => {
  const id = await stage.desk.conversationOf(text);
  const { visitorId } = await stage.desk.api('get', '/api/v1/conversations/{id}', { path: { id } });
  return { visitorId };
};
const attributesOf = async (text: string) => stage.desk.api('get', '/api/v1/visitors/{visitorId}', { path: await visitorOf(text) });
const visitsOf = async (text: string) => stage.desk.api('get', '/api/v1/visitors/{visitorId}/visits', { path: await visitorOf(text) });

beforeAll(() => stage.desk.come());

test('openChat, and openChat with focus', async () => {
  const { tab } = await shop({ body: '<input id="search" autofocus>' });
  await tab.focus('#search');
  await call(tab, 'openChat');
  await has(tab, 'expanded');
  await composerOf(await panelOf(tab)).waitFor();
  expect(await tab.evaluate(() => document.activeElement!.id)).toBe('search');
  await call(tab, 'openChat', true);
  await until(async () => expect(await (await panelOf(tab)).evaluate(() => document.activeElement!.className)).toContain('composer-text'));
  expect(await tab.evaluate(() => document.activeElement!.id)).toBe('brevo-conversations__iframe');
});

test.each(['minimizeWidget', 'closeChat'])('expandWidget and %s', async (name) => {
  const { tab } = await shop();
  await call(tab, 'expandWidget');
  await has(tab, 'expanded');
  await call(tab, name);
  await has(tab, 'expanded', false);
  await until(async () => expect(await iframe(tab).isVisible()).toBe(false));
});

test('hide and show', async () => {
  const { tab } = await shop();
  await call(tab, 'hide');
  await has(tab, 'visible', false);
  expect(await button(tab).isVisible()).toBe(false);
  await call(tab, 'show');
  await has(tab, 'visible');
  expect(await button(tab).isVisible()).toBe(true);
});

test('pageView: the agent sees the page that the visitor has gone to', async () => {
  const { tab } = await shop();
  await write(await openPanel(tab), 'where am I?');
  await stage.desk.conversationOf('where am I?');
  await tab.evaluate(() => {
    history.pushState(null, '', '/roses');
    document.title = 'Roses';
  });
  await call(tab, 'pageView');
  await until(async () => expect(JSON.stringify(await visitsOf('where am I?'))).toContain('/roses'));
});

test('setIntegrationData replaces, updateIntegrationData merges, null clears', async () => {
  const { tab } = await shop();
  await call(tab, 'setIntegrationData', { email: 'ida@example.com', firstName: 'Ida', 'Shoe size': 39 });
  await call(tab, 'updateIntegrationData', { 'Shoe size': 40, plan: 'gold' });
  await write(await openPanel(tab), 'who am I?');
  await until(async () => {
    const known = JSON.stringify(await attributesOf('who am I?'));
    for (const word of ['ida@example.com', 'Ida', 'Shoe size', '40', 'gold']) expect(known).toContain(word);
  });
  await call(tab, 'setIntegrationData', { email: 'ida@example.com' });
  await until(async () => expect(JSON.stringify(await attributesOf('who am I?'))).not.toContain('gold'));
  await call(tab, 'setIntegrationData', null);
  await until(async () => expect(JSON.stringify(await attributesOf('who am I?'))).not.toContain('ida@example.com'));
});

test('sendAutoMessage: the visitor finds a message, on the button too', async () => {
  const { tab } = await shop();
  await call(tab, 'sendAutoMessage', 'May I help you with the roses?');
  await until(async () => expect(await button(tab).getAttribute('aria-label')).toContain(', 1'));
  expect(await tab.title()).toBe('(1) Shop');
  await tab.getByText('May I help you with the roses?').waitFor();
  await button(tab).click();
  const panel = await panelOf(tab);
  await until(async () => expect(await messages(panel)).toEqual(['May I help you with the roses?']));
  await until(async () => expect(await tab.title()).toBe('Shop'));
});

test('setButtonPosition and resetButtonPosition', async () => {
  const { tab } = await shop({ setup: { buttonPosition: 'bc' } });
  await call(tab, 'setButtonPosition', 'lt');
  await has(tab, 'side-left');
  await until(async () => expect(await box(tab)).toMatchObject({ x: 20, y: 20 }));
  await call(tab, 'resetButtonPosition');
  await has(tab, 'pos-center');
});

test('setButtonSize', async () => {
  const { tab } = await shop();
  await call(tab, 'setButtonSize', 90);
  await until(async () => expect((await box(tab)).width).toBe(90));
});

test('setChatWidth and setChatHeight', async () => {
  const { tab } = await shop();
  await call(tab, 'setChatWidth', 330);
  await call(tab, 'setChatHeight', 400);
  await call(tab, 'openChat');
  expect(await panelBox(tab)).toMatchObject({ width: 330, height: 400 });
});

test('setZIndex', async () => {
  const { tab } = await shop();
  await call(tab, 'setZIndex', 123);
  await until(async () => expect(await container(tab).evaluate((element) => getComputedStyle(element).zIndex)).toBe('123'));
});

test('setColors and resetColors', async () => {
  const { tab } = await shop({ setup: { colors: { buttonBg: '#aa0000' } } });
  const ground = () => button(tab).evaluate((element) => getComputedStyle(element).backgroundColor);
  await call(tab, 'setColors', { buttonBg: '#0000aa' });
  await until(async () => expect(await ground()).toBe('rgb(0, 0, 170)'));
  await call(tab, 'resetColors');
  await until(async () => expect(await ground()).toBe('rgb(170, 0, 0)'));
});

test('setLocale', async () => {
  const { tab } = await shop({ setup: { buttonStyle: 'tab' } });
  await call(tab, 'setLocale', { customStrings: { chatWithUs: 'Ask away' } });
  await until(async () => expect(await button(tab).innerText()).toBe('Ask away'));
});

test('setGroupId', async () => {
  const group = await stage.desk.api('post', '/api/v1/groups', { body: { name: 'Trees', agentIds: [stage.server.agentId] } });
  const { tab } = await shop();
  await call(tab, 'setGroupId', group.id);
  await write(await openPanel(tab), 'about trees');
  const id = await stage.desk.conversationOf('about trees');
  await until(async () => expect(JSON.stringify(await stage.desk.api('get', '/api/v1/conversations/{id}', { path: { id } }))).toContain(group.id));
});

test('restart reads the settings again', async () => {
  const { tab } = await shop();
  await tab.evaluate(() => Object.assign(window, { BrevoConversationsSetup: { buttonPosition: 'bl' } }));
  await call(tab, 'restart');
  await has(tab, 'pos-left');
  expect(await container(tab).count()).toBe(1);
});

test('restart with another visitorId is another visitor', async () => {
  const { tab } = await shop({ setup: { visitorId: 'restart1q29Lm4sZc8RbV1nKp6WyHd3J' } });
  await write(await openPanel(tab), 'first visitor');
  await stage.desk.conversationOf('first visitor');
  await tab.evaluate(() => Object.assign(window, { BrevoConversationsSetup: { visitorId: 'restart2q29Lm4sZc8RbV1nKp6WyHd3J' } }));
  await call(tab, 'restart');
  await has(tab, 'expanded', false);
  const panel = await openPanel(tab);
  expect(await messages(panel)).toEqual([]);
});

test('kill leaves the page as it was, and restart brings the widget back', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({
    head: `<script>
      window.listeners = 0;
      const add = EventTarget.prototype.addEventListener;
      EventTarget.prototype.addEventListener = function (type, listener, options) {
        if (this === window || this === document || this instanceof MediaQueryList) {
          window.listeners += 1;
          options?.signal?.addEventListener('abort', () => (window.listeners -= 1));
        }
        return add.call(this, type, listener, options);
      };
    </script>`,
    snippet: 'none',
    body: '<main><h1>Shop</h1></main>',
  });
  const looks = () => tab.evaluate(() => [document.documentElement.outerHTML, document.title, document.adoptedStyleSheets.length, (window as unknown as { listeners: number }).listeners]);
  const before = await looks();
  await tab.evaluate(
    ([url, id]) => {
      Object.assign(window, { BrevoConversationsID: id });
      const script = document.createElement('script');
      script.src = `${url}/widget.js`;
      script.onload = () => script.remove();
      document.head.append(script);
    },
    [stage.server.url, stage.server.widgetId],
  );
  // Not by a click, for which the test's own tool listens everywhere.
  await container(tab).waitFor({ state: 'attached' });
  await call(tab, 'openChat');
  await has(tab, 'expanded');
  await call(tab, 'sendAutoMessage', 'a title to take back');
  await call(tab, 'kill');
  await until(async () => expect(await looks()).toEqual(before));
  await call(tab, 'openChat');
  await call(tab, 'restart');
  await button(tab).waitFor();
  expect(await container(tab).count()).toBe(1);
});

test('names that do not exist: one warning each, and nothing is thrown', async () => {
  const { tab, visitor } = await shop();
  const names = ['identify', 'init', 'open', 'minimize', 'set', 'constructor', 'toString'];
  for (const name of [...names, ...names]) await call(tab, name, { a: 1 });
  const told = await tab.evaluate(() => {
    const api = (window as unknown as { BrevoConversations: Record<string, (value?: unknown) => void> }).BrevoConversations;
    for (const name of ['openChat', 'hide', 'logout', 'openChat', 'logout']) api[name]!();
    return 'the page goes on';
  });
  expect(told).toBe('the page goes on');
  const about = () => visitor.said('warning').filter((text) => text.includes('BrevoConversations'));
  await until(() => {
    for (const name of [...names, 'openChat', 'hide', 'logout']) expect(about().filter((text) => text.includes(`"${name}"`))).toHaveLength(1);
  });
  expect(visitor.errors).toEqual([]);
});
