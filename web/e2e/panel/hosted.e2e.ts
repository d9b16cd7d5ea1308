// The chat as a page of its own, and the widget on a phone.
import { expect, test } from 'vitest';
import { en } from '../../widget/panel/texts/en.ts';
import { fill } from '../../widget/panel/texts/resolve.ts';
import { buttonOf, composerOf, openPanel, panelOf, shows, until, useStage, write } from '../stage.ts';

const stage = useStage();
const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

test('the hosted page is the same chat, without a site around it, also where the widget is bound to domains', async () => {
  await stage.desk.settings({ allowedDomains: ['shop.example'] });
  try {
    const visitor = await stage.visitor();
    const page = await visitor.context.newPage();
    await page.goto(`${stage.server.url}/chat/${stage.server.widgetId}`);
    const panel = page.mainFrame();
    await composerOf(panel).waitFor();
    expect(await page.title()).toBe(fill(en.title, { name: 'Demo' }));
    await write(panel, 'from the hosted page');
    const id = await stage.desk.conversationOf('from the hosted page');
    await stage.desk.send(id, 'welcome to it');
    await shows(panel, ['from the hosted page', 'welcome to it']);
    expect(await panel.getByRole('button', { name: en.minimize }).count()).toBe(0);
    await page.reload();
    await shows(page.mainFrame(), ['from the hosted page', 'welcome to it']);
    expect([visitor.violations, visitor.errors]).toEqual([[], []]);
  } finally {
    await stage.desk.settings({ allowedDomains: [] });
  }
});

test('on a phone the chat fills the screen, and the back button closes it', async () => {
  const visitor = await stage.visitor(PHONE);
  const page = await visitor.open({ body: '<main style="height: 4000px"><h1>Shop</h1></main>' });
  await page.evaluate(() => scrollTo(0, 500));
  const panel = await openPanel(page);
  const frame = page.locator('#brevo-conversations iframe').first();
  await until(async () => expect(await frame.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 780 }));
  expect(await page.evaluate(() => location.hash)).toBe('#brevoConversationsExpanded');
  await write(panel, 'on my way');
  await stage.desk.conversationOf('on my way');
  // Nothing has to be scrolled sideways, and every button can be hit by a finger.
  expect(await panel.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  const small = await panel.evaluate(() =>
    [...document.querySelectorAll('button')]
      .map((button) => [button.outerHTML.slice(0, 120), button.getBoundingClientRect()] as const)
      .filter(([, { width, height }]) => width > 0 && (width < 44 || height < 44))
      .map(([html]) => html),
  );
  expect(small).toEqual([]);

  await page.goBack();
  await until(async () => expect(await frame.isVisible()).toBe(false));
  expect(await page.evaluate(() => [location.hash, scrollY])).toEqual(['', 500]);
  await buttonOf(page).click();
  await shows(await panelOf(page), ['on my way']);
  await (await panelOf(page)).getByRole('button', { name: en.minimize }).click();
  await until(async () => expect(await frame.isVisible()).toBe(false));
  expect(await page.evaluate(() => location.hash)).toBe('');
});

test('in a narrow window, and with text twice as large, nothing is lost', async () => {
  const visitor = await stage.visitor({ viewport: { width: 320, height: 400 } });
  const panel = await openPanel(await visitor.open());
  await write(panel, 'a_word_without_any_end_'.repeat(20));
  await shows(panel, ['a_word_without_any_end_'.repeat(20)]);
  await panel.evaluate(() => (document.documentElement.style.fontSize = '200%'));
  expect(await panel.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  const composer = composerOf(panel);
  const box = (await composer.evaluate((element) => element.getBoundingClientRect().toJSON())) as DOMRect;
  expect(box.bottom).toBeLessThanOrEqual(await panel.evaluate(() => innerHeight));
});
