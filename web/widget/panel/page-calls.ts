// What the page tells the server through the panel; what is refused is a notice in its console.
import type { ChatPanel } from './chat-panel.ts';
import type { OwnVisitor } from './state.ts';

export async function tellVisitor(panel: ChatPanel, body: object): Promise<void> {
  try {
    const visitor = (await panel.request('put', '/live/visitor', body)) as OwnVisitor;
    panel.store.set({ visitor });
    visitor.notices.forEach((code) => panel.notice(code));
  } catch (error) {
    panel.notice((error as Error).message);
  }
}

export async function sendAutoMessage(panel: ChatPanel, message: object): Promise<void> {
  await panel.request('post', '/live/auto-message', message).catch((error: Error) => panel.notice(error.message));
}
