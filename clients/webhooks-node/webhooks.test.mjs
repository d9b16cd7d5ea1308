// What a receiver of Brevo's webhooks gets from Parlour, and what makes the delivery reliable.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import {
  browser,
  freshEmail,
  freshVisitorId,
  native,
  openWidget,
  picture,
  sendAsVisitor,
  sendFilesAsVisitor,
  setScene,
} from "../scene.mjs";
import { ownEvents } from "./own_events.mjs";
import { brevoEvents } from "./payloads.mjs";
import { neverNull, relayEvent } from "./relay.mjs";
import { subscribe } from "./subscription.mjs";

const brevo = Object.keys(brevoEvents);
const fragments = ["conversationFragment"];

const DAY_MS = 24 * 60 * 60 * 1000;
const CLOCK_TOLERANCE_MS = 60_000;

const push = (visitorId, text, agentId) =>
  native("POST", "/v3/conversations/pushedMessages", { visitorId, text, agentId });

const send = (visitorId, text, agentId) =>
  native("POST", "/v3/conversations/messages", { visitorId, text, agentId });

const close = (conversationId) => native("POST", `/api/v1/conversations/${conversationId}/close`);

const bodies = (deliveries) => deliveries.map(({ body }) => body);

/** An event in short: its name and the texts of its messages. */
const told = (body) => [body.eventName, ...(body.messages ?? [body.message]).map(({ text }) => text)];

/** A chat in which somebody is greeted, asks, is answered, and asks in vain. */
async function chat(receiver, visitorId, agentId) {
  await push(visitorId, "Welcome back", agentId);
  await sendAsVisitor(visitorId, "Where is my order?");
  await send(visitorId, "It is on its way.", agentId);
  await sendAsVisitor(visitorId, "When will it come?");
  const [{ body }] = await receiver.about(visitorId, 1);
  await close(body.conversationId);
}

test("a chat is told from its start to its end", async (t) => {
  const { agent } = await setScene();
  const visitorId = freshVisitorId();
  const receiver = await subscribe(t, brevo);

  await chat(receiver, visitorId, agent.id);

  const deliveries = await receiver.about(visitorId, 6);
  assert.deepEqual(bodies(deliveries).map(told), [
    ["conversationFragment", "Welcome back"],
    ["conversationStarted", "Where is my order?"],
    ["conversationFragment", "Where is my order?"],
    ["conversationFragment", "It is on its way."],
    ["conversationFragment", "When will it come?"],
    ["conversationTranscript", "Welcome back", "Where is my order?", "It is on its way.", "When will it come?"],
  ]);

  const transcript = deliveries[5].body;
  assert.equal(transcript.missedMessagesCount, 1);
  assert.deepEqual(transcript.messages.map(({ isMissed }) => isMissed), [false, false, false, true]);
  assert.deepEqual(transcript.messages.map(({ isPushed }) => isPushed), [true, false, false, false]);
  assert.deepEqual(transcript.agents.map(({ id }) => id), [agent.id]);

  // Each has an id of its own, and says which came later.
  assert.equal(new Set(deliveries.map(({ headers }) => headers["webhook-id"])).size, 6);
  const places = deliveries.map(({ headers }) => Number(headers["parlour-seq"]));
  assert.deepEqual(places, places.toSorted((one, other) => one - other));
  for (const { headers, body } of deliveries) {
    assert.equal(headers["parlour-conversation-id"], body.conversationId);
  }
});

test("an agent who starts a chat is named", async (t) => {
  const { agent } = await setScene();
  const visitorId = freshVisitorId();
  const receiver = await subscribe(t, ["conversationStarted"]);
  await send(visitorId, "Did you receive your parcel?", agent.id);
  const [{ body }] = await receiver.about(visitorId, 1);
  assert.equal(body.agent.id, agent.id);
  assert.equal(body.agent.email, agent.email);
});

test("a visitor whom only a program knows is a whole visitor", async (t) => {
  const visitorId = freshVisitorId();
  const receiver = await subscribe(t, brevo);
  const email = freshEmail();
  const sender = { agentEmail: email, agentName: "Relay", receivedFrom: "suite" };
  await native("POST", "/v3/conversations/messages", { visitorId, text: "A call for you", ...sender });
  const [started, fragment] = bodies(await receiver.about(visitorId, 2));
  assert.deepEqual([started.eventName, fragment.eventName], ["conversationStarted", "conversationFragment"]);
  assert.equal(started.agent.email, email);
  assert.equal(started.message.receivedFrom, "suite");
  assert.equal(started.message.id, fragment.messages[0].id);
  assert.deepEqual([started.visitor.ip, started.visitor.lastVisit], [null, null]);
});

test("what is known about a visitor is told", async (t) => {
  const { group } = await setScene();
  const visitorId = freshVisitorId();
  const receiver = await subscribe(t, ["conversationStarted"]);
  await push(visitorId, "Welcome");
  await native("PUT", `/api/v1/visitors/${visitorId}`, {
    attributes: { email: "anna@example.com", firstName: "Anna", lastName: "Doe", phone: "33612345678", orders: 12 },
    notes: "Wants an invoice.",
    marketingConsent: true,
  });
  await native("PUT", "/v3/conversations/visitorGroup", { visitorId, groupId: group.id });
  await sendAsVisitor(visitorId, "Hi");
  const [{ body }] = await receiver.about(visitorId, 1);
  assert.deepEqual(body.visitor.attributes, {
    EMAIL: "anna@example.com",
    FIRSTNAME: "Anna",
    LASTNAME: "Doe",
    SMS: "33612345678",
    orders: 12,
  });
  assert.equal(body.visitor.formattedAttributes.SMS, "+33612345678");
  assert.equal(body.visitor.displayedName, "Anna Doe");
  assert.equal(body.visitor.groupId, group.id);
  assert.equal(body.visitor.notes, "Wants an invoice.");
  assert.deepEqual([body.visitor.marketingConsent, body.visitor.termsOfServiceConsent], [true, false]);
});

test("a visitor of the widget is told with their browser and their pages", async (t) => {
  const visitorId = freshVisitorId();
  const receiver = await subscribe(t, brevo);
  const jeans = { link: "https://getwear.com/women/151254/", title: "Washed skinny jeans for women" };
  const view = await openWidget(visitorId, { link: "https://getwear.com/", title: "Getwear" });
  await view(jeans);
  const { conversationId } = await sendAsVisitor(visitorId, "Do these run small?");
  await view({ link: "https://getwear.com/sizes/", title: "Sizes" });
  await close(conversationId);

  const [started, fragment, transcript] = bodies(await receiver.about(visitorId, 3));
  assert.deepEqual(started.conversationStartPage, jeans);
  assert.deepEqual(transcript.conversationStartPage, jeans);
  assert.equal("conversationStartPage" in fragment, false);
  const { visitor } = transcript;
  assert.equal(visitor.ip, "127.0.0.1");
  assert.equal(visitor.userAgent, browser["user-agent"]);
  assert.deepEqual([visitor.browser, visitor.os], ["Firefox 128", "Linux"]);
  assert.deepEqual([visitor.browserLanguage, visitor.conversationLanguage], ["en-US", "en"]);
  assert.deepEqual([visitor.lastVisit.hostName, visitor.lastVisit.finishedAt], ["getwear.com", null]);
  const titles = visitor.lastVisit.viewedPages.map(({ title }) => title);
  assert.deepEqual(titles, ["Getwear", "Washed skinny jeans for women", "Sizes"]);
  assert.ok(started.visitor.lastVisit.startedAt <= started.message.createdAt);
  for (const body of [fragment, transcript]) relayEvent.parse(body);
});

test("one file is the file of its message, several are its attachments", async (t) => {
  const visitorId = freshVisitorId();
  const receiver = await subscribe(t, ["conversationFragment", "conversationTranscript"]);
  const one = await sendFilesAsVisitor(visitorId, { "map.png": picture });
  const two = await sendFilesAsVisitor(visitorId, { "note.txt": "text", "other.png": picture });
  await close(one.message.conversationId);

  const [fragment, transcript] = bodies(await receiver.about(visitorId, 2));
  const [first, message] = fragment.messages;
  const { file } = first;
  assert.deepEqual([file.name, file.filename, file.mimeType], ["map.png", "map.png", "image/png"]);
  assert.deepEqual([file.link, file.url], [one.uploaded[0].link, one.uploaded[0].link]);
  assert.equal(file.imageInfo.previewUrl, one.uploaded[0].imageInfo.previewLink);
  assert.equal("attachments" in first, false);
  assert.equal("file" in message, false);
  assert.equal(message.text, "note.txt");
  assert.deepEqual(message.attachments.map(({ fileName, url }) => [fileName, url]), [
    ["note.txt", two.uploaded[0].link],
    ["other.png", two.uploaded[1].link],
  ]);
  const all = transcript.messages.flatMap(({ file, attachments }) => file ?? attachments);
  assert.deepEqual(all.map(({ name }) => name), ["map.png", "note.txt", "other.png"]);
  for (const body of [fragment, transcript]) relayEvent.parse(body);
  for (const { link } of all) assert.equal((await fetch(link)).status, 200);
});

test("a relay that takes no null too many takes both kinds of visitors", async (t) => {
  const { agent } = await setScene();
  const receiver = await subscribe(t, ["conversationFragment", "conversationTranscript"]);
  const writing = freshVisitorId();
  await chat(receiver, writing, agent.id);
  const silent = freshVisitorId();
  await send(silent, "A call for you", agent.id);
  const [fragment] = bodies(await receiver.about(silent, 1));
  await close(fragment.conversationId);

  const told = [...bodies(await receiver.about(writing, 5)), ...bodies(await receiver.about(silent, 2))];
  for (const body of told) {
    relayEvent.parse(body);
    // And the rules are those: each of them would have refused.
    for (const name of neverNull) {
      const broken = { ...body, visitor: { ...body.visitor, [name]: null } };
      assert.equal(relayEvent.safeParse(broken).success, false, name);
    }
  }
});

test("the old and the new secret both verify after a rotation, and no other", async (t) => {
  const visitorId = freshVisitorId();
  const receiver = await subscribe(t, fragments);
  const { id, secret: old } = receiver.webhook;
  const rotated = await native("POST", `/api/v1/webhooks/${id}/rotate-secret`);
  assert.notEqual(rotated.secret, old);
  const left = rotated.previousSecretUntil - Date.now();
  assert.ok(Math.abs(left - DAY_MS) < CLOCK_TOLERANCE_MS, "the old one signs for 24 hours");

  receiver.trust(rotated.secret);
  await sendAsVisitor(visitorId, "Hello?");
  const [{ headers, text }] = await receiver.about(visitorId, 1);

  const another = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  assert.throws(() => new Webhook(another).verify(text, headers), /No matching signature/);
  for (const secret of [old, rotated.secret]) {
    const webhook = new Webhook(secret);
    webhook.verify(text, headers);
    assert.throws(() => webhook.verify(text.replace("Hello", "Hullo"), headers), /No matching signature/);
    const renamed = { ...headers, "webhook-id": "another" };
    assert.throws(() => webhook.verify(text, renamed), /No matching signature/);
    const tenMinutesAgo = String(Number(headers["webhook-timestamp"]) - 600);
    assert.throws(() => webhook.verify(text, { ...headers, "webhook-timestamp": tenMinutesAgo }), /too old/);
  }
});

test("what failed is tried again under its id", async (t) => {
  const visitorId = freshVisitorId();
  const ids = [];
  const receiver = await subscribe(t, fragments, {
    answer({ body, headers }) {
      if (body.visitor.id !== visitorId) return 204;
      ids.push(headers["webhook-id"]);
      return ids.length === 1 ? 503 : 204;
    },
  });
  await sendAsVisitor(visitorId, "Hello?");
  const [first, second] = await receiver.about(visitorId, 2);
  assert.equal(ids[0], ids[1]);
  assert.equal(first.text, second.text);
});

test("a delivery that is sent again keeps its id", async (t) => {
  const visitorId = freshVisitorId();
  const receiver = await subscribe(t, fragments);
  await sendAsVisitor(visitorId, "Hello?");
  const [first] = await receiver.about(visitorId, 1);
  const { id } = receiver.webhook;
  const { attempts } = await receiver.taken(first.headers["webhook-id"]);
  assert.deepEqual(attempts.map(({ httpStatus, error }) => [httpStatus, error]), [[204, null]]);

  await native("POST", `/api/v1/webhooks/${id}/deliveries/${first.headers["webhook-id"]}/replay`);
  const [, second] = await receiver.about(visitorId, 2);
  await receiver.taken(first.headers["webhook-id"]);
  await native("POST", `/api/v1/webhooks/${id}/replay`, { status: "delivered" });
  const [, , third] = await receiver.about(visitorId, 3);
  for (const again of [second, third]) {
    assert.equal(again.headers["webhook-id"], first.headers["webhook-id"]);
    assert.equal(again.text, first.text);
  }
});

test("every event that Brevo lacks is told", async (t) => {
  const { agent, group } = await setScene();
  const visitorId = freshVisitorId();
  const receiver = await subscribe(t, Object.keys(ownEvents));
  const gone = await subscribe(t, ["conversationStarted"], { answer: () => 410 });

  const { conversationId } = await sendAsVisitor(visitorId, "Where is my order?");
  const { id } = await send(visitorId, "It is on its weigh.", agent.id);
  await native("PUT", `/v3/conversations/messages/${id}`, { text: "It is on its way." });
  await native("DELETE", `/v3/conversations/messages/${id}`);
  await native("POST", `/api/v1/conversations/${conversationId}/assign`, { groupId: group.id });
  await native("POST", `/api/v1/conversations/${conversationId}/assign`, { agentId: agent.id });
  await close(conversationId);
  await native("PUT", `/api/v1/visitors/${visitorId}`, { attributes: { email: "anna@example.com" } });
  const agentEmail = freshEmail();
  const pinged = { agentEmail, agentName: "Liz", receivedFrom: "suite" };
  await native("POST", "/v3/conversations/agentOnlinePing", pinged);

  const about = {
    messageUpdated: (body) => body.message.id === id && body.message.text === "It is on its way.",
    messageDeleted: (body) => body.messageId === id,
    conversationAssigned: (body) =>
      body.conversationId === conversationId && body.agent?.id === agent.id && body.groupId === group.id,
    conversationClosed: (body) => body.conversationId === conversationId,
    visitorIdentified: (body) => body.visitor.attributes.EMAIL === "anna@example.com",
    agentStatusChanged: (body) => body.agent.email === agentEmail && body.status === "online",
    webhookDisabled: (body) => body.webhookId === gone.webhook.id && body.reason === "gone",
  };
  assert.deepEqual(Object.keys(about), Object.keys(ownEvents));
  for (const [name, isIt] of Object.entries(about)) {
    await receiver.until((arrived) => bodies(arrived).some((body) => body.eventName === name && isIt(body)));
  }
});

test("what Brevo took in the address goes into headers", async (t) => {
  const visitorId = freshVisitorId();
  const receiver = await subscribe(t, ["conversationStarted"], {
    auth: { type: "basic", username: "parlour", password: "correct horse" },
    headers: [{ key: "x-shop", value: "getwear" }],
  });
  await sendAsVisitor(visitorId, "Hello?");
  const [{ headers }] = await receiver.about(visitorId, 1);
  assert.equal(headers.authorization, `Basic ${Buffer.from("parlour:correct horse").toString("base64")}`);
  assert.equal(headers["x-shop"], "getwear");

  const url = "https://parlour:horse@hooks.getwear.example/";
  const refused = native("POST", "/api/v1/webhooks", { url, events: brevo });
  await assert.rejects(refused, /400.*use auth instead/);
});
