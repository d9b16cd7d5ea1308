// The page that the panel stands on: the site's, by the port that its loader gives, or none where the panel is the page.
import type { Sent, Setup, ToPage, ToPanel } from '../events.ts';

export interface Host {
  /** What there is no port for goes nowhere. */
  post<Name extends keyof ToPage>(name: Name, data: ToPage[Name]): void;
  /** One listener for each event; what came before there was one is told then. */
  on<Name extends keyof ToPanel>(name: Name, listener: (data: ToPanel[Name]) => void): void;
  readonly isEmbedded: boolean;
}

/** Waits for the loader's port. Only the frame's parent can give one, and only once; nothing else on `window` is listened to. */
export function openHost(isConsentRequired: boolean): Promise<Host> {
  if (window.parent === window) return Promise.resolve(alone(isConsentRequired));
  return new Promise((resolve) => {
    addEventListener('message', function take({ source, data, ports: [port] }: MessageEvent<unknown>) {
      if (source !== window.parent || (data as { parlour?: unknown } | null)?.parlour !== 1 || !port) return;
      removeEventListener('message', take);
      resolve(embedded(port));
    });
  });
}

type Listeners = { [Name in keyof ToPanel]?: (data: ToPanel[Name]) => void };

function embedded(port: MessagePort): Host {
  const { on, tell } = events();
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (Array.isArray(data)) tell(data as Sent<ToPanel>);
  };
  return { isEmbedded: true, on, post: (name, data) => port.postMessage([name, data]) };
}

/** The hosted chat: what a loader would tell, the panel knows itself. */
function alone(isConsentRequired: boolean): Host {
  const { on, tell } = events();
  const setup: Setup = {
    page: { link: location.href, title: document.title },
    isFrameMode: true,
    isMobile: matchMedia('(max-width: 600px)').matches,
    consent: isConsentRequired ? null : true,
  };
  tell(['setup', setup]);
  tell(['shown', { isShown: true, focus: !setup.isMobile }]);
  return { isEmbedded: false, on, post() {} };
}

/** Early events are kept: the panel has to load its language before it can listen. */
const EARLY_MAX = 100;

function events(): { on: Host['on']; tell: (event: Sent<ToPanel>) => void } {
  const listeners: Listeners = {};
  let early: Sent<ToPanel>[] = [];
  const tell = (event: Sent<ToPanel>) => {
    const [name, data] = event;
    const listener = Object.hasOwn(listeners, name) ? (listeners[name] as ((data: unknown) => void) | undefined) : undefined;
    if (listener) listener(data);
    else if (early.length < EARLY_MAX) early.push(event);
  };
  return {
    tell,
    on(name, listener) {
      Object.assign(listeners, { [name]: listener });
      const waiting = early;
      early = [];
      waiting.forEach(tell);
    },
  };
}
