// The ids, classes and places that sites rely on, and what a visitor notices of the button.
import { beforeAll, expect, test } from 'vitest';
import { composerOf, openPanel, panelOf, until, useStage, write } from '../stage.ts';
import { box, button, call, container, has, iframe, panelBox, wrapper } from './widget.ts';

const stage = useStage();
const PHONE = { viewport: { width: 375, height: 700 }, isMobile: true, hasTouch: true };
beforeAll(() => stage.desk.come());

test('the container, the wrapper and the frame, with their attributes', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open();
  await openPanel(tab);
  expect(await container(tab).getAttribute('class')).toBe(
    'brevo-conversations brevo-conversations--visible brevo-conversations--expanded brevo-conversations--side-bottom brevo-conversations--pos-right',
  );
  expect(await wrapper(tab).getAttribute('class')).toBe('brevo-conversations__iframe-wrapper');
  const frame = tab.locator('#brevo-conversations > #brevo-conversations__iframe-wrapper > iframe#brevo-conversations__iframe');
  expect(await frame.getAttribute('title')).toBe('Chat with us');
  expect(await frame.getAttribute('allow')).toBe('autoplay; clipboard-write');
  expect((await frame.getAttribute('sandbox'))!.split(' ').sort()).toEqual([
    'allow-downloads',
    'allow-forms',
    'allow-popups',
    'allow-popups-to-escape-sandbox',
    'allow-same-origin',
    'allow-scripts',
  ]);
  expect(new URL((await frame.getAttribute('src'))!).origin).toBe(stage.server.url);
});

test('brevo-conversations--expanded can be watched', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open();
  await button(tab).waitFor();
  await tab.evaluate(() => {
    const seen: boolean[] = [];
    const watched = document.querySelector('#brevo-conversations')!;
    new MutationObserver(() => seen.push(watched.classList.contains('brevo-conversations--expanded'))).observe(watched, { attributeFilter: ['class'] });
    Object.assign(window, { seen });
  });
  await openPanel(tab);
  await button(tab).click();
  await has(tab, 'expanded', false);
  expect(await tab.evaluate(() => (window as unknown as { seen: boolean[] }).seen)).toEqual([true, false]);
});

test('a site moves and hides the widget by its own styles', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({ head: '<style>#brevo-conversations { bottom: 120px; right: 44px }</style>' });
  expect(await box(tab)).toMatchObject({ right: 44, bottom: 120 });
  await button(tab).click();
  expect((await panelBox(tab)).y).toBe(20);
  await tab.setViewportSize({ width: 1_280, height: 500 });
  await until(async () => expect((await panelBox(tab)).y).toBe(20));
  await call(tab, 'minimizeWidget');
  const hidden = await visitor.open({ head: '<style>#brevo-conversations:not(.brevo-conversations--expanded) { display: none }</style>' });
  await has(hidden, 'visible');
  expect(await button(hidden).isVisible()).toBe(false);
  await call(hidden, 'openChat');
  await has(hidden, 'expanded');
  await until(async () => expect(await iframe(hidden).isVisible()).toBe(true));
});

test("the page's own styles do not reach the button, which is in a closed root", async () => {
  const visitor = await stage.visitor();
  await visitor.context.addInitScript(() => {
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (options) {
      Object.assign(window, { mode: options.mode });
      return attach.call(this, options);
    };
  });
  const tab = await visitor.open({ head: '<style>* { border-radius: 0 } button { width: 7px !important; background: red !important } div:empty { display: none }</style>' });
  expect((await box(tab)).width).toBe(60);
  expect(await tab.evaluate(() => (window as unknown as { mode: string }).mode)).toBe('closed');
});

test('the button is a button: its name, its state, the focus into the panel and back', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open();
  await button(tab).waitFor();
  expect(await button(tab).getAttribute('aria-expanded')).toBe('false');
  await button(tab).focus();
  await tab.keyboard.press('Enter');
  const panel = await panelOf(tab).catch(async () => {
    await iframe(tab).waitFor({ state: 'attached' });
    return panelOf(tab);
  });
  await composerOf(panel).waitFor();
  await until(async () => expect(await panel.evaluate(() => document.activeElement!.className)).toContain('composer-text'));
  expect(await button(tab).getAttribute('aria-expanded')).toBe('true');
  await tab.keyboard.press('Escape');
  await has(tab, 'expanded', false);
  expect(await button(tab).evaluate((element) => element.matches(':focus'))).toBe(true);
});

test('a message while the panel is closed: badge, name, title, and a preview that can be taken away', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open();
  await write(await openPanel(tab), 'write to me later');
  const id = await stage.desk.conversationOf('write to me later');
  await button(tab).click();
  await has(tab, 'expanded', false);
  await stage.desk.send(id, '<b>later</b>');
  await tab.getByText('<b>later</b>').waitFor();
  expect(await button(tab).locator('b').innerText()).toBe('1');
  expect(await button(tab).getAttribute('aria-label')).toBe('Chat with us, 1');
  expect(await tab.title()).toBe('(1) Shop');
  await tab.locator('#brevo-conversations .dismiss').click();
  expect(await tab.getByText('<b>later</b>').count()).toBe(0);
  await stage.desk.send(id, 'and later');
  await tab.getByText('and later').click();
  await has(tab, 'expanded');
  await until(async () => expect(await tab.title()).toBe('Shop'));
  expect(await button(tab).locator('b').innerText()).toBe('');
});

test('the unread messages are there on the next page, where the panel has not been opened', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open();
  await write(await openPanel(tab), 'I go on to another page');
  const id = await stage.desk.conversationOf('I go on to another page');
  await button(tab).click();
  await has(tab, 'expanded', false);
  await tab.goto('about:blank');
  await stage.desk.send(id, 'while you were away');
  await tab.goto(visitor.put());
  await until(async () => expect(await button(tab).getAttribute('aria-label')).toContain(', 1'));
  await has(tab, 'expanded', false);
});

test('an open chat is open on the next page', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open();
  await openPanel(tab);
  await tab.goto(visitor.put());
  await has(tab, 'expanded');
});

test('a phone: the whole screen, and the page behind does not scroll', async () => {
  const visitor = await stage.visitor(PHONE);
  const tab = await visitor.open({ body: '<div style="height: 3000px">long</div>', setup: { buttonPosition: 'bc' } });
  await has(tab, 'mobile-widget');
  await button(tab).click();
  expect(await panelBox(tab)).toEqual({ x: 0, y: 0, width: 375, height: 700 });
  expect(await button(tab).isVisible()).toBe(false);
  expect(await tab.evaluate(() => getComputedStyle(document.documentElement).overflow)).toBe('hidden');
  await call(tab, 'closeChat');
  await has(tab, 'expanded', false);
  expect(await tab.evaluate(() => document.documentElement.getAttribute('style'))).toBe(null);
});

test('no layout shift, and nothing is loaded for those who do not chat but the loader and what it is told', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open();
  await button(tab).waitFor();
  const shift = await tab.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value;
        }).observe({ type: 'layout-shift', buffered: true });
        requestIdleCallback(() => requestAnimationFrame(() => resolve(sum)));
      }),
  );
  expect(shift).toBe(0);
  const asked = visitor.requests.map((request) => new URL(request.url())).filter(({ origin }) => origin === stage.server.url);
  expect(asked.map(({ pathname }) => pathname)).toEqual(['/brevo-conversations.js', `/widget/${stage.server.widgetId}/config.js`]);
});

test('hidden while nobody is there, where that is set', async () => {
  await stage.desk.settings({ offlineMode: 'hidden' });
  await stage.desk.leave();
  const visitor = await stage.visitor();
  await until(async () => {
    const tab = await visitor.open();
    await container(tab).waitFor({ state: 'attached' });
    await has(tab, 'visible', false);
  });
  await stage.desk.come();
  await stage.desk.settings({ offlineMode: 'messenger' });
});

test('a system notification, where the visitor has allowed that and looks at something else', async () => {
  const visitor = await stage.visitor({ permissions: ['notifications'] });
  const tab = await visitor.open({
    script: `window.notices = [];
window.Notification = class { static permission = 'granted'; constructor(title, { body, tag }) { notices.push([title, body, tag]); notices.last = this; } close() {} };`,
  });
  await write(await openPanel(tab), 'tell me');
  const id = await stage.desk.conversationOf('tell me');
  await button(tab).click();
  await has(tab, 'expanded', false);
  await tab.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }));
  await stage.desk.send(id, 'here it is');
  const notices = () => tab.evaluate(() => (window as unknown as { notices: unknown[] }).notices);
  await until(async () => expect(await notices()).toEqual([[expect.any(String), 'here it is', 'parlour']]));
  await tab.evaluate(() => (window as unknown as { notices: { last: { onclick(): void } } }).notices.last.onclick());
  await has(tab, 'expanded');
});

test('the visitor asks for notifications in the panel, and the page asks the browser', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({ script: `window.asked = 0; Notification.requestPermission = async () => { asked += 1; return 'granted'; };` });
  const panel = await openPanel(tab);
  await panel.getByRole('button', { name: 'More' }).click();
  await panel.getByText('Notify me of answers').click();
  await until(async () => expect(await tab.evaluate(() => (window as unknown as { asked: number }).asked)).toBe(1));
});
