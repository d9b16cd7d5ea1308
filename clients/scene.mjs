// What stands around an SDK in its suite: the servers under test, plain requests that
// set the scene through the native API, and the last drop of a key's allowance.

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 10;
// Five seconds of polls and more: an allowance of one call a second comes back long before.
const POLLS_MAX = 500;

export const server = { url: setting("PARLOUR_URL"), apiKey: setting("PARLOUR_API_KEY") };

/** A second server, whose keys may make one call a second. */
export const slowServer = {
  url: setting("PARLOUR_SLOW_URL"),
  apiKey: setting("PARLOUR_SLOW_API_KEY"),
};

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: see README.md`);
  return value;
}

/** Every test has visitors and e-mails of its own, so that none depends on another. */
export const freshVisitorId = () => `visitor-${randomUUID()}`;
export const freshEmail = () => `liz-${randomUUID()}@example.com`;

/** The organization's owner, and a group that holds nobody else. */
export async function setScene() {
  const agents = await native("GET", "/api/v1/agents");
  const agent = agents.items.find(({ isDummy }) => !isDummy);
  const name = `Sales ${randomUUID()}`;
  const group = await native("POST", "/api/v1/groups", { name, agentIds: [agent.id], isPrivate: false });
  return { agent, group };
}

/** Only the native API lets a program speak as the visitor. */
export const sendAsVisitor = (visitorId, text) =>
  native("POST", `/api/v1/visitors/${encodeURIComponent(visitorId)}/messages`, { text });

/** A picture of one dot. */
export const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

/** Uploads files, and sends them as the visitor in one message; gives back both. */
export async function sendFilesAsVisitor(visitorId, files) {
  const uploaded = [];
  for (const [name, bytes] of Object.entries(files)) {
    const response = await fetch(`${server.url}/api/v1/files?name=${encodeURIComponent(name)}`, {
      method: "POST",
      headers: { "api-key": server.apiKey, "content-type": "application/octet-stream" },
      body: bytes,
    });
    if (response.status !== 201) throw new Error(`${name}: ${response.status} ${await response.text()}`);
    uploaded.push(await response.json());
  }
  const path = `/api/v1/visitors/${encodeURIComponent(visitorId)}/messages`;
  const message = await native("POST", path, { fileIds: uploaded.map(({ id }) => id) });
  return { message, uploaded };
}

/** Opens the widget on a page, as the browser of a visitor does, and gives back what shows another page to it. */
export async function openWidget(visitorId, page) {
  const { widgetId } = await native("GET", "/api/v1/me");
  const { visitorToken } = await live("/live/session", { widgetId, visitorId, page, language: "en" });
  return (page) => live("/live/pages", page, { authorization: `Bearer ${visitorToken}` });
}

/** What the browser of a visitor says of itself. */
export const browser = {
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  "accept-language": "en-US,en;q=0.5",
};

async function live(path, body, headers) {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...browser, ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${text}`);
  return text && JSON.parse(text);
}

export const findAgent = (agentId) => native("GET", `/api/v1/agents/${agentId}`);

/** A call of the native API, which must succeed. */
export async function native(method, path, body) {
  const reply = await request(server, method, path, body);
  if (reply.status >= 300) {
    throw new Error(`${method} ${path} answered ${reply.status}: ${JSON.stringify(reply.body)}`);
  }
  return reply.body;
}

async function request({ url, apiKey }, method, path, body) {
  const response = await fetch(url + path, {
    method,
    headers: { "api-key": apiKey, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: text && JSON.parse(text),
  };
}

/** Asks until the answer is there. */
export async function eventually(what, find) {
  for (let polls = 0; polls < POLLS_MAX; polls += 1) {
    const found = await find();
    if (found) return found;
    await delay(POLL_MS);
  }
  throw new Error(`${what} never came`);
}

/**
 * Spends the slow server's allowance and gives back the refusal.
 *
 * The allowance is spent right after it came back, so that the SDK's call, made next,
 * is refused too and has nearly a whole second to wait.
 */
export async function spendAllowance() {
  await requestUntil(429);
  await requestUntil(404);
  return requestUntil(429);
}

const requestUntil = (status) =>
  eventually(`an answer of ${status}`, async () => {
    const reply = await request(slowServer, "GET", "/v3/conversations/messages/unknown");
    return reply.status === status && reply;
  });
