// How long it takes from the click on the button until one can write.
import type { Page } from 'playwright-core';
import { test } from 'vitest';
import { buttonOf, openPanel, panelOf, until, useStage, type Visitor, write } from '../stage.ts';
import { median, report } from './report.ts';

const ROUNDS = 15;
const stage = useStage();

/** The page writes down when the button is clicked, the panel when its composer has the focus; all by one clock. */
const WATCH = `
  addEventListener('click', () => { window.clickedAt ??= Date.now(); }, true);
  addEventListener('focusin', (event) => { if (event.target.matches('textarea, [role=textbox]')) window.usableAt ??= Date.now(); }, true);
`;

const timeOf = (target: { evaluate: Page['evaluate'] }, name: string) =>
  until(async () => {
    const time = await target.evaluate((name) => (globalThis as unknown as Record<string, number | undefined>)[name], name);
    if (!time) throw new Error(`${name} is not known yet`);
    return time;
  });

async function click(page: Page): Promise<number> {
  await buttonOf(page).waitFor();
  await page.waitForLoadState('networkidle');
  await buttonOf(page).click();
  const clicked = await timeOf(page, 'clickedAt');
  return (await timeOf(await panelOf(page), 'usableAt')) - clicked;
}

async function visitor(): Promise<Visitor> {
  const visitor = await stage.visitor();
  await visitor.context.addInitScript(WATCH);
  return visitor;
}

const line = (name: string, times: number[]) =>
  report(`${name}: median ${median(times)} ms, slowest ${Math.max(...times)} ms, of ${times.length}`);

test('from the click to a panel in which one can write', async () => {
  const [cold, warm, known]: number[][] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = await visitor();
    cold!.push(await click(await fresh.open()));
    const again = await visitor();
    const first = await again.open();
    await openPanel(first);
    await buttonOf(first).click().catch(() => {});
    await first.evaluate(() => localStorage.clear());
    await first.close();
    warm!.push(await click(await again.open()));
    await fresh.close();
    await again.close();
  }
  const old = await visitor();
  const page = await old.open();
  await write(await openPanel(page), 'I come back');
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.evaluate(() => {
      for (const key of Object.keys(localStorage)) localStorage.setItem(key, '{"isOpen":false,"hasConversation":true}');
    });
    await page.reload();
    known!.push(await click(page));
  }
  line('cold: never seen before', cold!);
  line('warm: files in the cache', warm!);
  line('with a conversation: the panel loads in idle time', known!);
});
