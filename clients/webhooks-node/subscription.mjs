// A receiver in this process: it verifies every delivery with the official Standard Webhooks
// library and reads its body with the strict types.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { eventually, native } from "../scene.mjs";
import { ownEvents } from "./own_events.mjs";
import { brevoEvents } from "./payloads.mjs";

// A fragment comes after a second and a retry after another.
const PATIENCE_MS = 20_000;

const schemas = { ...brevoEvents, ...ownEvents };

/**
 * Makes an endpoint for some events until the test ends. `answer` says with which status a
 * delivery is answered; what else is given goes into the endpoint.
 */
export async function subscribe(test, events, { answer = () => 204, ...endpoint } = {}) {
  const arrived = [];
  const problems = [];
  const arrivals = new EventEmitter();
  const secrets = [];
  const creating = new EventEmitter();

  async function receive(request) {
    const body = await text(request);
    // Something may happen before the answer with the secret is here.
    if (!secrets.length) await once(creating, "created");
    const delivery = { headers: request.headers, text: body, body: read(body, request.headers, secrets) };
    arrived.push(delivery);
    return answer(delivery);
  }

  const server = createServer((request, response) => {
    receive(request)
      .catch((problem) => {
        problems.push(problem);
        return 400;
      })
      .then((status) => {
        response.writeHead(status).end();
        arrivals.emit("arrived");
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const url = `http://127.0.0.1:${server.address().port}/hook`;
  const webhook = await native("POST", "/api/v1/webhooks", { url, events, ...endpoint });
  secrets.push(webhook.secret);
  creating.emit("created");
  test.after(async () => {
    await native("DELETE", `/api/v1/webhooks/${webhook.id}`);
    server.closeAllConnections();
    server.close();
  });

  /** Waits until what arrived is as wanted. */
  async function until(isEnough) {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    while (!problems.length && !isEnough(arrived)) {
      await once(arrivals, "arrived", { signal }).catch(() => {
        throw new Error(`this is all that arrived: ${arrived.map(({ text }) => text).join("\n")}`);
      });
    }
    assert.deepEqual(problems, []);
    return arrived;
  }

  /** Waits for a number of deliveries about a visitor; other tests have visitors of their own. */
  async function about(visitorId, count) {
    const found = () => arrived.filter(({ body }) => body.visitor?.id === visitorId);
    await until(() => found().length >= count);
    return found();
  }

  /** Waits until the log says that a delivery was taken, which is after its receiver knows. */
  const taken = (id) =>
    eventually("the end of a delivery", async () => {
      const { items } = await native("GET", `/api/v1/webhooks/${webhook.id}/deliveries?status=delivered`);
      return items.find((item) => item.id === id);
    });

  /** From now on deliveries must be signed by this secret too. */
  const trust = (secret) => secrets.push(secret);

  return { webhook, until, about, taken, trust };
}

/** Verifies a delivery by each secret, and its body by the types of contract B. */
function read(body, headers, secrets) {
  assert.equal(headers["content-type"], "application/json");
  const [event] = secrets.map((secret) => new Webhook(secret).verify(body, headers));
  const schema = schemas[event.eventName];
  assert.ok(schema, `${event.eventName} is no event`);
  schema.parse(event);
  return event;
}
