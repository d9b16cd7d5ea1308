// Files: by the button, by dragging, by pasting; what a visitor is shown of them, and what is refused.
import type { Frame } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../widget/panel/texts/en.ts';
import { PICTURE } from '../stage/picture.ts';
import { composerOf, openPanel, until, useStage, write } from '../stage.ts';

const stage = useStage({ PARLOUR_FILES_SIZE_BYTES_MAX: '100000' });

/** What a browser makes of files that are dropped or pasted here. */
async function give(panel: Frame, way: 'drop' | 'paste', file: { name: string; type: string; base64: string }): Promise<void> {
  const target = way === 'drop' ? panel.locator('.thread') : composerOf(panel);
  const dispatch = () => target.evaluate(
    (element, { way, file }) => {
      const bytes = Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], file.name, { type: file.type }));
      const options = { bubbles: true, cancelable: true, composed: true };
      if (way === 'paste') return void element.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: transfer }));
      for (const type of ['dragenter', 'dragover', 'drop']) {
        element.dispatchEvent(new DragEvent(type, { ...options, dataTransfer: transfer }));
      }
    },
    { way, file },
  );
  // What takes them is loaded when the panel has nothing better to do.
  await until(async () => {
    await dispatch();
    await panel.locator('.tray-file').waitFor({ timeout: 500 });
  });
}

const sent = async (id: string) => (await stage.desk.messages(id)).flatMap(({ file }) => (file ? [file] : []));

for (const way of ['drop', 'paste'] as const) {
  test(`an image comes by ${way}, is shown before and after it is sent`, async () => {
    const visitor = await stage.visitor();
    const panel = await openPanel(await visitor.open());
    await write(panel, `an image by ${way}`);
    const id = await stage.desk.conversationOf(`an image by ${way}`);
    await give(panel, way, { name: 'dot.png', type: 'image/png', base64: PICTURE });
    await panel.getByRole('button', { name: en.remove }).waitFor();
    await panel.locator('.composer-send').click();
    await until(async () => expect((await sent(id)).map(({ name }) => name)).toEqual(['dot.png']));
    const image = panel.getByRole('img', { name: en.image.replace('{{#name}}', 'dot.png') });
    await image.waitFor();
    await until(async () => expect(await image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBe(1));
    expect(visitor.violations).toEqual([]);
  });
}

test('any other file is a link to it', async () => {
  const visitor = await stage.visitor();
  const panel = await openPanel(await visitor.open());
  await write(panel, 'a file');
  const id = await stage.desk.conversationOf('a file');
  await panel.locator('input[type=file]').setInputFiles({ name: 'terms.txt', mimeType: 'text/plain', buffer: Buffer.from('be kind') });
  await panel.getByRole('button', { name: en.remove }).waitFor();
  await composerOf(panel).fill('please read');
  await panel.locator('.composer-send').click();
  await until(async () => expect((await sent(id)).map(({ name }) => name)).toEqual(['terms.txt']));
  const link = panel.getByRole('link', { name: /terms\.txt/ });
  const answer = await fetch((await link.getAttribute('href'))!);
  expect(await answer.text()).toBe('be kind');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
});

test('a file that is too large is refused with the limit, and the chat goes on', async () => {
  const visitor = await stage.visitor();
  const panel = await openPanel(await visitor.open());
  await panel.locator('input[type=file]').setInputFiles({ name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(100_001) });
  await panel.getByText(en.maximumFileSize.split('{{')[0]!).first().waitFor();
  await write(panel, 'without the film');
  await stage.desk.conversationOf('without the film');
});

test('a file that was chosen can be taken back', async () => {
  const visitor = await stage.visitor();
  const panel = await openPanel(await visitor.open());
  await give(panel, 'drop', { name: 'dot.png', type: 'image/png', base64: PICTURE });
  await panel.getByRole('button', { name: en.remove }).click();
  await panel.getByRole('button', { name: en.remove }).waitFor({ state: 'hidden' });
  await write(panel, 'no file after all');
  const id = await stage.desk.conversationOf('no file after all');
  expect(await sent(id)).toEqual([]);
});
