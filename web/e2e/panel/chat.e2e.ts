// A visitor and an agent write to each other, in a frame on somebody's page.
import { expect, test } from 'vitest';
import { en } from '../../widget/panel/texts/en.ts';
import { composerOf, history, messages, openPanel, panelOf, shows, until, useStage, write } from '../stage.ts';

const stage = useStage();

/** A chat that has begun: `hello` was written and arrived. */
async function begun(hello: string) {
  const visitor = await stage.visitor();
  const page = await visitor.open();
  const panel = await openPanel(page);
  await write(panel, hello);
  const id = await stage.desk.conversationOf(hello);
  return { visitor, page, panel, id };
}

test('a message is shown at once, arrives, is answered and seen', async () => {
  await stage.desk.come();
  const { visitor, panel, id } = await begun('is anybody here?');
  await shows(panel, ['is anybody here?']);
  await panel.getByText(en.sent, { exact: true }).waitFor();

  await stage.desk.send(id, 'yes, how can I help?');
  await shows(panel, ['is anybody here?', 'yes, how can I help?']);
  const desk = await stage.desk.read(id);
  await until(() => expect(desk.view.seenBy.visitor).toBe(desk.view.items.at(-1)!.seq));

  await write(panel, 'with my order');
  await until(() => expect(desk.view.items.at(-1)!.data).toMatchObject({ text: 'with my order' }));
  stage.desk.seen(id, desk.view.items.at(-1)!.seq);
  await panel.getByText(en.seen, { exact: true }).waitFor();
  expect(visitor.errors).toEqual([]);
  expect(visitor.said('error')).toEqual([]);
});

test('both see that the other is typing', async () => {
  await stage.desk.come();
  const { panel, id } = await begun('typing, please');
  const desk = await stage.desk.read(id);
  stage.desk.typing(id, true);
  await panel.locator('.typing').waitFor();
  stage.desk.typing(id, false);
  await panel.locator('.typing').waitFor({ state: 'hidden' });

  await composerOf(panel).pressSequentially('I wond');
  await until(() => expect(desk.view.typing.map(({ who, preview }) => [who, preview])).toEqual([['visitor', 'I wond']]));
  await composerOf(panel).fill('');
  await until(() => expect(desk.view.typing).toEqual([]));
});

test('what an agent changes and deletes changes and goes; what agents note for themselves never comes', async () => {
  await stage.desk.come();
  const { visitor, panel, id } = await begun('what does it cost?');
  const price = await stage.desk.send(id, '30 euros');
  const joke = await stage.desk.send(id, 'or nothing');
  await shows(panel, ['what does it cost?', '30 euros', 'or nothing']);
  const frames: string[] = [];
  visitor.context.on('response', (response) => void response.text().then((text) => frames.push(text), () => {}));
  await stage.desk.edit(price.id, '35 euros');
  await stage.desk.delete(joke.id);
  await shows(panel, ['what does it cost?', '35 euros']);
  await stage.desk.note(id, 'a difficult one');
  await stage.desk.send(id, 'anything else?');
  await shows(panel, ['what does it cost?', '35 euros', 'anything else?']);
  expect(await panel.locator('body').innerText()).not.toContain('a difficult one');
  expect(frames.join()).not.toContain('a difficult one');
});

test('a reload keeps the chat, and whether it was open', async () => {
  const { page, panel, id } = await begun('do not forget me');
  await stage.desk.send(id, 'never');
  await shows(panel, ['do not forget me', 'never']);
  await page.reload();
  const again = await panelOf(page);
  await shows(again, ['do not forget me', 'never']);
  await composerOf(again).waitFor();
  await write(again, 'still me');
  await until(async () => expect((await stage.desk.messages(id)).at(-1)!.text).toBe('still me'));
});

test('a long history comes page by page, as one scrolls up', async () => {
  const { page, id } = await begun('message 0');
  for (let number = 1; number <= 120; number += 1) await stage.desk.send(id, `message ${number}`);
  await page.reload();
  const again = await panelOf(page);
  await until(async () => expect((await messages(again)).at(-1)).toBe('message 120'));
  const first = (await messages(again)).length;
  expect(first).toBeLessThan(120);
  await until(async () => {
    expect(await history(again)).toEqual(Array.from({ length: 121 }, (_, number) => `message ${number}`));
  });
});
