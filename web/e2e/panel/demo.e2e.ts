// The demo, as a newcomer finds it: both ends of a chat on one page, from the address that `make run` prints.
import { expect, test } from 'vitest';
import { faults } from '../stage/axe.ts';
import { openPanel, shows, until, useStage, write } from '../stage.ts';

const stage = useStage();

test('what the visitor writes is answered beside it, and what the page calls is shown', async () => {
  const visitor = await stage.visitor({ viewport: { width: 1400, height: 900 } });
  const page = await visitor.context.newPage();
  await page.goto(`${stage.server.url}/demo#key=${stage.server.apiKey}`);
  await page.getByText('Nobody has written yet').waitFor();
  // The key is in this tab now, and no longer in the address.
  expect(page.url()).toBe(`${stage.server.url}/demo`);

  const panel = await openPanel(page);
  await write(panel, 'is anybody there?');
  const answering = page.getByRole('region', { name: 'The answering side' });
  await answering.getByText('is anybody there?').waitFor();
  await answering.getByRole('textbox').fill('yes, beside you');
  await answering.getByRole('textbox').press('Enter');
  await shows(panel, ['is anybody there?', 'yes, beside you']);
  await answering.getByText('Seen by the visitor').waitFor();

  await page.getByRole('button', { name: 'Automatic message' }).click();
  const told = page.getByLabel('What was called, and what came back');
  await until(async () => expect(await told.innerText()).toContain("onNewMessage({ type: 'agent'"));
  expect(await faults(page.mainFrame())).toEqual([]);
  expect(visitor.errors).toEqual([]);
  expect(visitor.violations).toEqual([]);
});
