// The widget as its visitor finds it: the button on the page, the panel in its frame.
import type { Frame, Page } from 'playwright-core';
import { until } from './until.ts';

const CONTAINER = '#brevo-conversations';

/** The button on the page. */
export const buttonOf = (page: Page) => page.locator(`${CONTAINER} button`).first();

/** The panel's frame, once there is one and the composer is in it. */
export async function panelOf(page: Page): Promise<Frame> {
  const element = await page.locator(`${CONTAINER} iframe`).first().elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error('the panel has no frame');
  return frame;
}

/** Opens the chat by a click on the button, and gives the panel when one can write in it. */
export async function openPanel(page: Page): Promise<Frame> {
  await buttonOf(page).click();
  const panel = await panelOf(page);
  await composerOf(panel).waitFor();
  await rest(page);
  return panel;
}

/** Until nothing moves any more: what is clicked in a frame that moves, Chromium gives to the page around it. */
async function rest(page: Page): Promise<void> {
  await page.locator(CONTAINER).evaluate((container) => Promise.allSettled(container.getAnimations({ subtree: true }).map(({ finished }) => finished)));
}

/** Where the visitor writes. */
export const composerOf = (panel: Frame) => panel.locator('.composer-text');

/** Clicks where one writes, writes a message, and sends it by the keyboard. While the chat opens, the focus may move on the way. */
export async function write(panel: Frame, text: string): Promise<void> {
  const composer = composerOf(panel);
  await until(async () => {
    await composer.click();
    await composer.fill(text);
    if ((await composer.inputValue()) !== text) throw new Error('the text went elsewhere');
  });
  await until(async () => {
    await composer.press('Enter');
    if ((await composer.inputValue()) === text) throw new Error('the key went elsewhere');
  });
}

/** The texts in the thread, the oldest first. */
export function messages(panel: Frame): Promise<string[]> {
  return panel.locator('.message .message-text').allInnerTexts();
}

/** Scrolls up, and gives what is there by now. Ask `until` it is all: what is further up comes step by step. */
export async function history(panel: Frame): Promise<string[]> {
  await panel.locator('.thread').evaluate((thread) => thread.scrollTo(0, 0));
  return messages(panel);
}

/** Waits until the thread shows exactly these. */
export async function shows(panel: Frame, wanted: string[]): Promise<void> {
  await until(async () => {
    const found = await messages(panel);
    if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`the panel shows ${JSON.stringify(found)}`);
  });
}
