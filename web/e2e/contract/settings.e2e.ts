// Every setting of `BrevoConversationsSetup`, as somebody would notice it who has set it.
import { beforeAll, describe, expect, test } from 'vitest';
import { messages, openPanel, panelOf, until, useStage, write } from '../stage.ts';
import { box, button, call, container, has, iframe, panelBox } from './widget.ts';

const stage = useStage();
const PHONE = { viewport: { width: 375, height: 700 }, isMobile: true, hasTouch: true };

beforeAll(() => stage.desk.come());

async function opened(setup: object, options = {}, page = {}) {
  const visitor = await stage.visitor(options);
  const tab = await visitor.open({ setup, ...page });
  return { visitor, tab };
}

test('buttonStyle: a tab shows its words, a round button only its picture', async () => {
  const { tab, visitor } = await opened({ buttonStyle: 'tab' });
  await until(async () => expect(await button(tab).innerText()).toBe('Chat with us'));
  const round = await visitor.open({ setup: { buttonStyle: 'round' } });
  const { width, height } = await box(round);
  expect([width, height]).toEqual([60, 60]);
  expect(await button(round).innerText()).toBe('');
  expect(await button(round).getAttribute('aria-label')).toBe('Chat with us');
});

describe('buttonPosition', () => {
  const places: Record<string, [side: string, pos: string]> = {
    bl: ['bottom', 'left'],
    bc: ['bottom', 'center'],
    br: ['bottom', 'right'],
    lt: ['left', 'top'],
    lm: ['left', 'middle'],
    lb: ['left', 'bottom'],
    rt: ['right', 'top'],
    rm: ['right', 'middle'],
    rb: ['right', 'bottom'],
  };
  test.each(Object.entries(places))('%s', async (buttonPosition, [side, pos]) => {
    const { tab } = await opened({ buttonPosition });
    const { x, y, right, bottom } = await box(tab);
    const at = { left: x, right, top: y, bottom, center: Math.abs(x - right) + 20, middle: Math.abs(y - bottom) + 20 };
    expect(at[side as keyof typeof at]).toBe(20);
    expect(at[pos as keyof typeof at]).toBe(20);
    await has(tab, `side-${side}`);
    await has(tab, `pos-${pos}`);
    await button(tab).click();
    const panel = await panelBox(tab);
    expect(panel.x >= 0 && panel.y >= 0 && panel.x + panel.width <= 1280 && panel.y + panel.height <= 720).toBe(true);
  });

  test('a tab stands at the edge, along it at the sides, and at the bottom of a phone', async () => {
    const { tab } = await opened({ buttonStyle: 'tab', buttonPosition: 'lm' });
    const upright = await box(tab);
    expect(upright.x).toBe(0);
    expect(upright.height).toBeGreaterThan(upright.width);
    const phone = await opened({ buttonStyle: 'tab', buttonPosition: 'lm' }, PHONE);
    const flat = await box(phone.tab);
    expect(flat.bottom).toBe(0);
    expect(flat.width).toBeGreaterThan(flat.height);
    const round = await opened({ buttonPosition: 'lm' }, PHONE);
    expect((await box(round.tab)).x).toBe(20);
  });
});

test('buttonSize', async () => {
  const { tab } = await opened({ buttonSize: 80 });
  expect((await box(tab)).width).toBe(80);
});

test('customWidgetButton: the elements open the chat, those too that come later, and the button is hidden', async () => {
  const { tab } = await opened({ customWidgetButton: '.ask' }, {}, { body: '<button class="ask">Ask us</button>' });
  await tab.waitForFunction(() => document.querySelector('.brevo-conversations--visible'));
  expect(await button(tab).isVisible()).toBe(false);
  await tab.click('.ask');
  await has(tab, 'expanded');
  await call(tab, 'minimizeWidget');
  await has(tab, 'expanded', false);
  await tab.evaluate(() => {
    document.body.innerHTML += '<a class="ask later" href="/elsewhere"><span>Write to us</span></a>';
  });
  const page = tab.url();
  await tab.click('.later span');
  await has(tab, 'expanded');
  expect(tab.url()).toBe(page);
});

test('customWidgetButton that is no selector is named in the console, and the page goes on', async () => {
  const { tab, visitor } = await opened({ customWidgetButton: 'a[' });
  await tab.waitForFunction(() => document.querySelector('.brevo-conversations--visible'));
  expect(visitor.said('error').join()).toContain('customWidgetButton');
  expect(visitor.errors).toEqual([]);
});

test('chatWidth and chatHeight, as far as the window has room', async () => {
  const { tab, visitor } = await opened({ chatWidth: 420, chatHeight: 500 });
  await button(tab).click();
  expect(await panelBox(tab)).toMatchObject({ width: 420, height: 500 });
  const large = await visitor.open({ setup: { chatWidth: 4_000, chatHeight: 4_000 } });
  await call(large, 'openChat');
  const { x, y } = await panelBox(large);
  expect(x).toBeGreaterThanOrEqual(0);
  expect(y).toBeGreaterThanOrEqual(0);
});

test('zIndex', async () => {
  const { tab } = await opened({ zIndex: 77 });
  await button(tab).waitFor();
  expect(await container(tab).evaluate((element) => getComputedStyle(element).zIndex)).toBe('77');
});

test('colors: of the button, and of the messages', async () => {
  const colors = { buttonBg: '#ffdd00', buttonText: '#112233', visitorBubbleBg: '#004488', agentBubbleBg: '#ddeeff' };
  const { tab } = await opened({ colors });
  const panel = await openPanel(tab);
  const seen = await button(tab).evaluate((element) => {
    const { backgroundColor, color } = getComputedStyle(element);
    return [backgroundColor, color];
  });
  expect(seen).toEqual(['rgb(255, 221, 0)', 'rgb(17, 34, 51)']);
  await write(panel, 'in blue');
  await until(async () => {
    const all = await panel.locator('.message *').evaluateAll((elements) => elements.map((element) => getComputedStyle(element).backgroundColor));
    expect(all).toContain('rgb(0, 68, 136)');
  });
});

test('colors: what stands on a colour can be read without being chosen', async () => {
  const { tab, visitor } = await opened({ colors: { buttonBg: '#ffee88' } });
  const dark = await visitor.open({ setup: { colors: { buttonBg: '#102040' } } });
  const lightness = (page: typeof tab) => button(page).evaluate((element) => parseFloat(getComputedStyle(element).color.replace('oklch(', '')));
  expect(await lightness(tab)).toBe(0);
  expect(await lightness(dark)).toBe(1);
});

test('startHidden: nothing is seen until show', async () => {
  const { tab } = await opened({ startHidden: true });
  await container(tab).waitFor({ state: 'attached' });
  expect(await container(tab).isVisible()).toBe(false);
  await call(tab, 'show');
  await has(tab, 'visible');
  expect(await button(tab).isVisible()).toBe(true);
});

test('mobileOnly', async () => {
  const { tab } = await opened({ mobileOnly: true });
  await container(tab).waitFor({ state: 'attached' });
  await has(tab, 'visible', false);
  const phone = await opened({ mobileOnly: true }, PHONE);
  await has(phone.tab, 'visible');
});

test('disabledOnMobile', async () => {
  const { tab } = await opened({ disabledOnMobile: true });
  await has(tab, 'visible');
  const phone = await opened({ disabledOnMobile: true }, PHONE);
  await container(phone.tab).waitFor({ state: 'attached' });
  await has(phone.tab, 'visible', false);
});

test('language: over that of the page', async () => {
  const { tab, visitor } = await opened({ language: 'de', buttonStyle: 'tab' });
  await button(tab).waitFor();
  const german = await button(tab).innerText();
  const page = await visitor.open({ setup: { buttonStyle: 'tab' }, language: 'de-AT' });
  await button(page).waitFor();
  expect(german).not.toBe('Chat with us');
  expect(await button(page).innerText()).toBe(german);
});

test('locale: any text, on the button and in the panel', async () => {
  const { tab } = await opened({ buttonStyle: 'tab', locale: { customStrings: { chatWithUs: 'Ask a gardener' }, chat: { input: { placeholder: 'Your question' } } } });
  await until(async () => expect(await button(tab).innerText()).toBe('Ask a gardener'));
  const panel = await openPanel(tab);
  await panel.getByPlaceholder('Your question').waitFor();
});

describe('mode: frame, with injectTo', () => {
  const BODY = '<div id="place" class="place" style="height: 500px"></div>';
  const ways: Record<string, string> = {
    'an id': `'place'`,
    'a selector': `'.place'`,
    'an element': `document.getElementById('place')`,
    'a collection': `document.getElementsByClassName('place')`,
    'a list of nodes': `document.querySelectorAll('.place')`,
  };
  test.each(Object.entries(ways))('%s', async (_, injectTo) => {
    const visitor = await stage.visitor();
    const tab = await visitor.open({
      snippet: 'none',
      body: `${BODY}<script>window.BrevoConversationsID = '${stage.server.widgetId}'; window.BrevoConversationsSetup = { mode: 'frame', injectTo: ${injectTo} }</script>
<script async src="${stage.server.url}/brevo-conversations.js"></script>`,
    });
    await tab.locator('#place > #brevo-conversations #brevo-conversations__iframe').waitFor();
    const { width, height } = (await iframe(tab).boundingBox())!;
    expect(height).toBe(500);
    expect(width).toBeGreaterThan(1_000);
    expect(await button(tab).isVisible()).toBe(false);
    await (await panelOf(tab)).locator('.composer-text').waitFor();
    await call(tab, 'minimizeWidget');
    await has(tab, 'frame');
    await has(tab, 'expanded');
  });
});

test('mode: frame in an element without a height, and without an element', async () => {
  const { tab, visitor } = await opened({ mode: 'frame', injectTo: 'place' }, {}, { body: '<div id="place"></div>' });
  await iframe(tab).waitFor();
  expect((await iframe(tab).boundingBox())!.height).toBe(320);
  await visitor.open({ setup: { mode: 'frame', injectTo: '#nowhere' } });
  await until(() => expect(visitor.said('warning').join()).toContain('injectTo'));
  expect(visitor.errors).toEqual([]);
});

test('visitorId: the chat is the same in another browser', async () => {
  const visitorId = 'fG7xTq29Lm4sZc8RbV1nKp6WyHd3JuEa';
  const { tab } = await opened({ visitorId });
  const panel = await openPanel(tab);
  await write(panel, 'from the first browser');
  await stage.desk.conversationOf('from the first browser');
  const other = await opened({ visitorId });
  const there = await openPanel(other.tab);
  await until(async () => expect(await messages(there)).toContain('from the first browser'));
});

test('groupId: the chat goes to that group', async () => {
  const group = await stage.desk.api('post', '/api/v1/groups', { body: { name: 'Plants', agentIds: [stage.server.agentId] } });
  const { tab } = await opened({ groupId: group.id });
  await write(await openPanel(tab), 'for the group');
  const id = await stage.desk.conversationOf('for the group');
  await until(async () => expect(JSON.stringify(await stage.desk.api('get', '/api/v1/conversations/{id}', { path: { id } }))).toContain(group.id));
});

const COUNTERS = `window.counted = [];
for (const name of ['ga', 'gtag', 'ym', 'mine']) window[name] = (...values) => counted.push([name, ...values]);`;
const countedIn = (tab: Awaited<ReturnType<typeof opened>>['tab']) => tab.evaluate(() => (window as unknown as { counted: unknown[][] }).counted);

test('events go to the Google Analytics and the Yandex Metrika of the page', async () => {
  const { tab } = await opened({ gaTrackingId: 'G-1', yaCounterId: 42 }, {}, { script: COUNTERS });
  await button(tab).click();
  await has(tab, 'expanded');
  const counted = await countedIn(tab);
  expect(counted).toContainEqual(['ga', 'send', 'event', 'Chat', 'chatOpened']);
  expect(counted).toContainEqual(['gtag', 'event', 'chatOpened', { event_category: 'Chat', send_to: 'G-1' }]);
  expect(counted).toContainEqual(['ym', 42, 'reachGoal', 'chatOpened']);
});

test('gaTrackerName names another tracker', async () => {
  const { tab } = await opened({ gaTrackerName: 'mine' }, {}, { script: COUNTERS });
  await button(tab).click();
  await has(tab, 'expanded');
  expect((await countedIn(tab)).map(([name]) => name)).toEqual(['mine', 'gtag']);
});

test('disableGaTracking and disableYaTracking', async () => {
  const { tab } = await opened({ disableGaTracking: true, disableYaTracking: true, yaCounterId: 42 }, {}, { script: COUNTERS });
  await button(tab).click();
  await has(tab, 'expanded');
  expect(await countedIn(tab)).toEqual([]);
});

test('onNewMessage, onAnalyticEvent, onChatOpened, onChatClosed, onUnreadChange', async () => {
  const script = `window.heard = [];
window.BrevoConversationsSetup = {};
for (const name of ['onNewMessage', 'onAnalyticEvent', 'onChatOpened', 'onChatClosed', 'onUnreadChange'])
  BrevoConversationsSetup[name] = (...values) => heard.push([name, ...values]);`;
  const visitor = await stage.visitor();
  const tab = await visitor.open({ script });
  const heard = () => tab.evaluate(() => (window as unknown as { heard: [string, ...unknown[]][] }).heard);
  const panel = await openPanel(tab);
  await write(panel, 'is anybody there?');
  const id = await stage.desk.conversationOf('is anybody there?');
  await button(tab).click();
  await has(tab, 'expanded', false);
  await stage.desk.send(id, 'yes');
  await until(async () => expect(await heard()).toContainEqual(['onUnreadChange', 1]));
  const names = (await heard()).map(([name]) => name);
  expect(names).toContain('onChatOpened');
  expect(names).toContain('onChatClosed');
  const told = (await heard()).filter(([name]) => name === 'onNewMessage').map(([, message]) => (message as { text: string }).text);
  expect(told).toEqual(['is anybody there?', 'yes']);
  const counted = (await heard()).filter(([name]) => name === 'onAnalyticEvent').map(([, event]) => event);
  expect(counted).toEqual(expect.arrayContaining(['chatOpened', 'messageSent', 'chatClosed', 'messageReceived']));
});

test('deferredLoading: the widget comes after everything else of the page', async () => {
  const { tab } = await opened({ deferredLoading: true }, {}, { body: '<main><h1>Shop</h1></main><img alt="" src="/page-picture">' });
  await button(tab).waitFor();
  const [asked, loaded] = await tab.evaluate(() => [
    performance.getEntriesByType('resource').find(({ name }) => name.includes('/config.js'))!.startTime,
    (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).loadEventStart,
  ]);
  expect(asked!).toBeGreaterThanOrEqual(loaded!);
});

test('on a phone, opening adds the hash and "back" closes', async () => {
  const { tab } = await opened({}, PHONE);
  await button(tab).click();
  await has(tab, 'expanded');
  expect(new URL(tab.url()).hash).toBe('#brevoConversationsExpanded');
  await tab.goBack();
  await has(tab, 'expanded', false);
  expect(new URL(tab.url()).hash).toBe('');
});

test('disableChatOpenHash', async () => {
  const { tab } = await opened({ disableChatOpenHash: true }, PHONE);
  await button(tab).click();
  await has(tab, 'expanded');
  expect(new URL(tab.url()).hash).toBe('');
});

test('consent: nothing is stored before the visitor agrees', async () => {
  const { tab, visitor } = await opened({ consent: 'ask' });
  await button(tab).click();
  await has(tab, 'expanded');
  const panel = await panelOf(tab);
  await panel.locator('button').first().waitFor();
  const kept = () => tab.evaluate(() => Object.keys(localStorage));
  expect(await kept()).toEqual([]);
  expect(visitor.requests.some((request) => request.url().includes('/live/session'))).toBe(false);
  await call(tab, 'consent', true);
  await panel.locator('.composer-text').waitFor();
  await until(async () => expect(await kept()).toEqual([`parlour:${stage.server.widgetId}`]));
  await call(tab, 'consent', false);
  await until(async () => expect(await kept()).toEqual([]));
});

test('theme', async () => {
  const { tab } = await opened({ theme: 'dark' });
  const panel = await openPanel(tab);
  expect(await container(tab).evaluate((element) => getComputedStyle(element).colorScheme)).toBe('dark');
  expect(await panel.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
});

test('identityToken reaches the server with the session', async () => {
  const { visitor, tab } = await opened({ visitorId: 'aB3xTq29Lm4sZc8RbV1nKp6WyHd3JuEa', identityToken: 'a.token.of.ours' });
  await button(tab).click();
  await until(() => {
    const session = visitor.requests.find((request) => request.url().includes('/live/session'));
    expect(session?.postData() ?? '').toContain('a.token.of.ours');
  });
});

test('offsetX and offsetY', async () => {
  const { tab } = await opened({ offsetX: 40, offsetY: 90 });
  const { right, bottom } = await box(tab);
  expect([right, bottom]).toEqual([40, 90]);
});
