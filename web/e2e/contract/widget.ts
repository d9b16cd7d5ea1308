// The widget in a page of a site, as the tests of the contract look at it.
import type { Page } from 'playwright-core';
import { until } from '../stage.ts';

export const container = (page: Page) => page.locator('#brevo-conversations');
export const wrapper = (page: Page) => page.locator('#brevo-conversations__iframe-wrapper');
export const iframe = (page: Page) => page.locator('#brevo-conversations__iframe');
export const button = (page: Page) => page.locator('#brevo-conversations button[aria-expanded]');

/** Calls the widget as a page does. */
export function call(page: Page, name: string, ...values: unknown[]): Promise<void> {
  return page.evaluate(
    ([name, values]) => (window as unknown as { BrevoConversations(...call: unknown[]): void }).BrevoConversations(name, ...(values as unknown[])),
    [name, values] as const,
  );
}

/** Waits until the container has the state, or has it no longer: `expanded`. */
export function has(page: Page, state: string, isSo = true): Promise<void> {
  return until(async () => {
    const classes = (await container(page).getAttribute('class')) ?? '';
    if (classes.split(' ').includes(`brevo-conversations--${state}`) !== isSo) throw new Error(`the container is "${classes}"`);
  });
}

/** The box of the button, when it is where it stays. */
export async function box(page: Page): Promise<{ x: number; y: number; width: number; height: number; right: number; bottom: number }> {
  await button(page).waitFor();
  return button(page).evaluate((element) => {
    const { x, y, width, height, right, bottom } = element.getBoundingClientRect();
    return { x, y, width, height, right: innerWidth - right, bottom: innerHeight - bottom };
  });
}

/** The panel's place, where it has come to rest. */
export async function panelBox(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  await has(page, 'expanded');
  return wrapper(page).evaluate(async (element) => {
    await Promise.all(element.getAnimations().map((animation) => animation.finished));
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  });
}
