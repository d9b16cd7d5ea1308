// A new message beside the button, while nobody looks: who wrote what, as text, and a button that takes it away.
import type { ToPage } from '../events.ts';
import { CROSS, icon, make } from '../loader/make.ts';
import { open } from './opening.ts';
import { widget } from './tools.ts';

let preview: HTMLElement | undefined;

export function showPreview({ title, text, close }: ToPage['notify']): void {
  hidePreview();
  preview = make('div', widget.root);
  preview.className = 'preview';
  // It is read to those who cannot see it.
  preview.role = 'status';
  const message = make('button', preview);
  message.className = 'message';
  message.onclick = () => open(true);
  for (const [kind, words] of [['strong', title], ['p', text]] as const) {
    const line = make(kind, message);
    line.dir = 'auto';
    line.textContent = words;
  }
  const dismiss = make('button', preview);
  dismiss.className = 'dismiss';
  dismiss.ariaLabel = close;
  dismiss.onclick = hidePreview;
  icon(CROSS, dismiss);
}

export function hidePreview(): void {
  preview?.remove();
  preview = undefined;
}

/** By the system, where the visitor has allowed that. Some browsers only let service workers do it. */
export function notify({ title, text }: ToPage['notify']): void {
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    const notice = new Notification(title, { body: text, tag: 'parlour' });
    notice.onclick = () => {
      window.focus();
      open(true);
      notice.close();
    };
  } catch {
    // Then the badge, the title and the preview have to do.
  }
}
