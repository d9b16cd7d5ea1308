// Pictures of the widget in every state, wide and on a phone, light and dark, from left to right and from right to left, for
// people to look at: `SCREENS=DIRECTORY npm run screens`. One is chosen by `-t`: `npm run screens -- -t "phone dark"`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { BrowserContextOptions, Frame, Locator, Page } from 'playwright-core';
import { test } from 'vitest';
import { wholeOf } from '../../widget/panel/texts/en.ts';
import { loadTexts } from '../../widget/panel/texts/resolve.ts';
import { buttonOf, openPanel, panelOf, until, useStage, write, type HostPage } from '../stage.ts';
import { report } from './report.ts';

const DIRECTORY = process.env.SCREENS ?? 'screens';
/** What is not there after that will not come. */
const TIMEOUT_MS = 6000;
const stage = useStage();

interface Look {
  name: string;
  language: string;
  context: BrowserContextOptions;
}

const WIDE = { viewport: { width: 900, height: 740 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const LOOKS: Look[] = [
  { name: 'wide light', language: 'en', context: { ...WIDE, colorScheme: 'light' } },
  { name: 'wide dark', language: 'en', context: { ...WIDE, colorScheme: 'dark' } },
  { name: 'phone light', language: 'en', context: { ...PHONE, colorScheme: 'light' } },
  { name: 'phone dark', language: 'de', context: { ...PHONE, colorScheme: 'dark' } },
  { name: 'wide arabic', language: 'ar', context: { ...WIDE, colorScheme: 'light' } },
];

const SHOP = `<main style="max-width:46rem;margin:3rem auto;padding:0 1.5rem;font:16px/1.6 system-ui;color:CanvasText">
<h1>Lamps made by hand</h1><p>Every lamp is turned, sanded and wired in our workshop. Delivery takes about a week.</p>
<p>Oak, ash and walnut. Two years of warranty.</p></main>`;
const FIELDS = [
  { name: 'firstName', kind: 'text', isRequired: false },
  { name: 'email', kind: 'email', isRequired: true },
];
const NO_FORM = { online: 'none', offline: 'none', fields: FIELDS, asksGroup: false, consents: [] };
const PLAIN = { form: NO_FORM, isConsentRequired: false, hasRating: true, offlineMode: 'messenger', appearance: { buttonStyle: 'round', buttonPosition: 'br' } };

/** A click of the element itself: after a picture of an emulated phone the browser aims beside what is in a frame. */
const press = (locator: Locator) => locator.evaluate((element: HTMLElement) => element.click());

for (const look of LOOKS) {
  const picture = async (page: Page, name: string) => {
    // What moves on its way in is at rest then; dots go on.
    await page.waitForTimeout(350);
    await page.screenshot({ path: join(DIRECTORY, `${look.name.replace(' ', '-')}-${name}.png`) });
  };
  const enter = async (page: HostPage = {}) => {
    const visitor = await stage.visitor({ ...look.context, locale: look.language });
    const head = '<style>html { color-scheme: light dark }</style>';
    visitor.context.setDefaultTimeout(TIMEOUT_MS);
    const tab = await visitor.open({ head, body: SHOP, ...page, setup: { language: look.language, ...page.setup } });
    return { tab, visitor };
  };
  /** One state that cannot be reached is told, and the others are still shown. */
  const scene = async (name: string, play: () => Promise<void>) => {
    await stage.desk.settings(PLAIN);
    await play().catch((error: Error) => report(`${look.name}: ${name}: ${error.message.split('\n')[0]}`));
  };

  test(look.name, async () => {
    mkdirSync(DIRECTORY, { recursive: true });
    const texts = wholeOf({ texts: await loadTexts(look.language) });
    const own = (text: string) => `${text} (${look.name})`;
    await stage.desk.come();

    const files = async (panel: Frame, tab: Page) => {
      const input = panel.locator('input[type=file]');
      await input.setInputFiles([
        { name: 'the corner of my living room.png', mimeType: 'image/png', buffer: gradient(640, 420) },
        { name: 'floor plan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%EOF') },
      ]);
      await until(async () => {
        if ((await panel.locator('.tray-file small').count()) < 2) throw new Error('the files are not there yet');
      });
      await picture(tab, '08-tray');
      await write(panel, 'This is where they would stand.');
      await panel.locator('.attachment-image img').waitFor();
      await picture(tab, '09-files');
      await press(panel.locator('.attachment-image'));
      await panel.locator('.viewer img').waitFor();
      await picture(tab, '10-viewer');
      await press(panel.locator('.viewer').getByRole('button', { name: texts.close }));
    };

    await scene('button', async () => {
      const { tab } = await enter();
      await buttonOf(tab).waitFor();
      await picture(tab, '01-round');
      const tabbed = await enter({ setup: { buttonStyle: 'tab', buttonPosition: 'rm' } });
      await buttonOf(tabbed.tab).waitFor();
      await picture(tabbed.tab, '02-tab');
    });

    await scene('chat', async () => {
      const { tab } = await enter();
      const panel = await openPanel(tab);
      await picture(tab, '03-empty');
      await write(panel, own('Hello! Is the walnut lamp in stock?'));
      const id = await stage.desk.conversationOf(own('Hello! Is the walnut lamp in stock?'));
      await write(panel, 'I would need two of them.');
      await stage.desk.send(id, 'Good morning! Yes, we have four left.');
      await stage.desk.send(id, 'They are packed today if you order before noon: https://shop.example/lamps/walnut?size=large');
      await panel.getByText('They are packed').waitFor();
      await write(panel, 'Wonderful, thank you 🙂');
      await write(panel, '🎉');
      await until(async () => {
        const messages = await stage.desk.messages(id);
        if (messages.length < 6) throw new Error('not all has come');
        await stage.desk.read(id);
        stage.desk.seen(id, messages.at(-1)!.seq);
        stage.desk.typing(id, true);
        if (!(await panel.locator('.typing-dots').count())) throw new Error('nobody seems to write');
      });
      await picture(tab, '04-conversation');
      await press(panel.getByRole('button', { name: texts.chat.insertEmoji }));
      await panel.locator('.emoji-one').first().waitFor();
      await picture(tab, '05-emoji');
      await tab.keyboard.press('Escape');
      await press(panel.getByRole('button', { name: texts.menu, exact: true }));
      await panel.locator('.menu-item').first().waitFor();
      await picture(tab, '06-menu');
      const transcript = panel.getByRole('menuitem', { name: texts.transcript.ask });
      if (await transcript.count()) {
        await press(transcript);
        await picture(tab, '07-transcript');
      }
      await tab.keyboard.press('Escape');
      await files(panel, tab);
      await stage.desk.close(id);
      await panel.locator('.rating-face').first().waitFor();
      await picture(tab, '11-rating');
      await press(panel.locator('.rating-face').nth(3));
      await picture(tab, '12-rated');
    });

    await scene('preview', async () => {
      const { tab } = await enter();
      const panel = await openPanel(tab);
      await write(panel, own('A short question'));
      const id = await stage.desk.conversationOf(own('A short question'));
      await buttonOf(tab).click({ timeout: 3000 }).catch(() => panel.getByRole('button', { name: texts.minimize }).click());
      await stage.desk.send(id, 'Of course, what is it? I am here until six today.');
      await tab.waitForTimeout(1500);
      await picture(tab, '13-preview');
    });

    await scene('offered form', async () => {
      await stage.desk.settings({ form: { ...NO_FORM, online: 'optional' } });
      const { tab } = await enter();
      const panel = await openPanel(tab);
      await write(panel, own('Do you ship to Norway?'));
      await panel.locator('.form-card').waitFor();
      await picture(tab, '14-form');
    });

    await scene('required form', async () => {
      const consents = [{ kind: 'termsOfService', isRequired: true, texts: {}, link: 'https://shop.example/terms' }];
      await stage.desk.settings({ form: { ...NO_FORM, online: 'required', consents } });
      const { tab } = await enter();
      const panel = await openPanel(tab);
      await write(panel, own('Can I visit the workshop?'));
      await panel.locator('.form-card').waitFor();
      await panel.locator('.form-card').getByLabel(texts.email).fill('ana@');
      await press(panel.locator('.form-card button[type=submit]'));
      await picture(tab, '15-required');
    });

    await scene('consent', async () => {
      await stage.desk.settings({ isConsentRequired: true });
      const { tab } = await enter();
      await buttonOf(tab).click();
      await (await panelOf(tab)).locator('.consent button').waitFor();
      await picture(tab, '16-consent');
    });

    await scene('brand', async () => {
      await stage.desk.settings({ appearance: { ...PLAIN.appearance, colors: { buttonBg: '#ffcf33', buttonText: null, visitorBubbleBg: null, agentBubbleBg: null } } });
      const { tab } = await enter();
      const panel = await openPanel(tab);
      await write(panel, own('How long is the cable?'));
      const id = await stage.desk.conversationOf(own('How long is the cable?'));
      await stage.desk.send(id, 'Two metres. See https://shop.example/cables');
      await panel.getByText('Two metres').waitFor();
      await picture(tab, '17-brand');
    });
    await stage.desk.settings({ appearance: { colors: { buttonBg: null, buttonText: null, visitorBubbleBg: null, agentBubbleBg: null } } });

    await scene('hosted', async () => {
      const visitor = await stage.visitor({ ...look.context, locale: look.language });
      const tab = await visitor.context.newPage();
      await tab.goto(`${stage.server.url}/chat/${stage.server.widgetId}?lang=${look.language}`);
      await tab.getByRole('textbox').last().fill(own('I found you by a link'));
      await tab.keyboard.press('Enter');
      const id = await stage.desk.conversationOf(own('I found you by a link'));
      await stage.desk.send(id, 'Welcome! How can I help?');
      await tab.getByText('Welcome! How can').waitFor();
      await picture(tab, '18-hosted');
    });

    await scene('away', async () => {
      await stage.desk.leave();
      const { tab } = await enter();
      const panel = await openPanel(tab);
      await picture(tab, '19-away');
      await write(panel, own('Is anybody there?'));
      await stage.desk.conversationOf(own('Is anybody there?'));
      await picture(tab, '20-away-written');
    });

    await scene('line', async () => {
      const { tab } = await enter();
      const panel = await openPanel(tab);
      await write(panel, own('One more thing'));
      await stage.desk.conversationOf(own('One more thing'));
      await stage.server.kill();
      await write(panel, 'Are the shades made of paper?');
      await panel.locator('.problem').first().waitFor();
      await picture(tab, '21-line');
    });
    await stage.server.start();

    await scene('refused', async () => {
      const { tab } = await enter();
      await tab.route('**/live/session', (route) => route.fulfill({ status: 403, json: { code: 'permission_denied', message: '' } }));
      await buttonOf(tab).click();
      await (await panelOf(tab)).locator('.refusal').waitFor();
      await picture(tab, '22-refused');
    });
  });
}

/** A picture of some size: a warm evening. */
function gradient(width: number, height: number): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (1 + width * 3) + 1 + x * 3;
      const glow = Math.max(0, 1 - Math.hypot(x - width * 0.7, y - height * 0.4) / 220);
      rows.set([90 + 140 * glow + (20 * y) / height, 70 + 100 * glow, 80 - 20 * glow + (30 * x) / width], at);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...parts]);
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function crc(bytes: Buffer): number {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}
