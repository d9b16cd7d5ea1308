// The receivers that the documents show, run as they stand there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Webhook } from "standardwebhooks";
import { eventually, freshVisitorId, native, sendAsVisitor } from "../scene.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

// The README's says less than the other: it does not look for duplicates.
const documents = [
  { path: "README.md", knowsDuplicates: false },
  { path: "docs/webhooks.md", knowsDuplicates: true },
];

for (const { path, knowsDuplicates } of documents) {
  test(`the receiver of ${path} takes what is signed, and nothing else`, async (t) => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    const events = ["conversationStarted"];
    const { id, secret } = await native("POST", "/api/v1/webhooks", { url, events });
    t.after(() => native("DELETE", `/api/v1/webhooks/${id}`));
    const lines = await startReceiver(t, await receiverOf(path), url, secret);

    const { conversationId } = await sendAsVisitor(freshVisitorId(), "Hello?");
    const delivery = await delivered(id, 1);
    assert.deepEqual(await eventually("a line", () => lines.length && lines), [
      ["conversationStarted", conversationId, delivery.id].slice(0, knowsDuplicates ? 3 : 2).join(" "),
    ]);

    const body = '{"eventName":"conversationStarted"}';
    const now = new Date();
    const sixMinutesAgo = new Date(now - 6 * 60_000);
    const another = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    for (const [key, at] of [[another, now], [secret, sixMinutesAgo]]) {
      const headers = {
        "webhook-id": "forged",
        "webhook-timestamp": String(Math.floor(at / 1000)),
        "webhook-signature": new Webhook(key).sign("forged", at, body),
      };
      const answer = await fetch(url, { method: "POST", body, headers });
      assert.equal(answer.status, 400);
    }

    await native("POST", `/api/v1/webhooks/${id}/deliveries/${delivery.id}/replay`);
    await delivered(id, 2);
    if (knowsDuplicates) assert.equal(lines.length, 1);
  });
}

/** The one block of a document that is a receiver for Node. */
async function receiverOf(path) {
  const document = await readFile(join(here, "../..", path), "utf8");
  const blocks = [...document.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block]) => block);
  const receivers = blocks.filter((block) => block.includes("standardwebhooks"));
  assert.equal(receivers.length, 1, `${path} shows one receiver`);
  return receivers[0];
}

/** Runs a receiver until the test ends; gives back the lines that it prints. */
async function startReceiver(test, source, url, secret) {
  const folder = await mkdtemp(join(tmpdir(), "parlour-receiver-"));
  await symlink(join(here, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "receiver.mjs"), source);
  const { port } = new URL(url);
  const receiver = spawn(process.execPath, ["receiver.mjs"], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: port, WEBHOOK_SECRET: secret },
    stdio: ["ignore", "pipe", "inherit"],
  });
  test.after(async () => {
    const ended = receiver.exitCode === null && once(receiver, "exit");
    receiver.kill();
    await ended;
    await rm(folder, { recursive: true });
  });
  const lines = [];
  createInterface(receiver.stdout).on("line", (line) => lines.push(line));
  await eventually("the receiver", () => listens(port));
  return lines;
}

/** Waits until a receiver took a delivery as often as this. */
function delivered(webhookId, times) {
  return eventually("the delivery", async () => {
    const { items } = await native("GET", `/api/v1/webhooks/${webhookId}/deliveries?status=delivered`);
    return items.find(({ attempts }) => attempts.filter(({ error }) => error === null).length === times);
  });
}

async function listens(port) {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}
