// What the visitor has filled in, and what is wrong with it. Pure.
import type { components } from '@parlour/client';
import type { Texts } from '../texts/en.ts';
import type { Questions } from './questions.ts';

type SetDataBody = components['schemas']['SetDataBody'];

/** Loose on purpose: whether an address exists only a letter to it can tell. */
export const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** As the inputs are called. */
export const GROUP = 'group';
export const consentName = (kind: string) => `consent-${kind}`;
export const fieldName = (name: string) => `field-${name}`;

/** What is wrong, by the name of the input, in the order of the form. */
export function mistakes(asked: Questions, given: FormData, isGroupRequired: boolean, texts: Texts): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, kind, isRequired } of asked.fields) {
    const value = text(given, fieldName(name));
    if (!value && isRequired) found.set(fieldName(name), kind === 'email' ? texts.error.emptyEmail : texts.requiredField);
    if (value && kind === 'email' && !EMAIL.test(value)) found.set(fieldName(name), texts.error.incorrectEmail);
  }
  const [first] = asked.fields;
  // Nothing at all is most likely a slip.
  if (first && !found.size && asked.fields.every(({ name }) => !text(given, fieldName(name)))) found.set(fieldName(first.name), texts.requiredField);
  if (asked.asksGroup && isGroupRequired && !given.get(GROUP)) found.set(GROUP, texts.requiredField);
  for (const { kind, isRequired } of asked.consents) {
    if (isRequired && !given.get(consentName(kind))) found.set(consentName(kind), texts.consent.required);
  }
  return found;
}

/** What is sent: only what was filled in, so that nothing known is lost. */
export function bodyOf(asked: Questions, given: FormData): SetDataBody {
  const body: SetDataBody = {};
  const filled = asked.fields.map(({ name }) => [name, text(given, fieldName(name))] as const).filter(([, value]) => value);
  if (filled.length) body.attributes = Object.fromEntries(filled);
  for (const { kind } of asked.consents) body[`${kind}Consent`] = given.get(consentName(kind)) !== null;
  const groupId = text(given, GROUP);
  if (asked.asksGroup && groupId) body.groupId = groupId;
  return body;
}

const text = (given: FormData, name: string) => String(given.get(name) ?? '').trim();
