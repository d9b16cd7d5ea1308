// What the widget is by availability, language and setting.
import { expect, test } from 'vitest';
import de from '../../widget/panel/texts/de.ts';
import { en } from '../../widget/panel/texts/en.ts';
import { buttonOf, openPanel, panelOf, shows, until, useStage, write } from '../stage.ts';

const stage = useStage();

test('somebody is there: a live chat with a welcome; nobody is: a messenger that says so', async () => {
  await stage.desk.come();
  const visitor = await stage.visitor();
  const live = await openPanel(await visitor.open());
  await live.getByText(en.customStrings.welcome).waitFor();
  await live.getByText(en.online, { exact: true }).first().waitFor();

  await stage.desk.leave();
  const messenger = await openPanel(await (await stage.visitor()).open());
  await messenger.getByText(en.customStrings.offlineNote).waitFor();
  await write(messenger, 'read it tomorrow');
  await stage.desk.conversationOf('read it tomorrow');
  // The first one heard of it while the chat was open.
  await live.getByText(en.online, { exact: true }).first().waitFor({ state: 'hidden' });
});

test('hidden: no button while nobody takes chats, and one when somebody does', async () => {
  await stage.desk.settings({ offlineMode: 'hidden' });
  try {
    await stage.desk.leave();
    const visitor = await stage.visitor();
    const page = await visitor.open();
    await until(() => expect(visitor.requests.some((request) => request.url().includes('/config.js'))).toBe(true));
    await page.waitForLoadState('networkidle');
    expect(await buttonOf(page).isVisible()).toBe(false);
    await stage.desk.come();
    await buttonOf(await (await stage.visitor()).open()).waitFor();
  } finally {
    await stage.desk.settings({ offlineMode: 'messenger' });
  }
});

test('the language is that of the page, of the setting, or of the setup; any text of it can be another', async () => {
  await stage.desk.leave();
  const visitor = await stage.visitor();
  const asked = await openPanel(await visitor.open({ setup: { language: 'de' } }));
  await asked.getByText(de.customStrings.offlineNote).waitFor();
  expect(await asked.evaluate(() => document.documentElement.lang)).toBe('de');

  await stage.desk.settings({ language: 'fr', texts: { fr: { customStrings: { offlineNote: 'Bientôt.' } } } });
  const page = await (await stage.visitor()).open({ setup: { locale: { chat: { input: { placeholder: 'À vous' } } } } });
  const set = await openPanel(page);
  await set.getByText('Bientôt.').waitFor();
  await set.getByPlaceholder('À vous').waitFor();
  await stage.desk.settings({ language: null, texts: { fr: null } });

  const spoken = await stage.visitor({ locale: 'de-AT' });
  await (await openPanel(await spoken.open({ language: 'de' }))).getByText(de.customStrings.offlineNote).waitFor();
});

test('Arabic runs from right to left', async () => {
  const visitor = await stage.visitor();
  const panel = await openPanel(await visitor.open({ setup: { language: 'ar' } }));
  expect(await panel.evaluate(() => [document.documentElement.dir, document.documentElement.lang])).toEqual(['rtl', 'ar']);
  await write(panel, 'مرحبا');
  await shows(panel, ['مرحبا']);
});

test('a closed chat is rated once, and a new message opens it again', async () => {
  await stage.desk.come();
  const visitor = await stage.visitor();
  const panel = await openPanel(await visitor.open());
  await write(panel, 'rate me');
  const id = await stage.desk.conversationOf('rate me');
  const desk = await stage.desk.read(id);
  await stage.desk.send(id, 'there you are');
  await shows(panel, ['rate me', 'there you are']);
  await stage.desk.close(id);
  await panel.getByText(en.rating.ask).waitFor();
  await panel.locator('.rating-face').nth(3).click();
  await panel.getByLabel(en.rating.comment).fill('quick');
  await panel.locator('.rating').getByRole('button', { name: en.submit }).click();
  await panel.getByText(en.rating.thanks).waitFor();
  await until(() => expect(desk.view.items.find(({ kind }) => (kind as string) === 'rating')?.data).toMatchObject({ score: 4, comment: 'quick' }));
  await write(panel, 'one more thing');
  await until(async () => expect((await stage.desk.messages(id)).at(-1)!.text).toBe('one more thing'));
});

test('the button says how much is unread, and so does the title', async () => {
  await stage.desk.come();
  const visitor = await stage.visitor();
  const page = await visitor.open();
  const panel = await openPanel(page);
  await write(panel, 'I close it now');
  const id = await stage.desk.conversationOf('I close it now');
  await panel.getByRole('button', { name: en.minimize }).click();
  await stage.desk.send(id, 'one');
  await stage.desk.send(id, 'two');
  await until(async () => expect(await buttonOf(page).getAttribute('aria-label')).toContain('2'));
  await until(async () => expect(await page.title()).toContain('2'));
  await buttonOf(page).click();
  await shows(await panelOf(page), ['I close it now', 'one', 'two']);
  await until(async () => expect(await page.title()).toBe('Shop'));
});
