// One question of the form, with what is wrong with the answer beside it.
import type { ComponentChildren, JSX } from 'preact';
import type { FormConsent, FormField } from '../../config.ts';
import type { Texts } from '../texts/en.ts';
import { consentName, fieldName, GROUP } from './check.ts';

/** As the server bounds what is told of a visitor. */
const LENGTH_MAX = 1000;

const AUTOCOMPLETE: Record<string, string> = {
  email: 'email',
  firstName: 'given-name',
  lastName: 'family-name',
  name: 'name',
  phone: 'tel',
  company: 'organization',
};

const TYPES = {
  text: { type: 'text' },
  email: { type: 'email', inputMode: 'email', autoCapitalize: 'none', spellcheck: false },
  phone: { type: 'tel', inputMode: 'tel' },
} as const;

interface Marked {
  error: string | undefined;
  texts: Texts;
}

export function Field({ field, error, texts }: Marked & { field: FormField }) {
  const { name, kind, label, isRequired } = field;
  const id = fieldName(name);
  const given: JSX.InputHTMLAttributes & JSX.TextareaHTMLAttributes = {
    id,
    name: id,
    maxLength: LENGTH_MAX,
    autoComplete: AUTOCOMPLETE[name] ?? (kind === 'email' || kind === 'phone' ? AUTOCOMPLETE[kind] : 'on'),
    dir: 'auto',
    'aria-required': isRequired,
    ...marks(id, error),
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label ?? ownLabel(name, texts)} {!isRequired && <small>({texts.optional})</small>}
      </label>
      {kind === 'multiline' ? <textarea class="field-input" rows={3} {...given} /> : <input class="field-input" {...TYPES[kind]} {...given} />}
      <Mistake id={id} error={error} />
    </div>
  );
}

export function Consent({ consent, error, texts }: Marked & { consent: FormConsent }) {
  const { kind, isRequired, text, link } = consent;
  const id = consentName(kind);
  return (
    <div class="form-consent">
      <label class="check">
        <input type="checkbox" id={id} name={id} aria-required={isRequired} {...marks(id, error)} />
        <span>{text ?? texts.consent[kind]}</span>
      </label>
      {link && /^https?:\/\//i.test(link) && (
        <a class="form-link" href={link} target="_blank" rel="noopener noreferrer">
          {texts.consent.terms}
        </a>
      )}
      <Mistake id={id} error={error} />
    </div>
  );
}

export function GroupChoice({ groups, error, texts }: Marked & { groups: { id: string; name: string }[] }) {
  return (
    <fieldset class="form-groups" role="radiogroup" {...marks(GROUP, error)}>
      <legend class="field-label">{texts.group}</legend>
      {groups.map(({ id, name }, index) => (
        <label class="form-group" key={id}>
          <input type="radio" name={GROUP} value={id} id={index ? undefined : GROUP} />
          <bdi>{name}</bdi>
        </label>
      ))}
      <Mistake id={GROUP} error={error} />
    </fieldset>
  );
}

function Mistake({ id, error }: { id: string; error: string | undefined }): ComponentChildren {
  return error ? (
    <p class="field-error" id={`${id}-error`}>
      {error}
    </p>
  ) : null;
}

const marks = (id: string, error: string | undefined) => ({
  'aria-invalid': error !== undefined,
  'aria-describedby': error === undefined ? undefined : `${id}-error`,
});

function ownLabel(name: string, texts: Texts): string {
  const own: Record<string, string> = { email: texts.email, name: texts.name, firstName: texts.firstName, lastName: texts.lastName, phone: texts.phone };
  return own[name] ?? name;
}
