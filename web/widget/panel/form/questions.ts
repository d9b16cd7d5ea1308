// What the form still has to ask: what is known is never asked again.
import type { FormConfig, FormConsent, FormField, FormMode } from '../../config.ts';
import type { PanelState } from '../state.ts';

export interface Questions {
  fields: FormField[];
  consents: FormConsent[];
  asksGroup: boolean;
}

/** As the server names what pages and forms call otherwise. */
const NAMES: Record<string, string> = {
  email: 'EMAIL',
  firstName: 'FIRSTNAME',
  firstname: 'FIRSTNAME',
  lastName: 'LASTNAME',
  lastname: 'LASTNAME',
  name: 'NAME',
  phone: 'SMS',
  sms: 'SMS',
};

/** What is known under a name of the form; empty where nothing is. */
export function known(state: PanelState, name: string): string {
  const value = state.visitor?.attributes[NAMES[name] ?? name];
  return value === undefined || value === null ? '' : String(value).trim();
}

/** How the visitor is called, as far as that is known. */
export const knownName = (state: PanelState) =>
  known(state, 'firstName') || known(state, 'name') || known(state, 'lastName');

export function modeOf({ config, isAnyAvailable }: PanelState): FormMode {
  return isAnyAvailable ? config.form.online : config.form.offline;
}

export function questions(state: PanelState): Questions {
  const { form, groups } = state.config;
  return {
    fields: form.fields.filter(({ name }) => !known(state, name)),
    consents: form.consents.filter(({ kind }) => !state.visitor?.[`${kind}Consent`]),
    asksGroup: form.asksGroup && groups.length > 1 && !state.visitor?.groupId && !state.setup.groupId,
  };
}

/** Whether messages have to wait for an answer. A form without anything that is required is one to be sent once. */
export function mustAsk(form: FormConfig, { fields, consents, asksGroup }: Questions, wasSent: boolean): boolean {
  const isRequired = (question: { isRequired: boolean }) => question.isRequired;
  if (asksGroup || fields.some(isRequired) || consents.some(isRequired)) return true;
  const isFree = ![...form.fields, ...form.consents].some(isRequired);
  return isFree && !wasSent && fields.length > 0 && fields.length === form.fields.length;
}

/** Whether it is worth a visitor's time: not where an address to answer to is known. */
export function mayAsk(state: PanelState, { fields, consents, asksGroup }: Questions): boolean {
  return asksGroup || (!known(state, 'email') && fields.length + consents.length > 0);
}
