// The contact form in its three flows (contract D), group choice and consent boxes.
import type { Frame } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { en } from '../../widget/panel/texts/en.ts';
import { fill } from '../../widget/panel/texts/resolve.ts';
import { openPanel, shows, until, useStage, write } from '../stage.ts';

const stage = useStage();
const texts = en.customStrings;
const EMAIL = { name: 'email', kind: 'email', isRequired: true };
const NAME = { name: 'firstName', kind: 'text', isRequired: false };
const card = (panel: Frame) => panel.locator('.form-card');
const submit = (panel: Frame) => card(panel).getByRole('button', { name: en.submit, exact: true }).click();

afterEach(() =>
  stage.desk.settings({ form: { online: 'none', offline: 'none', fields: [NAME, EMAIL], asksGroup: false, consents: [] } }),
);

async function open(form: object): Promise<Frame> {
  await stage.desk.settings({ form });
  return openPanel(await (await stage.visitor()).open());
}

const visitorOf = async (id: string) => {
  const { visitorId } = await stage.desk.api('get', '/api/v1/conversations/{id}', { path: { id } });
  return stage.desk.api('get', '/api/v1/visitors/{visitorId}', { path: { visitorId } });
};

test('none: nothing is asked', async () => {
  await stage.desk.leave();
  const panel = await open({ online: 'none', offline: 'none' });
  await write(panel, 'without a form');
  const id = await stage.desk.conversationOf('without a form');
  await stage.desk.send(id, 'fine');
  await shows(panel, ['without a form', 'fine']);
  expect(await card(panel).count()).toBe(0);
});

test('optional: after the first message a bot asks for details; the message is on its way already', async () => {
  await stage.desk.leave();
  const panel = await open({ offline: 'optional', fields: [NAME, EMAIL] });
  expect(await card(panel).count()).toBe(0);
  await write(panel, 'write to me');
  const id = await stage.desk.conversationOf('write to me');
  await panel.getByText(texts.bot_thanksForMessage).waitFor();
  await panel.getByText(texts.bot_startOffline, { exact: true }).waitFor();
  await panel.getByText(texts.bot_beforeForm).waitFor();

  await card(panel).getByLabel(en.firstName).fill('Bea');
  await card(panel).getByLabel(en.email).fill('bea.example');
  await submit(panel);
  await card(panel).getByText(en.error.incorrectEmail).waitFor();
  expect(await card(panel).getByLabel(en.email).getAttribute('aria-invalid')).toBe('true');
  await card(panel).getByLabel(en.email).fill('bea@site.example');
  await submit(panel);
  await panel.getByText(fill(texts.bot_afterForm_email, { email: 'bea@site.example' })).waitFor();
  expect(await card(panel).count()).toBe(0);
  await until(async () => expect((await visitorOf(id)).attributes).toMatchObject({ EMAIL: 'bea@site.example', FIRSTNAME: 'Bea' }));
});

test('required: messages wait, are marked as unsent, and go in order once the form is filled in', async () => {
  await stage.desk.leave();
  const panel = await open({ offline: 'required', fields: [EMAIL] });
  await write(panel, 'first of two');
  await write(panel, 'second of two');
  await panel.getByText(texts.bot_startOffline_required).waitFor();
  await panel.getByText(en.unsent).first().waitFor();
  await panel.getByPlaceholder(en.chat.input.notIntroduced).waitFor();
  const { items } = await stage.desk.api('get', '/api/v1/conversations', { query: { limit: 1 } });
  for (const { id } of items) expect((await stage.desk.messages(id)).map(({ text }) => text)).not.toContain('first of two');

  await submit(panel);
  await card(panel).getByText(en.error.emptyEmail).waitFor();
  await card(panel).getByLabel(en.email).fill('cleo@site.example');
  await submit(panel);
  const id = await stage.desk.conversationOf('second of two');
  expect((await stage.desk.messages(id)).map(({ text }) => text)).toEqual(['first of two', 'second of two']);
  await shows(panel, ['first of two', 'second of two']);
  expect((await visitorOf(id)).attributes).toMatchObject({ EMAIL: 'cleo@site.example' });
});

test('groups are offered for choice, private ones are not; consents are asked for and recorded', async () => {
  await stage.desk.leave();
  const group = (name: string, isPrivate: boolean) =>
    stage.desk.api('post', '/api/v1/groups', { body: { name, agentIds: [stage.server.agentId], isPrivate } });
  const sales = await group('Sales', false);
  await Promise.all([group('Support', false), group('Secrets', true)]);
  const panel = await open({
    offline: 'required',
    fields: [EMAIL],
    asksGroup: true,
    consents: [
      { kind: 'termsOfService', isRequired: true, texts: { en: 'I agree to everything' }, link: 'https://shop.example/terms' },
      { kind: 'marketing', isRequired: false, texts: {}, link: null },
    ],
  });
  await write(panel, 'to the sales people');
  await card(panel).getByText(en.group).waitFor();
  expect(await card(panel).innerText()).not.toContain('Secrets');
  const select = card(panel).locator('select');
  if (await select.count()) await select.selectOption({ label: 'Sales' });
  else await card(panel).getByLabel('Sales').check();
  await card(panel).getByLabel(en.email).fill('dan@site.example');
  await submit(panel);
  await card(panel).getByText(en.consent.required).waitFor();
  await card(panel).getByLabel('I agree to everything').check();
  await submit(panel);
  const id = await stage.desk.conversationOf('to the sales people');
  const conversation = await stage.desk.api('get', '/api/v1/conversations/{id}', { path: { id } });
  expect(conversation.groupId).toBe(sales.id);
  expect(await visitorOf(id)).toMatchObject({ termsOfServiceConsent: true, marketingConsent: false });
});
