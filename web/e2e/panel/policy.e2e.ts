// E1: pages whose policy allows nothing but what the widget says it needs.
import { expect, test } from 'vitest';
import { type HostPage, openPanel, shows, useStage, write } from '../stage.ts';

const stage = useStage();

const POLICIES: Record<string, HostPage> = {
  'a nonce': { policy: "default-src 'none'; script-src NONCE; frame-src CHAT", snippet: 'tag' },
  'a nonce that is passed on': { policy: "default-src 'none'; script-src NONCE 'strict-dynamic'; frame-src CHAT", snippet: 'inline' },
  'an allow-list': { policy: "default-src 'none'; script-src 'self' CHAT; frame-src CHAT", snippet: 'file' },
};

for (const [name, page] of Object.entries(POLICIES)) {
  test(`E1: the widget works under ${name}, and breaks no rule of it`, async () => {
    const visitor = await stage.visitor();
    const panel = await openPanel(await visitor.open(page));
    await write(panel, `strict: ${name}`);
    const id = await stage.desk.conversationOf(`strict: ${name}`);
    await stage.desk.send(id, 'very strict');
    await shows(panel, [`strict: ${name}`, 'very strict']);
    expect(visitor.violations).toEqual([]);
    expect(visitor.said('error')).toEqual([]);
    expect(visitor.errors).toEqual([]);
  });
}

test('the panel itself may load nothing from elsewhere, and runs no script that somebody wrote into it', async () => {
  const answer = await fetch(`${stage.server.url}/chat/${stage.server.widgetId}`);
  const policy = answer.headers.get('content-security-policy')!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe-(inline|eval)|https?:[^;]*\* /);
  const visitor = await stage.visitor();
  const panel = await openPanel(await visitor.open());
  await panel.evaluate(() => {
    const image = document.body.appendChild(document.createElement('img'));
    image.setAttribute('onerror', 'document.title = "ran"');
    image.src = 'https://elsewhere.example/pixel.png';
  });
  await panel.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<a href="javascript:document.title=\'ran\'">x</a>'));
  await panel.locator('a', { hasText: /^x$/ }).evaluate((link) => (link as HTMLAnchorElement).click());
  expect(await panel.evaluate(() => document.title)).not.toBe('ran');
  expect(visitor.violations.join()).toContain('img-src');
});
