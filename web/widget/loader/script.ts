// The element that this script came in: it tells where the chat server is, and has the nonce of the page's policy.
import { widget } from './widget.ts';
import { given, page, warn } from './page.ts';

const own = document.currentScript as HTMLScriptElement | null;

/** The chat server's origin. */
export const ORIGIN = new URL(own?.src || location.href).origin;

/** An address of this widget. The server chooses the language by what the page asks for, and by what the page is in. */
export function addressOf(before: string, after = ''): string {
  const asked = new URLSearchParams({ lang: (widget.setup.language ?? '') as string, pageLang: document.documentElement.lang, host: location.host });
  return `/${before}/${encodeURIComponent(given('ID') as string)}${after}?${asked}`;
}

interface Policy {
  createScriptURL(address: string): string;
}

/** Some pages take the address of a script only from those whom they trust. */
let policy: Policy | undefined;

/**
 * Puts one more script of the server into the page, which answers by a call of the name. By a script and not by a request, so
 * that the page's policy needs to allow nothing but scripts and frames. The function given back takes all of it away.
 */
export function ask<Answer>(address: string, name: string, next: (answer: Answer) => void, fail: () => void): () => void {
  const { trustedTypes } = window as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } };
  const rules = { createScriptURL: (text: string) => text };
  policy ??= trustedTypes?.createPolicy('parlour', rules) ?? rules;
  const script = document.createElement('script');
  const end = () => {
    script.remove();
    delete page[name];
  };
  script.nonce = own?.nonce ?? '';
  script.src = policy.createScriptURL(ORIGIN + address);
  script.onerror = () => {
    end();
    warn(`no answer from ${script.src}`);
    fail();
  };
  page[name] = (answer: Answer) => {
    // An answer to what was asked before a restart says nothing any more.
    if (document.currentScript !== script) return;
    // As in `main.ts`: where the page has changed what this needs there is no chat, and the page does not notice.
    try {
      end();
      next(answer);
    } catch (error) {
      warn(error);
    }
  };
  document.head.append(script);
  return end;
}
