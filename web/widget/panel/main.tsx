// The panel's page: reads what it is told, waits for the page that it stands on, and shows the chat.
import { render } from 'preact';
import type { WidgetConfig } from '../config.ts';
import type { Setup } from '../events.ts';
import { Frame } from './frame.tsx';
import { openPanel } from './from-page.ts';
import { openHost } from './host.ts';
import { followViewport } from './viewport.ts';

/** Parts that come later import this file's script, and would wait for a promise at its top level while that waits for them. */
async function show(): Promise<void> {
  const config = JSON.parse(document.getElementById('config')?.textContent ?? '{}') as WidgetConfig;
  followViewport();
  const host = await openHost(config.isConsentRequired);
  const setup = await new Promise<Setup>((resolve) => host.on('setup', resolve));
  render(<Frame panel={await openPanel(config, host, setup)} />, document.getElementById('panel')!);
}

void show();
