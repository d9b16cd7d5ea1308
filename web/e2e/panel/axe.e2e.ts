// No fault that axe-core knows, in any state of the widget, light and dark, from left to right and from right to left.
import type { Frame, Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { loadTexts } from '../../widget/panel/texts/resolve.ts';
import { wholeOf, type Texts } from '../../widget/panel/texts/en.ts';
import { faults } from '../stage/axe.ts';
import type { Line } from '../stage/line.ts';
import { PICTURE } from '../stage/picture.ts';
import { buttonOf, composerOf, openPanel, panelOf, useStage, write, type HostPage } from '../stage.ts';

const stage = useStage();
const NO_FORM = { online: 'none', offline: 'none', fields: [], asksGroup: false, consents: [] };
afterEach(() => stage.desk.settings({ form: NO_FORM, isConsentRequired: false, hasRating: true, identityMode: 'open' }));

interface Look {
  colorScheme: 'light' | 'dark';
  language: string;
}

const LOOKS: Look[] = [
  { colorScheme: 'light', language: 'en' },
  { colorScheme: 'dark', language: 'en' },
  { colorScheme: 'light', language: 'ar' },
  { colorScheme: 'dark', language: 'ar' },
];

/** A page in this look, and what to ask of it: nothing may be wrong, in the page and in the panel. */
async function enter({ colorScheme, language }: Look, { line, setup, ...page }: HostPage & { line?: Line } = {}) {
  // What moves has other colours on its way.
  const visitor = await stage.visitor({ colorScheme, reducedMotion: 'reduce' }, line ? { line } : {});
  const tab = await visitor.open({ setup: { language, ...setup }, head: '<style>html { color-scheme: light dark }</style>', ...page });
  await buttonOf(tab).waitFor({ state: 'attached' });
  const check = async (state: string, panel?: Frame) => {
    expect([state, await faults(tab.mainFrame())]).toEqual([state, []]);
    if (panel) expect([state, await faults(panel)]).toEqual([state, []]);
  };
  return { page: tab, check, texts: wholeOf({ texts: await loadTexts(language) }) };
}

async function chat(look: Look, { page, check, texts }: { page: Page; check(state: string, panel?: Frame): Promise<void>; texts: Texts }) {
  const hello = `hello in ${look.language}, ${look.colorScheme}`;
  await check('closed');
  const panel = await openPanel(page);
  await check('empty', panel);
  await panel.locator('input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(PICTURE, 'base64') });
  await panel.getByRole('button', { name: texts.remove }).waitFor();
  await check('with a file in the composer', panel);
  await write(panel, hello);
  const id = await stage.desk.conversationOf(hello);
  await stage.desk.send(id, 'see https://docs.example/ for more');
  await panel.getByText('https://docs.example/').waitFor();
  await check('a thread', panel);
  await panel.locator('.attachment-image').click();
  await panel.locator('.viewer').waitFor();
  await check('an image by itself', panel);
  await page.keyboard.press('Escape');
  return { panel, id };
}

for (const look of LOOKS) {
  test(`a live chat, its menu, its emoji and its end: ${look.language}, ${look.colorScheme}`, async () => {
    await stage.desk.come();
    const entered = await enter(look);
    const { check, texts, page } = entered;
    const { panel, id } = await chat(look, entered);
    await panel.getByRole('button', { name: texts.chat.insertEmoji }).click();
    await panel.locator('.emoji button').nth(20).waitFor();
    await check('the emoji', panel);
    await page.keyboard.press('Escape');
    await panel.getByRole('button', { name: texts.menu, exact: true }).click();
    await panel.getByRole('menu').waitFor();
    await check('the menu', panel);
    await page.keyboard.press('Escape');
    await stage.desk.read(id);
    stage.desk.typing(id, true);
    await panel.locator('.typing').first().waitFor();
    await check('somebody types', panel);
    await stage.desk.close(id);
    await panel.getByText(texts.rating.ask).waitFor();
    await check('the rating', panel);
    await panel.getByRole('button', { name: texts.minimize }).click();
    await stage.desk.send(id, 'one more');
    await page.locator('#brevo-conversations button[aria-label*="1"]').waitFor();
    await check('closed, with something unread');
  });

  test(`a messenger with its form: ${look.language}, ${look.colorScheme}`, async () => {
    await stage.desk.leave();
    await stage.desk.settings({
      form: {
        offline: 'required',
        fields: [
          { name: 'firstName', kind: 'text', isRequired: false },
          { name: 'email', kind: 'email', isRequired: true },
          { name: 'phone', kind: 'phone', isRequired: false },
        ],
        consents: [{ kind: 'termsOfService', isRequired: true, texts: {}, link: 'https://shop.example/terms' }],
      },
    });
    const { page, check } = await enter(look);
    const panel = await openPanel(page);
    await write(panel, 'who will read this?');
    const form = panel.locator('.form-card');
    await form.waitFor();
    await check('the form', panel);
    await form.locator('button[type=submit]').click();
    await form.locator('[aria-invalid=true]').first().waitFor();
    await check('the form with mistakes', panel);
  });

  test(`without a network: ${look.language}, ${look.colorScheme}`, async () => {
    const { page, check, texts } = await enter(look, { line: stage.line });
    const panel = await openPanel(page);
    stage.line.cut();
    await page.context().setOffline(true);
    await panel.getByText(texts.status.offline).first().waitFor();
    await write(panel, 'later, then');
    await check('offline', panel);
  });

  test(`the question whether anything may be stored: ${look.language}, ${look.colorScheme}`, async () => {
    await stage.desk.settings({ isConsentRequired: true });
    const { page, check, texts } = await enter(look);
    await buttonOf(page).click();
    const panel = await panelOf(page);
    await panel.getByText(texts.consent.text).waitFor();
    await check('consent', panel);
  });

  test(`a chat that is refused: ${look.language}, ${look.colorScheme}`, async () => {
    await stage.desk.api('post', '/api/v1/widget/identity-secret', {});
    await stage.desk.settings({ identityMode: 'enforced' });
    const { page, check, texts } = await enter(look, { setup: { visitorId: 'a-visitor-whom-nobody-vouches-for' } });
    await buttonOf(page).click();
    const panel = await panelOf(page);
    await panel.getByText(texts.status.failed).waitFor();
    await check('refused', panel);
  });

  test(`in an element of the page: ${look.language}, ${look.colorScheme}`, async () => {
    const { page, check } = await enter(look, { setup: { mode: 'frame', injectTo: 'place' }, body: '<main><h1>Shop</h1><div id="place" style="height: 600px"></div></main>' });
    const panel = await panelOf(page);
    await composerOf(panel).waitFor();
    await check('in an element', panel);
  });
}
