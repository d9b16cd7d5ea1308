// The contact form's flows, case by case: what the bot says, whether the form is due, and what of it is still to be asked.
import { describe, expect, it } from 'vitest';
import type { FormConfig, FormMode } from '../config.ts';
import { bodyOf, mistakes } from '../panel/form/check.ts';
import { flow, type Flow } from '../panel/form/flow.ts';
import { questions } from '../panel/form/questions.ts';
import { ratingOf } from '../panel/rating/due.ts';
import type { Answers, PanelState } from '../panel/state.ts';
import { en } from '../panel/texts/en.ts';

const texts = en.customStrings;
const THANKS = texts.bot_thanksForMessage;
const FIELDS: FormConfig['fields'] = [
  { name: 'firstName', kind: 'text', label: null, isRequired: false },
  { name: 'email', kind: 'email', label: null, isRequired: true },
];
const NOON = Date.parse('2026-05-04T12:00:00Z');

interface Given {
  mode?: FormMode;
  form?: Partial<FormConfig>;
  isAway?: boolean;
  attributes?: Record<string, unknown>;
  visitor?: Partial<PanelState['visitor'] & object>;
  answers?: Answers;
  /** `v` the visitor's message, `a` an agent's, `x` the end of a chat, `o` a new one, `r` a rating; each with the next `seq`. */
  thread?: string;
  state?: Partial<PanelState>;
}

const KINDS: Record<string, object> = {
  v: { kind: 'message', by: 'visitor' },
  a: { kind: 'message', by: 'agent' },
  x: { kind: 'status', data: { status: 'closed' } },
  o: { kind: 'status', data: { status: 'open' } },
  r: { kind: 'rating', by: 'visitor' },
};

function given({ mode = 'optional', form = {}, isAway = false, attributes = {}, visitor = {}, answers = {}, thread = '', state = {} }: Given): PanelState {
  const items = [...thread].map((letter, index) => ({ seq: index + 1, at: NOON, ...KINDS[letter] }));
  const status = items.findLast(({ seq }) => 'xo'.includes(thread[seq - 1]!));
  return {
    config: {
      form: { online: isAway ? 'none' : mode, offline: isAway ? mode : 'none', fields: FIELDS, asksGroup: false, consents: [], ...form },
      groups: [{ id: 'sales', name: 'Sales' }, { id: 'help', name: 'Help' }],
      hasRating: true,
    },
    setup: {},
    texts: en,
    gate: 'open',
    isAnyAvailable: !isAway,
    view: { items, acked: [], pending: [], status: thread[(status?.seq ?? 0) - 1] === 'x' ? 'closed' : 'open' },
    held: [],
    visitor: { attributes, groupId: null, marketingConsent: false, termsOfServiceConsent: false, ...visitor },
    answers,
    ...state,
  } as unknown as PanelState;
}

const ANA = { EMAIL: 'ana@shop.example', FIRSTNAME: 'Ana' };
const REQUIRED = texts.bot_startOnline_required;
const WITH_EMAIL = 'We will be with you in a moment. If you have to leave, we will reply to ana@shop.example.';
const AFTER_EMAIL = 'Thank you! We will answer here and to ana@shop.example.';
const SENT: Answers = { form: { as: 'sent', seq: 1 } };
const LEFT: Answers = { form: { as: 'left', seq: 1 } };

type Case = [name: string, given: Given, form: Flow['form'], lines: string[]];

const CASES: Case[] = [
  ['no form asks nothing and says nothing', { mode: 'none', thread: 'v' }, 'none', []],
  ['nothing before there is a session', { thread: 'v', state: { gate: 'opening' } }, 'none', []],

  ['optional: not before the first message', {}, 'none', []],
  ['optional: after the first message', { thread: 'v' }, 'offered', [THANKS, texts.bot_startOnline, texts.bot_beforeForm]],
  ['optional: while nobody is there', { thread: 'v', isAway: true }, 'offered', [THANKS, texts.bot_startOffline, texts.bot_beforeForm]],
  ['optional: as soon as the message is written', { state: { view: { items: [], acked: [], pending: [{}] } as never } }, 'offered', [THANKS, texts.bot_startOnline, texts.bot_beforeForm]],
  ['optional: the bot is silent when an agent answers', { thread: 'va' }, 'offered', []],
  ['optional: an automatic message before is no answer', { thread: 'av' }, 'offered', [THANKS, texts.bot_startOnline, texts.bot_beforeForm]],
  ['optional: sent, with an e-mail', { thread: 'v', answers: SENT, attributes: ANA }, 'done', [THANKS, texts.bot_startOnline, AFTER_EMAIL]],
  ['optional: sent, with a name only', { thread: 'v', answers: SENT, attributes: { FIRSTNAME: 'Ana' } }, 'done', [THANKS, texts.bot_startOnline, 'Thank you, Ana!']],
  ['optional: sent, with nothing', { thread: 'v', answers: SENT }, 'done', [THANKS, texts.bot_startOnline, en.saved]],
  ['optional: left', { thread: 'v', answers: LEFT }, 'none', [THANKS, texts.bot_startOnline]],
  ['optional: left, and asked again in the next chat', { thread: 'vxov', answers: LEFT }, 'offered', [THANKS, texts.bot_startOnline, texts.bot_beforeForm]],
  ['optional: sent, and not asked again in the next chat', { thread: 'vxov', answers: SENT }, 'none', [THANKS, texts.bot_startOnline]],
  ['optional: an e-mail is known', { thread: 'v', attributes: { EMAIL: 'ana@shop.example' } }, 'none', [THANKS, WITH_EMAIL]],
  ['optional: an e-mail is known while nobody is there', { thread: 'v', isAway: true, attributes: ANA }, 'none', [THANKS, 'We will answer as soon as we are back, here and to ana@shop.example.']],
  ['optional: nothing to ask', { thread: 'v', form: { fields: [] } }, 'none', [THANKS, texts.bot_startOnline]],
  ['optional: only a group to choose', { thread: 'v', form: { fields: [], asksGroup: true } }, 'offered', [THANKS, texts.bot_startOnline, texts.bot_beforeForm]],
  ['optional: a group although the e-mail is known', { thread: 'va', form: { asksGroup: true }, attributes: ANA }, 'offered', []],
  ['optional: the page has chosen the group', { thread: 'va', form: { fields: [], asksGroup: true }, state: { setup: { groupId: 'help' } as never } }, 'none', []],

  ['required: at once', { mode: 'required' }, 'required', [REQUIRED]],
  ['required: while nobody is there', { mode: 'required', isAway: true }, 'required', [texts.bot_startOffline_required]],
  ['required: with a message that waits', { mode: 'required', state: { held: [{}] as never } }, 'required', [THANKS, REQUIRED]],
  ['required: also after an answer', { mode: 'required', thread: 'va' }, 'required', [THANKS, REQUIRED]],
  ['required: cannot be left', { mode: 'required', thread: 'v', answers: LEFT }, 'required', [THANKS, REQUIRED]],
  ['required: sent', { mode: 'required', answers: SENT, attributes: ANA }, 'done', [AFTER_EMAIL]],
  ['required: known before', { mode: 'required', attributes: { EMAIL: 'ana@shop.example' } }, 'none', []],
  ['required: known before, with a message', { mode: 'required', thread: 'v', attributes: ANA }, 'none', [THANKS, WITH_EMAIL]],
  ['required: a consent is missing', { mode: 'required', attributes: ANA, form: { consents: [{ kind: 'termsOfService', isRequired: true, text: null, link: null }] } }, 'required', [REQUIRED]],
  ['required: the consent was given', { mode: 'required', attributes: ANA, visitor: { termsOfServiceConsent: true }, form: { consents: [{ kind: 'termsOfService', isRequired: true, text: null, link: null }] } }, 'none', []],
  ['required: a group is missing', { mode: 'required', attributes: ANA, form: { asksGroup: true } }, 'required', [REQUIRED]],
  ['required: the group is known', { mode: 'required', attributes: ANA, visitor: { groupId: 'sales' }, form: { asksGroup: true } }, 'none', []],
  ['required: one group is no choice', { mode: 'required', attributes: ANA, form: { asksGroup: true }, state: { config: { ...given({ mode: 'required' }).config, groups: [] } } }, 'none', []],
  ['required, with no field that is: once', { mode: 'required', form: { fields: FIELDS.slice(0, 1) } }, 'required', [REQUIRED]],
  ['required, with no field that is: sent empty', { mode: 'required', form: { fields: FIELDS.slice(0, 1) }, answers: SENT, thread: 'vx' }, 'none', []],
  ['required, with nothing to ask', { mode: 'required', form: { fields: [] } }, 'none', []],
];

describe('the contact form', () => {
  it.each(CASES)('%s', (_, state, form, lines) => expect(flow(given(state))).toEqual({ form, lines }));

  it('asks only what is not known', () => {
    const consents: FormConfig['consents'] = [
      { kind: 'marketing', isRequired: false, text: null, link: null },
      { kind: 'termsOfService', isRequired: true, text: null, link: null },
    ];
    const phone = { name: 'phone', kind: 'phone', label: null, isRequired: true } as const;
    const own = { name: 'Shoe size', kind: 'text', label: 'Shoe size', isRequired: false } as const;
    const state = given({ form: { fields: [...FIELDS, phone, own], consents }, attributes: { EMAIL: ' ', SMS: '+4712345678', 'Shoe size': 43 }, visitor: { marketingConsent: true } });
    const { fields, consents: asked, asksGroup } = questions(state);
    expect(fields.map(({ name }) => name)).toEqual(['firstName', 'email']);
    expect(asked.map(({ kind }) => kind)).toEqual(['termsOfService']);
    expect(asksGroup).toBe(false);
  });
});

describe('the rating', () => {
  it.each<[string, string, Answers, PanelState['rating']]>([
    ['is asked for at the end', 'vax', {}, 'asked'],
    ['not while the chat goes on', 'va', {}, 'none'],
    ['not where nobody answered', 'vx', {}, 'none'],
    ['not where the visitor never wrote', 'ax', {}, 'none'],
    ['not where only the chat before was answered', 'vaxovx', {}, 'none'],
    ['not after it was put off', 'vax', { rating: { as: 'left', seq: 3 } }, 'none'],
    ['but at the end of the next chat', 'vaxovax', { rating: { as: 'left', seq: 3 } }, 'asked'],
    ['is thanked for', 'vax', { rating: { as: 'sent', seq: 3 } }, 'done'],
    ['also where it was given in another tab', 'vaxr', {}, 'done'],
  ])('%s', (_, thread, answers, rating) => expect(ratingOf(given({ thread, answers }), NOON)).toBe(rating));

  it('is asked for within a day, as long as it is taken', () => {
    const state = given({ thread: 'vax' });
    expect(ratingOf(state, NOON + 23 * 3_600_000)).toBe('asked');
    expect(ratingOf(state, NOON + 25 * 3_600_000)).toBe('none');
  });
});

describe('what is filled in', () => {
  const asked = { fields: [...FIELDS, { name: 'phone', kind: 'phone', label: null, isRequired: true } as const], consents: [{ kind: 'termsOfService', isRequired: true, text: null, link: null } as const], asksGroup: true };
  const filled = (values: Record<string, string>) => {
    const given = new FormData();
    for (const [name, value] of Object.entries(values)) given.set(name, value);
    return given;
  };
  const ALL = { 'field-firstName': ' Ana ', 'field-email': 'ana@shop.example', 'field-phone': '+47 12 34', 'consent-termsOfService': 'on', group: 'sales' };

  it('has its mistakes named in the order of the form', () => {
    expect([...mistakes(asked, filled({}), true, en)]).toEqual([
      ['field-email', en.error.emptyEmail],
      ['field-phone', en.requiredField],
      ['group', en.requiredField],
      ['consent-termsOfService', en.consent.required],
    ]);
    expect([...mistakes(asked, filled({ ...ALL, 'field-email': 'ana@' }), true, en)]).toEqual([['field-email', en.error.incorrectEmail]]);
    expect(mistakes(asked, filled(ALL), true, en).size).toBe(0);
  });

  it('is more than nothing, also where nothing is required', () => {
    const free = { fields: FIELDS.slice(0, 1), consents: [], asksGroup: false };
    expect([...mistakes(free, filled({ 'field-firstName': '  ' }), false, en).keys()]).toEqual(['field-firstName']);
  });

  it('is sent without what was left empty, and without what was not asked', () => {
    expect(bodyOf(asked, filled({ ...ALL, 'field-firstName': ' ', 'consent-marketing': 'on' }))).toEqual({
      attributes: { email: 'ana@shop.example', phone: '+47 12 34' },
      termsOfServiceConsent: true,
      groupId: 'sales',
    });
  });
});
