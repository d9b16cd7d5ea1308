// Pages that hand over anything, speak to the widget as if they were its panel, or have changed what scripts rely on.
import { beforeAll, expect, test } from 'vitest';
import { openPanel, until, useStage, write } from '../stage.ts';
import { button, container, has, iframe } from './widget.ts';

const stage = useStage();
beforeAll(() => stage.desk.come());

test('arguments that are not plain are named in the console, the rest goes on', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open();
  await button(tab).waitFor();
  await tab.evaluate(() => {
    const api = (window as unknown as { BrevoConversations(...call: unknown[]): void }).BrevoConversations;
    const cyclic: Record<string, unknown> = { plan: 'gold' };
    cyclic['itself'] = cyclic;
    api('updateIntegrationData', { good: 'kept', fn: () => 1, node: document.body, list: [1], big: 'x'.repeat(2 ** 20), date: new Date() });
    api('updateIntegrationData', JSON.parse('{"__proto__": {"polluted": true}, "also": "kept too"}'));
    api('updateIntegrationData', cyclic);
    api('setLocale', { get trap() { throw new Error('trapped'); } });
    api('updateIntegrationData', Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`key${at}`, at])));
    api('setIntegrationData', document);
    api('sendAutoMessage', () => 'text');
    api('setColors', { buttonBg: 'url(//evil.example/x)' });
    api('setButtonPosition', 'middle of nowhere');
    api('setChatWidth', {});
    api({ toString() { throw new Error('no name'); } });
    api(Symbol('name'));
    api();
  });
  await until(() => {
    const said = visitor.said('error').join('\n');
    for (const name of ['fn', 'node', 'list', 'big', 'date', '__proto__', 'itself', 'key100']) expect(said).toContain(name);
    expect(said).not.toContain('key101');
    for (const name of ['setLocale', 'setIntegrationData', 'sendAutoMessage', 'buttonBg', 'buttonPosition', 'chatWidth']) expect(said).toContain(name);
  });
  expect(visitor.errors).toEqual([]);
  expect(await tab.evaluate(() => ({} as Record<string, unknown>)['polluted'])).toBe(undefined);
  await write(await openPanel(tab), 'still here');
  await stage.desk.conversationOf('still here');
});

test('settings that are traps: the widget comes with its own', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({
    script: `window.BrevoConversationsSetup = { get buttonStyle() { throw new Error('trapped'); } };`,
  });
  await button(tab).waitFor();
  expect(visitor.said('error').join()).toContain('Setup');
  expect(visitor.errors).toEqual([]);
});

test('messages from other windows are ignored and counted', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open();
  await openPanel(tab);
  const classes = await container(tab).getAttribute('class');
  await tab.evaluate(async () => {
    for (let at = 0; at < 1_000; at++) window.postMessage([at % 2 ? 'close' : 'state', { unread: 7, returnFocus: true }], '*');
    window.postMessage({ parlour: 1 }, '*', [new MessageChannel().port2]);
    await new Promise((resolve) => {
      const last = Math.random();
      addEventListener('message', ({ data }) => data === last && resolve(0));
      window.postMessage(last, '*');
    });
  });
  expect(await tab.evaluate(() => (window as unknown as { BrevoConversations: { ignored: number } }).BrevoConversations.ignored)).toBeGreaterThanOrEqual(1_002);
  expect(await container(tab).getAttribute('class')).toBe(classes);
  expect(await tab.title()).toBe('Shop');
});

test('a page with an Array, a JSON and a fetch of its own', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({
    script: `const refuse = () => { throw new Error('replaced'); };
for (const name of ['map', 'filter', 'forEach', 'push', 'slice', 'reduce', 'indexOf', 'find', 'some', 'concat']) Array.prototype[name] = refuse;
window.JSON = { parse: refuse, stringify: refuse };
window.fetch = refuse;
window.BrevoConversations = function () { (BrevoConversations.q = BrevoConversations.q || [])[0] = arguments; };
BrevoConversations('updateIntegrationData', { email: 'ida@example.com' });`,
    snippet: 'tag',
  });
  await has(tab, 'visible');
  await button(tab).click();
  await iframe(tab).waitFor();
  expect(visitor.errors).toEqual([]);
});

test('a page that takes scripts only by policies of Trusted Types', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({ snippet: 'tag', policy: "require-trusted-types-for 'script'; trusted-types parlour" });
  await openPanel(tab);
  expect(visitor.violations).toEqual([]);
  const strict = await visitor.open({ snippet: 'tag', policy: "require-trusted-types-for 'script'; trusted-types 'none'" });
  await until(() => expect(visitor.said('warning').join()).toContain('BrevoConversations'));
  expect(await container(strict).count()).toBe(0);
  expect(visitor.errors).toEqual([]);
});

test('a strict policy: the widget opens, and nothing is reported', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({ snippet: 'tag', policy: "default-src 'none'; script-src NONCE; frame-src CHAT" });
  await openPanel(tab);
  expect(visitor.violations).toEqual([]);
});

test('storage that is closed', async () => {
  const visitor = await stage.visitor();
  const tab = await visitor.open({ script: `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('closed', 'SecurityError'); } });` });
  await write(await openPanel(tab), 'without a memory');
  await stage.desk.conversationOf('without a memory');
  expect(visitor.errors).toEqual([]);
});
