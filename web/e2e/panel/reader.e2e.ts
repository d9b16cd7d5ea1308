// What somebody hears who does not see the chat: the tree that the browser gives to screen readers.
import { expect, test } from 'vitest';
import { en } from '../../widget/panel/texts/en.ts';
import { fill } from '../../widget/panel/texts/resolve.ts';
import { buttonOf, openPanel, shows, until, useStage, write } from '../stage.ts';

const stage = useStage();

test('an incoming message is told once, in a live region, and is an article with its author in the thread', async () => {
  await stage.desk.come();
  const visitor = await stage.visitor();
  const page = await visitor.open();
  const panel = await openPanel(page);
  await write(panel, 'read to me');
  const id = await stage.desk.conversationOf('read to me');
  await panel.evaluate(() => {
    const told: string[] = [];
    Object.assign(globalThis, { told });
    const isLive = (element: Element | null): boolean => {
      const region = element?.closest('[aria-live], [role=log], [role=status], [role=alert]');
      return region != null && region.getAttribute('aria-live') !== 'off';
    };
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        if (isLive(element)) told.push([...addedNodes].map((node) => node.textContent).join(' ') || (target.textContent ?? ''));
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await stage.desk.send(id, 'with pleasure');
  await shows(panel, ['read to me', 'with pleasure']);
  const told = () => panel.evaluate(() => (globalThis as unknown as { told: string[] }).told);
  const wanted = fill(en.newMessageFrom, { name: 'Owner', text: 'with pleasure' });
  await until(async () => expect((await told()).filter((text) => text.includes('with pleasure'))).toEqual([wanted]));

  const session = await visitor.context.newCDPSession(panel).catch(() => visitor.context.newCDPSession(page));
  await session.send('Accessibility.enable');
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const named = (role: string) => nodes.filter((node) => !node.ignored && node.role?.value === role).map((node) => String(node.name?.value ?? ''));
  expect(named('article').some((name) => name.includes('Owner'))).toBe(true);
  expect(named('textbox').filter(Boolean)).toHaveLength(1);
  expect(named('button').filter((name) => !name)).toEqual([]);
  expect(named('log')).toEqual([]);
});

test('the button tells what it opens, the frame has a title, and the panel is a dialog with a name', async () => {
  const visitor = await stage.visitor();
  const page = await visitor.open();
  await buttonOf(page).waitFor();
  expect(await buttonOf(page).getAttribute('aria-expanded')).toBe('false');
  expect(await buttonOf(page).getAttribute('aria-label')).toMatch(/\S/);
  const panel = await openPanel(page);
  expect(await buttonOf(page).getAttribute('aria-expanded')).toBe('true');
  expect(await page.locator('#brevo-conversations iframe').getAttribute('title')).toMatch(/\S/);
  await panel.getByRole('dialog', { name: fill(en.title, { name: 'Demo' }) }).waitFor();
  // Somebody who writes is not kept inside, as long as the page can be seen too.
  expect(await panel.getByRole('dialog').getAttribute('aria-modal')).toBe('false');
});
