// What the page says to the panel: how it wants it, who the visitor is, where they are.
import type { BrandColors } from '@parlour/ui/contrast.ts';
import type { WidgetConfig } from '../config.ts';
import type { Setup } from '../events.ts';
import { ChatPanel } from './chat-panel.ts';
import type { Host } from './host.ts';
import type * as Later from './later.ts';
import type { PanelState } from './state.ts';
import { direction, languageOf, loadTexts } from './texts/resolve.ts';

/** The language and the colours have to be there before anything is shown. */
export async function openPanel(config: WidgetConfig, host: Host, setup: Setup): Promise<ChatPanel> {
  const [spoken] = await Promise.all([speech(config, setup), look(config, setup)]);
  const panel = new ChatPanel(config, host, setup, spoken);
  listen(panel, config);
  return panel;
}

function listen(panel: ChatPanel, config: WidgetConfig): void {
  const { host, store } = panel;
  const change = (change: Partial<Setup>) => {
    const setup = { ...store.state.setup, ...change };
    store.set({ setup });
    return setup;
  };
  const speak = async (setup: Setup) => store.set(await speech(config, setup));
  const visitorId = () => store.state.session?.visitorId;
  const call = (act: (later: typeof Later) => void) =>
    panel.whenOpen(() => {
      const known = visitorId();
      // What is told of one visitor is not told of the next, who may be here when the code is.
      import('./later.ts').then((later) => known === visitorId() && act(later), (error: Error) => panel.notice(error.message));
    });
  const tell = (body: object) => call(({ tellVisitor }) => void tellVisitor(panel, body));

  host.on('shown', ({ isShown, focus }) => {
    store.set({ isShown });
    panel.see();
    if (isShown && focus) requestAnimationFrame(() => panel.focusComposer());
  });
  host.on('page', (page) => {
    change({ page });
    panel.whenOpen(() => void panel.request('post', '/live/pages', page).catch(() => {}));
  });
  host.on('attributes', ({ attributes, replace }) => tell({ attributes, replace }));
  host.on('autoMessage', (message) => call(({ sendAutoMessage }) => void sendAutoMessage(panel, message)));
  host.on('group', ({ groupId }) => {
    change({ groupId });
    tell({ groupId });
  });
  host.on('locale', ({ locale }) => void speak(change({ locale })));
  host.on('colors', ({ colors }) => void look(config, change({ colors })));
  host.on('mobile', ({ isMobile }) => void change({ isMobile }));
  host.on('consent', ({ isGiven }) => (isGiven ? panel.agree() : void panel.withdraw()));
}

async function speech(config: WidgetConfig, setup: Setup): Promise<Pick<PanelState, 'language' | 'texts'>> {
  // The server has chosen by what the page asked for: it knows which texts go with that.
  const language = languageOf(config.language);
  const texts = await loadTexts(language, [config.texts, setup.locale]);
  Object.assign(document.documentElement, { lang: language, dir: direction(language) });
  return { language, texts };
}

let isPainted = false;

async function look(config: WidgetConfig, setup: Setup): Promise<void> {
  document.documentElement.dataset.theme = setup.theme ?? config.appearance.theme;
  const colors: BrandColors = { ...config.appearance.colors, ...setup.colors };
  // Our own colours are in the styles; only others have to be made readable.
  if (!isPainted && !Object.values(colors).some(Boolean)) return;
  isPainted = true;
  await import('@parlour/ui/contrast.ts').then(
    ({ paint }) => paint(colors),
    () => {},
  );
}
