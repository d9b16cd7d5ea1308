// The line breaks, the server dies, a tab is closed: every message is there once, and in order.
import { type Frame } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../widget/panel/texts/en.ts';
import { history, messages, openPanel, panelOf, shows, until, useStage, write } from '../stage.ts';

const stage = useStage();

const ledger = async (id: string) => (await stage.desk.messages(id)).map(({ text }) => text);

/** The panel shows what the server keeps, and all of that. */
async function agrees(panel: Frame, id: string, wanted: string[]): Promise<void> {
  await until(async () => expect(await ledger(id)).toEqual(wanted), 60_000);
  await until(async () => expect(await history(panel)).toEqual(wanted), 60_000);
}

test('what is written offline is kept, said to be, and sent when the network is back', async () => {
  const visitor = await stage.visitor({}, { line: stage.line });
  const panel = await openPanel(await visitor.open());
  await write(panel, 'before the tunnel');
  const id = await stage.desk.conversationOf('before the tunnel');
  stage.line.cut();
  await visitor.context.setOffline(true);
  await panel.getByText(en.status.offline).first().waitFor();
  await write(panel, 'in the tunnel');
  await shows(panel, ['before the tunnel', 'in the tunnel']);
  await panel.getByText(en.sending, { exact: true }).waitFor();
  await stage.desk.send(id, 'where are you?');
  expect(await ledger(id)).toEqual(['before the tunnel', 'where are you?']);
  stage.line.mend();
  await visitor.context.setOffline(false);
  await agrees(panel, id, ['before the tunnel', 'where are you?', 'in the tunnel']);
  await panel.getByText(en.status.offline).first().waitFor({ state: 'hidden' });
});

test('E8: two tabs are one visitor, show the same, and send at once without doubling', async () => {
  const visitor = await stage.visitor();
  const first = await openPanel(await visitor.open());
  await write(first, 'from the first tab');
  const id = await stage.desk.conversationOf('from the first tab');
  const page = await visitor.open();
  const second = await panelOf(page).catch(() => openPanel(page));
  await shows(second, ['from the first tab']);

  for (let number = 0; number < 10; number += 1) {
    await Promise.all([write(first, `first ${number}`), write(second, `second ${number}`)]);
  }
  await until(async () => expect(await ledger(id)).toHaveLength(21));
  const kept = await ledger(id);
  expect(new Set(kept).size).toBe(21);
  for (const tab of ['first', 'second']) {
    const wanted = Array.from({ length: 10 }, (_, number) => `${tab} ${number}`);
    expect(kept.filter((text) => text.startsWith(`${tab} `))).toEqual(wanted);
  }
  await shows(first, kept);
  await shows(second, kept);
});

test('E8: a tab that is closed while it sends loses nothing and doubles nothing', async () => {
  const visitor = await stage.visitor({}, { line: stage.line });
  const page = await visitor.open();
  const panel = await openPanel(page);
  await write(panel, 'closed 0');
  const id = await stage.desk.conversationOf('closed 0');
  stage.line.cut();
  for (let number = 1; number <= 5; number += 1) await write(panel, `closed ${number}`);
  await until(async () => expect(await messages(panel)).toHaveLength(6));
  await page.close();
  stage.line.mend();
  const again = await visitor.open();
  const next = await panelOf(again).catch(() => openPanel(again));
  await agrees(next, id, Array.from({ length: 6 }, (_, number) => `closed ${number}`));
});

test('E8: a computer whose clock is wrong sees the same order', async () => {
  const visitor = await stage.visitor();
  await visitor.context.clock.install({ time: new Date('2031-01-01T00:00:00Z') });
  await visitor.context.clock.resume();
  const panel = await openPanel(await visitor.open());
  await write(panel, 'from the future');
  const id = await stage.desk.conversationOf('from the future');
  await stage.desk.send(id, 'from now');
  await shows(panel, ['from the future', 'from now']);
  await write(panel, 'from later');
  await agrees(panel, id, ['from the future', 'from now', 'from later']);
});

test('the server is killed in the middle of a hundred messages: the panel shows the ledger', async () => {
  await stage.desk.come();
  const visitor = await stage.visitor();
  const panel = await openPanel(await visitor.open());
  await write(panel, 'visitor 0');
  const id = await stage.desk.conversationOf('visitor 0');
  const desk = await stage.desk.read(id);
  for (let number = 1; number <= 50; number += 1) {
    await write(panel, `visitor ${number}`);
    stage.desk.write(id, `agent ${number}`);
    // Killed with messages on their way, and more are written while nobody answers.
    if (number === 20) await stage.server.kill();
    if (number === 28) await stage.server.start();
  }
  await until(async () => expect(await ledger(id)).toHaveLength(101), 60_000);
  const kept = await ledger(id);
  expect(new Set(kept).size).toBe(101);
  const numbers = (side: string) => kept.filter((text) => text.startsWith(side)).map((text) => Number(text.split(' ')[1]));
  expect(numbers('visitor')).toEqual(Array.from({ length: 51 }, (_, number) => number));
  expect(numbers('agent')).toEqual(Array.from({ length: 50 }, (_, number) => number + 1));
  await until(async () => expect(await history(panel)).toEqual(kept), 60_000);
  await until(() => expect(desk.view.items.flatMap(({ kind, data }) => (kind === 'message' ? [(data as { text: string }).text] : []))).toEqual(kept));
});
