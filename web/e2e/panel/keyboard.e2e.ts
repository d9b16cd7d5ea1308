// The whole chat without a mouse.
import type { Frame, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../widget/panel/texts/en.ts';
import { buttonOf, panelOf, shows, until, useStage } from '../stage.ts';

const stage = useStage();
const TABS_MAX = 40;

/** What has the focus: the innermost element, and how it is called. */
const focused = (frame: Frame | Page) =>
  frame.evaluate(() => {
    const element = document.activeElement;
    return element && element !== document.body ? `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.getAttribute('placeholder') ?? element.textContent?.trim() ?? ''}` : '';
  });

/** Presses Tab until an element of that name has the focus. */
async function tabTo(page: Page, frame: Frame, name: string, key = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let count = 0; count < TABS_MAX; count += 1) {
    const now = await focused(frame);
    if (now.includes(name)) return;
    passed.push(now);
    await page.keyboard.press(key);
  }
  throw new Error(`Tab never came to ${name}, only to ${JSON.stringify(passed)}`);
}

async function openByKeys() {
  const visitor = await stage.visitor();
  const page = await visitor.open({ body: '<main><h1>Shop</h1><a href="#first">first</a></main>' });
  await buttonOf(page).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await buttonOf(page).evaluate((button) => button === document.activeElement || button === (button.getRootNode() as ShadowRoot).activeElement)).toBe(true);
  expect(await buttonOf(page).getAttribute('aria-expanded')).toBe('false');
  await page.keyboard.press('Enter');
  const panel = await panelOf(page);
  await until(async () => expect(await panel.evaluate(() => document.activeElement?.getAttribute('role') ?? document.activeElement?.tagName)).toMatch(/textbox|TEXTAREA/));
  return { page, panel };
}

test('open, write, send, insert an emoji, close: the focus goes along and comes back', async () => {
  const { page, panel } = await openByKeys();
  await page.keyboard.type('all by keys');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await page.keyboard.press('Enter');
  await shows(panel, ['all by keys\nsecond line']);

  await tabTo(page, panel, en.chat.insertEmoji);
  await page.keyboard.press('Enter');
  await panel.getByPlaceholder(en.emoji.search).or(panel.getByLabel(en.emoji.search)).first().waitFor();
  await until(async () => expect(await focused(panel)).not.toContain(en.chat.insertEmoji));
  await page.keyboard.type('thumbs up');
  await panel.locator('.emoji button', { hasText: '👍' }).first().waitFor();
  await tabTo(page, panel, '👍').catch(() => tabTo(page, panel, 'thumbs up'));
  await page.keyboard.press('Enter');
  await until(async () => expect(await panel.getByRole('textbox', { name: /./ }).last().inputValue()).toContain('👍'));
  await until(async () => expect(await panel.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA'));
  await page.keyboard.press('Enter');
  await shows(panel, ['all by keys\nsecond line', '👍']);

  await page.keyboard.press('Escape');
  await until(async () => expect(await buttonOf(page).getAttribute('aria-expanded')).toBe('false'));
  expect(await buttonOf(page).evaluate((button) => button === document.activeElement || button === (button.getRootNode() as ShadowRoot).activeElement)).toBe(true);
});

test('the menu and the form', async () => {
  await stage.desk.leave();
  await stage.desk.settings({ form: { offline: 'optional', fields: [{ name: 'email', kind: 'email', isRequired: true }] } });
  const { page, panel } = await openByKeys();
  await page.keyboard.type('fill in by keys');
  await page.keyboard.press('Enter');
  await panel.locator('.form-card').waitFor();
  await tabTo(page, panel, en.menu, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await panel.getByRole('menu').waitFor();
  await page.keyboard.press('Escape');
  await panel.getByRole('menu').waitFor({ state: 'hidden' });
  await until(async () => expect(await focused(panel)).toContain(en.menu));

  const email = panel.locator('.form-card').getByLabel(en.email);
  for (let count = 0; count < TABS_MAX && !(await email.evaluate((input) => input === document.activeElement)); count += 1) await page.keyboard.press('Tab');
  await page.keyboard.type('eve@site.example');
  await page.keyboard.press('Enter');
  await panel.getByText('eve@site.example').waitFor();
});

test('whatever has the focus shows it', async () => {
  const { page, panel } = await openByKeys();
  const hidden: string[] = [];
  for (let count = 0; count < 12; count += 1) {
    await page.keyboard.press('Tab');
    const found = await panel.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      const around = element.parentElement && getComputedStyle(element.parentElement);
      const isSeen = [style, around].some((look) => look && ((look.outlineStyle !== 'none' && look.outlineWidth !== '0px') || look.boxShadow !== 'none'));
      return isSeen ? null : element.outerHTML.slice(0, 120);
    });
    if (found) hidden.push(found);
  }
  expect(hidden).toEqual([]);
});
