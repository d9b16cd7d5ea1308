// Pages that mean harm, or are only strange: cases E2, E3, E5 to E7, E9 and E10 of the trust rules. E1 is in policy, E8 in line,
// E4 in contract/hostile; what the server does in E5 and E6 is in the tests of its API.
import { type Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { startBrowser } from '../stage/browser.ts';
import { buttonOf, openPanel, shows, until, useStage, write } from '../stage.ts';

const stage = useStage();

test('E2: storage that is closed to the frame: the chat works as long as the page is there, and says so', async () => {
  const { browser, close } = await startBrowser('closed');
  onTestFinished(close);
  const visitor = await stage.visitor({}, { browser });
  const page = await visitor.open();
  const panel = await openPanel(page);
  await write(panel, 'I keep nothing');
  const id = await stage.desk.conversationOf('I keep nothing');
  await stage.desk.send(id, 'nothing at all');
  await shows(panel, ['I keep nothing', 'nothing at all']);
  expect(visitor.errors).toEqual([]);
  expect([...visitor.said('warning'), ...visitor.said('error')].filter((text) => /stor/i.test(text))).toHaveLength(1);
  await page.reload();
  await shows(await openPanel(page), []);
});

test('E2: a private window, whose frames may keep a cookie of their own and nothing else: the chat is there after a reload', async () => {
  const { browser, close } = await startBrowser('cookies');
  onTestFinished(close);
  const visitor = await stage.visitor({}, { browser });
  const page = await visitor.open();
  const panel = await openPanel(page);
  await write(panel, 'I come back');
  await stage.desk.conversationOf('I come back');
  expect(visitor.said('warning').filter((text) => /stor/i.test(text))).toEqual([]);
  await page.reload();
  await shows(await openPanel(page), ['I come back']);
});

test('E3: messages of others on the window, wrong ones, huge ones, ten thousand of them: none is heard', async () => {
  const visitor = await stage.visitor();
  // An advertisement that gives every frame beside it a port, before the loader does.
  const script = 'setInterval(() => { for (let at = 0; at < parent.frames.length; at += 1) parent.frames[at].postMessage({ parlour: 1 }, `*`, [new MessageChannel().port2]); }, 1)';
  const page = await visitor.open({ body: `<iframe srcdoc="<script>${script}</script>"></iframe>` });
  const panel = await openPanel(page);
  await write(panel, 'speak up');
  const id = await stage.desk.conversationOf('speak up');
  await page.evaluate(async () => {
    const frame = document.querySelector<HTMLIFrameElement>('#brevo-conversations iframe')!.contentWindow!;
    const shapes = [
      null, 0, '', 'parlour', [], {}, { parlour: 1 }, { parlour: 2 }, { parlour: 1, origin: 'https://evil.example' },
      ['setup', {}], ['shown', { isShown: false }], ['autoMessage', { text: 'I was injected' }], { type: 'autoMessage', text: 'I was injected' },
      JSON.stringify(['consent', { isGiven: false }]), 'x'.repeat(1 << 20),
    ];
    for (let number = 0; number < 10_000; number += 1) {
      const shape = shapes[number % (shapes.length - (number > 30 ? 1 : 0))];
      frame.postMessage(shape, '*');
      window.postMessage(shape, '*');
    }
    const { port1, port2 } = new MessageChannel();
    frame.postMessage({ parlour: 1, origin: location.origin }, '*', [port2]);
    port1.postMessage(['autoMessage', { text: 'I was injected' }]);
    await new Promise((resolve) => setTimeout(resolve));
  });
  await page.frames()[1]!.evaluate(() => {
    parent.postMessage(['close', { returnFocus: true }], '*');
    for (const frame of Array.from({ length: parent.frames.length }, (_, index) => parent.frames[index]!)) frame.postMessage({ parlour: 1 }, '*');
  });
  await stage.desk.send(id, 'I hear you');
  await shows(panel, ['speak up', 'I hear you']);
  expect(await buttonOf(page).getAttribute('aria-expanded')).toBe('true');
  expect((await stage.desk.messages(id)).map(({ text }) => text)).toEqual(['speak up', 'I hear you']);
  expect(visitor.errors).toEqual([]);
});

test('E5: on a site that is not listed there is no button, one warning, and no error', async () => {
  await stage.desk.settings({ allowedDomains: ['shop.example'] });
  try {
    const visitor = await stage.visitor();
    const page = await visitor.open();
    await until(() => expect(visitor.said('warning')).toHaveLength(1));
    await page.evaluate("BrevoConversations('openChat', true)");
    expect(await buttonOf(page).count()).toBe(0);
    expect(visitor.errors).toEqual([]);
    // A page that frames the panel all the same is refused by the browser.
    const frame = await visitor.open({ snippet: 'none', body: `<iframe id="chat" src="${stage.server.url}/chat/${stage.server.widgetId}"></iframe>` });
    await until(async () => expect(frame.frames()[1]!.url()).toMatch(/^chrome-error:/));
  } finally {
    await stage.desk.settings({ allowedDomains: [] });
  }
});

test('E6: an id that anybody could guess shows nobody the history behind it, and the console says why', async () => {
  const setup = { visitorId: 'anna@site.example' };
  const anna = await stage.visitor();
  const own = await openPanel(await anna.open({ setup }));
  await write(own, 'my address is 1 Secret Road');
  const id = await stage.desk.conversationOf('my address is 1 Secret Road');
  await stage.desk.send(id, 'noted');
  await shows(own, ['my address is 1 Secret Road', 'noted']);

  const stranger = await stage.visitor();
  const panel = await openPanel(await stranger.open({ setup }));
  await write(panel, 'I am Anna');
  await stage.desk.conversationOf('I am Anna');
  await shows(panel, ['I am Anna']);
  await until(() => expect(stranger.said('warning').filter((text) => text.includes('visitor_id_too_weak'))).toHaveLength(1));

  // Whoever tells an id that is a secret is that visitor, as with Brevo.
  const secret = { visitorId: 'kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg' };
  const first = await openPanel(await (await stage.visitor()).open({ setup: secret }));
  await write(first, 'from my computer');
  await stage.desk.conversationOf('from my computer');
  const second = await openPanel(await (await stage.visitor()).open({ setup: secret }));
  await shows(second, ['from my computer']);
});

test('E7: an attacker frames the panel of a widget that is bound to a site: the browser shows nothing of it', async () => {
  const domains = async (allowedDomains: string[]) => stage.desk.settings({ allowedDomains });
  const visitor = await stage.visitor();
  const attack = (page: Page) =>
    page.evaluate(async (src) => {
      const frame = Object.assign(document.createElement('iframe'), { src });
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener('load', resolve));
    }, `${stage.server.url}/chat/${stage.server.widgetId}`);
  await domains(['localhost']);
  try {
    const own = await visitor.open({ snippet: 'none' });
    await attack(own);
    await own.frames()[1]!.locator('#panel').waitFor({ state: 'attached' });
    await domains(['shop.example']);
    const foreign = await visitor.open({ snippet: 'none' });
    await attack(foreign);
    await until(() => expect(foreign.frames()[1]!.url()).toMatch(/^chrome-error:/));
  } finally {
    await domains([]);
  }
});

const PAGES: Record<string, string> = {
  'has replaced what arrays and JSON can': `
    for (const name of ['forEach', 'map', 'filter', 'push', 'find', 'includes', 'flatMap', 'at', Symbol.iterator]) Array.prototype[name] = () => { throw new Error('mine'); };
    JSON.parse = JSON.stringify = () => { throw new Error('mine'); };`,
  'has replaced fetch, promises and timers': `
    window.fetch = () => { throw new Error('mine'); };
    Promise.prototype.then = () => { throw new Error('mine'); };
    window.setTimeout = window.requestAnimationFrame = () => { throw new Error('mine'); };`,
  'has put names of its own on every object': `
    Object.prototype.buttonStyle = 'tab'; Object.prototype.toJSON = () => 'mine'; Object.prototype.colors = 7;
    Function.prototype.call = Function.prototype.apply = () => { throw new Error('mine'); };`,
  'has an older prototype library': `
    Array.prototype.toJSON = function () { return JSON.stringify(this); };
    document.getElementsByClassName = () => { throw new Error('mine'); };
    window.$ = window.Element.prototype.remove = undefined;`,
};

for (const [name, script] of Object.entries(PAGES)) {
  test(`E9: a page that ${name} is not broken by the widget; the widget works or is silent`, async () => {
    const visitor = await stage.visitor();
    const page = await visitor.context.newPage();
    await page.goto(visitor.put({ snippet: 'tag', body: '<main><h1>Shop</h1><button id="own" onclick="this.textContent = 42">buy</button></main>', script }));
    await until(() => expect(visitor.requests.some((request) => request.url().endsWith('/widget.js'))).toBe(true));
    await page.waitForLoadState('load');
    await page.locator('#own').click();
    expect(await page.locator('#own').textContent()).toBe('42');
    expect(visitor.errors.map((error) => error.message)).toEqual([]);
  });
}

test('E9: strict Trusted Types: the page is not broken, the widget works or is silent', async () => {
  const visitor = await stage.visitor();
  const policy = "default-src 'none'; script-src NONCE CHAT; frame-src CHAT; require-trusted-types-for 'script'";
  const page = await visitor.open({ snippet: 'tag', policy });
  await until(() => expect(visitor.requests.some((request) => request.url().endsWith('/widget.js'))).toBe(true));
  await page.waitForLoadState('load');
  expect(visitor.errors).toEqual([]);
});

test('E10: only addresses of the web are links, they lead where they say, and tell nothing of where one comes from', async () => {
  const visitor = await stage.visitor();
  const page = await visitor.open();
  const panel = await openPanel(page);
  await write(panel, 'send me links');
  const id = await stage.desk.conversationOf('send me links');
  const texts = [
    'javascript:alert(1)', 'data:text/html,<script>alert(1)</script>', '//evil.example/x', 'vbscript:x', 'file:///etc/passwd',
    'https://good.example@evil.example/login', 'https://good.example/a?b=c.', '<a href="javascript:alert(1)">here</a><img src=x onerror=alert(1)>',
  ];
  for (const text of texts) await stage.desk.send(id, text);
  await shows(panel, ['send me links', ...texts]);
  const links = await panel.locator('.message a').evaluateAll((all) =>
    all.map((link) => ({ href: (link as HTMLAnchorElement).href, text: link.textContent, rel: link.getAttribute('rel'), target: link.getAttribute('target') })),
  );
  for (const { href, rel, target } of links) {
    expect(['https:', 'http:', 'mailto:']).toContain(new URL(href).protocol);
    expect(rel).toMatch(/noopener/);
    expect(rel).toMatch(/noreferrer/);
    expect(target).toBe('_blank');
  }
  expect(links.map(({ href }) => href)).toContain('https://good.example/a?b=c');
  // What stands before an @ is a name, not a host: nobody is led there under another's.
  for (const { href, text } of links) expect(text).toContain(new URL(href).host);
  expect(links.some(({ href }) => new URL(href).username)).toBe(false);
  expect(await panel.locator('.message img, .message script').count()).toBe(0);
});
