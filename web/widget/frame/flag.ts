// The one thing that is stored on the site's own address, and not before the visitor has agreed where that is asked: whether
// the chat is open and whether there is one. Never who the visitor is.
import { widget } from './tools.ts';

/** What the panel has told last. */
export const told = { hasConversation: false, isConsented: false };

/** What an earlier page has stored. */
export function readFlag(): void {
  told.hasConversation = widget.flag.includes('hasConversation":true');
  told.isConsented = !!widget.flag && widget.setup.consent !== false;
}

export function writeFlag(): void {
  const name = `parlour:${widget.config.widgetId}`;
  widget.flag = consent() || told.isConsented ? `{"isOpen":${widget.isOpen},"hasConversation":${told.hasConversation}}` : '';
  try {
    if (widget.flag) localStorage.setItem(name, widget.flag);
    else localStorage.removeItem(name);
  } catch {
    // Then the next page does not know, and begins closed.
  }
}

/** Whether the panel may store anything; null where the visitor is to be asked. */
export function consent(): boolean | null {
  const { consent } = widget.setup;
  if (typeof consent === 'boolean') return consent;
  return consent === 'ask' || widget.config.isConsentRequired ? null : true;
}
