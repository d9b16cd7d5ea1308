// The story that every Node generation of the official client must be able to tell.
//
// A suite hands over `connect`, which turns a server and a key into the SDK's operations.
// Each operation resolves to {status, headers, body}, where `body` is what the SDK gave to
// its caller, or the error's body when the SDK threw.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { assertAllowanceHeaders, assertMessage, assertRefused } from "./answers.mjs";
import {
  findAgent,
  freshEmail,
  freshVisitorId,
  picture,
  sendAsVisitor,
  sendFilesAsVisitor,
  server,
  setScene,
} from "./scene.mjs";

const RECEIVED_FROM = "SuperAwesomeHelpdesk";

/**
 * `emptyBody` is what this SDK gives to its caller when an answer has no body; `fileNames` are its names of a file's
 * name and link.
 */
export function describeContract({ connect, emptyBody, fileNames }) {
  const brevo = connect(server);
  const scene = {};
  before(async () => Object.assign(scene, await setScene()));

  describe("ping", () => pinging(brevo, emptyBody));
  describe("message", () => {
    sending(brevo, scene);
    followingUp(scene, emptyBody, {
      create: (fields) => brevo.send(fields),
      get: brevo.get,
      update: brevo.update,
      remove: brevo.remove,
      isPushed: false,
    });
    visitorsMessages(brevo, scene);
    visitorsFiles(brevo, fileNames);
  });
  describe("pushed message", () => {
    pushing(brevo, scene);
    followingUp(scene, emptyBody, {
      create: (fields) => brevo.push(fields),
      get: brevo.getPushed,
      update: brevo.updatePushed,
      remove: brevo.removePushed,
      isPushed: true,
    });
  });
  describe("account", () => describeAccount(brevo));
  describe("key", () => keys(connect));
}

function pinging(brevo, emptyBody) {
  test("by e-mail and then by id makes a dummy agent available", async () => {
    const agentEmail = freshEmail();
    const trio = { agentEmail, agentName: "Liz", receivedFrom: RECEIVED_FROM };

    const byEmail = await brevo.ping(trio);
    const sent = await brevo.send({ ...trio, visitorId: freshVisitorId(), text: "Hello!" });
    const byId = await brevo.ping({ agentId: sent.body.agentId });

    assert.deepEqual([byEmail.status, byEmail.body], [201, emptyBody]);
    assert.deepEqual([byId.status, byId.body], [201, emptyBody]);
    const agent = await findAgent(sent.body.agentId);
    assert.deepEqual([agent.email, agent.isDummy, agent.isAvailable], [agentEmail, true, true]);
  });

  test("without an agent is refused", async () => {
    assertRefused(await brevo.ping({}), 400, "missing_parameter");
  });

  test("with an unknown agent is refused", async () => {
    assertRefused(await brevo.ping({ agentId: "nope" }), 400, "invalid_parameter");
  });

  test("with an e-mail alone is refused", async () => {
    assertRefused(await brevo.ping({ agentEmail: freshEmail() }), 400, "missing_parameter");
  });
}

function sending(brevo, scene) {
  test("by agent id answers with the message", async () => {
    const visitorId = freshVisitorId();
    const text = "Hello! How can I help you?";

    const sent = await brevo.send({
      visitorId,
      text,
      agentId: scene.agent.id,
      receivedFrom: RECEIVED_FROM,
    });

    assert.equal(sent.status, 200);
    assertMessage(sent.body, {
      visitorId,
      text,
      agentId: scene.agent.id,
      agentName: scene.agent.name,
      isPushed: false,
      receivedFrom: RECEIVED_FROM,
      file: undefined,
    });
  });

  test("by an unknown e-mail makes one dummy agent and keeps it", async () => {
    const fields = {
      visitorId: freshVisitorId(),
      text: "Hello!",
      agentEmail: freshEmail(),
      agentName: "Liz",
      receivedFrom: RECEIVED_FROM,
    };

    const first = await brevo.send(fields);
    const second = await brevo.send(fields);

    assert.equal(first.status, 200);
    assert.match(first.body.agentId, /Dummy/);
    assertMessage(first.body, { agentName: "Liz", receivedFrom: RECEIVED_FROM });
    assert.equal(second.body.agentId, first.body.agentId);
    assert.notEqual(second.body.id, first.body.id);
  });

  test("by the e-mail of a real agent speaks as that agent", async () => {
    const sent = await brevo.send({
      visitorId: freshVisitorId(),
      text: "Hello!",
      agentEmail: scene.agent.email,
      agentName: "Somebody else",
      receivedFrom: RECEIVED_FROM,
    });

    assert.equal(sent.status, 200);
    assert.equal(sent.body.agentId, scene.agent.id);
  });

  const refusals = [
    ["without a visitor", { visitorId: undefined }, "missing_parameter"],
    ["without a text", { text: undefined }, "missing_parameter"],
    ["with a blank text", { text: "  " }, "missing_parameter"],
    ["without an agent", { agentId: undefined }, "missing_parameter"],
    ["with an unknown agent", { agentId: "nope" }, "invalid_parameter"],
    ["with an e-mail alone", { agentId: undefined, agentEmail: "liz@example.com" }, "missing_parameter"],
    ["with an object for a visitor", { visitorId: { key: "value" } }, "invalid_parameter"],
    ["with an object for a text", { text: { key: "value" } }, "invalid_parameter"],
  ];
  for (const [how, change, code] of refusals) {
    test(`${how} is refused`, async () => {
      const fields = { visitorId: freshVisitorId(), text: "Hello!", agentId: scene.agent.id };
      assertRefused(await brevo.send({ ...fields, ...change }), 400, code);
    });
  }
}

function pushing(brevo, scene) {
  const senders = [
    ["by agent id", () => ({ agentId: scene.agent.id })],
    ["by a group's agent", () => ({ groupId: scene.group.id })],
  ];
  for (const [how, sender] of senders) {
    test(`${how} answers with the message`, async () => {
      const visitorId = freshVisitorId();
      const pushed = await brevo.push({ visitorId, text: "Your order has shipped!", ...sender() });

      assert.equal(pushed.status, 200);
      assertMessage(pushed.body, {
        visitorId,
        text: "Your order has shipped!",
        agentId: scene.agent.id,
        agentName: scene.agent.name,
        isPushed: true,
      });
    });
  }

  test("by nobody in particular takes any agent", async () => {
    const pushed = await brevo.push({ visitorId: freshVisitorId(), text: "Hello!" });

    assert.equal(pushed.status, 200);
    assertMessage(pushed.body, { text: "Hello!", isPushed: true });
    assert.equal((await findAgent(pushed.body.agentId)).id, pushed.body.agentId);
  });

  const refusals = [
    ["without a visitor", { visitorId: undefined }, "missing_parameter"],
    ["without a text", { text: undefined }, "missing_parameter"],
    ["with a blank text", { text: "  " }, "missing_parameter"],
    ["with an unknown agent", { agentId: "nope" }, "invalid_parameter"],
    ["with an unknown group", { groupId: "nope" }, "invalid_parameter"],
  ];
  for (const [how, change, code] of refusals) {
    test(`${how} is refused`, async () => {
      const fields = { visitorId: freshVisitorId(), text: "Hello!" };
      assertRefused(await brevo.push({ ...fields, ...change }), 400, code);
    });
  }

  test("is also served as a message, but a message is not a pushed one", async () => {
    const fields = { visitorId: freshVisitorId(), text: "Hello!", agentId: scene.agent.id };
    const pushed = await brevo.push(fields);
    const sent = await brevo.send(fields);

    assert.deepEqual((await brevo.get(pushed.body.id)).body, pushed.body);
    assertRefused(await brevo.getPushed(sent.body.id), 404, "document_not_found");
  });
}

/** Reading, editing and deleting work alike for both kinds of agents' messages. */
function followingUp(scene, emptyBody, { create, get, update, remove, isPushed }) {
  const createOne = () =>
    create({ visitorId: freshVisitorId(), text: "Good evening!", agentId: scene.agent.id });

  test("is read back as it was sent", async () => {
    const { body: message } = await createOne();
    const read = await get(message.id);

    assert.equal(read.status, 200);
    assert.deepEqual(read.body, message);
  });

  test("is edited in place", async () => {
    const { body: message } = await createOne();
    const updated = await update(message.id, { text: "Good morning!" });

    assert.equal(updated.status, 200);
    assertMessage(updated.body, {
      id: message.id,
      text: "Good morning!",
      visitorId: message.visitorId,
      agentId: scene.agent.id,
      createdAt: message.createdAt,
      isPushed,
    });
    assert.deepEqual((await get(message.id)).body, updated.body);
  });

  test("is not edited without a text", async () => {
    const { body: message } = await createOne();

    assertRefused(await update(message.id, {}), 400, "missing_parameter");
    assertRefused(await update(message.id, { text: "  " }), 400, "missing_parameter");
    assert.deepEqual((await get(message.id)).body, message);
  });

  test("is deleted once", async () => {
    const { body: message } = await createOne();
    const removed = await remove(message.id);

    assert.deepEqual([removed.status, removed.body], [204, emptyBody]);
    assertRefused(await remove(message.id), 404, "document_not_found");
    assertRefused(await get(message.id), 404, "document_not_found");
    assertRefused(await update(message.id, { text: "Late" }), 404, "document_not_found");
  });

  for (const id of ["unknown", "a/b c"]) {
    test(`with the id "${id}" is not found`, async () => {
      assertRefused(await get(id), 404, "document_not_found");
      assertRefused(await update(id, { text: "Hello!" }), 404, "document_not_found");
      assertRefused(await remove(id), 404, "document_not_found");
    });
  }

  test("comes with the allowance and a request id, found or not", async () => {
    const { body: message } = await createOne();

    for (const { headers } of [await get(message.id), await get("unknown")]) {
      assertAllowanceHeaders(headers);
      assert.ok(headers["sib-request-id"], "sib-request-id");
      assert.ok(headers["x-request-id"], "x-request-id");
      assert.match(headers["content-type"] ?? "", /^application\/json/);
    }
  });
}

function visitorsMessages(brevo, scene) {
  test("of a visitor can be read, but neither edited nor deleted", async () => {
    const visitorId = freshVisitorId();
    await brevo.send({ visitorId, text: "Hello!", agentId: scene.agent.id });
    const { id } = await sendAsVisitor(visitorId, "Where is my order?");

    const read = await brevo.get(id);

    assert.equal(read.status, 200);
    assertMessage(read.body, {
      id,
      type: "visitor",
      text: "Where is my order?",
      visitorId,
      agentId: undefined,
      agentName: undefined,
    });
    assertRefused(await brevo.update(id, { text: "Never mind" }), 400, "invalid_parameter");
    assertRefused(await brevo.remove(id), 400, "invalid_parameter");
    assert.deepEqual((await brevo.get(id)).body, read.body);
  });
}

function visitorsFiles(brevo, [name, link]) {
  test("with a file shows it under the names that this SDK has", async () => {
    const { message, uploaded } = await sendFilesAsVisitor(freshVisitorId(), { "Grüße.png": picture });

    const { status, body } = await brevo.get(message.id);

    assert.equal(status, 200);
    assert.equal(body.text, "Grüße.png");
    const { file } = body;
    assert.deepEqual([file[name], file[link], file.size, file.isImage], ["Grüße.png", uploaded[0].link, picture.length, true]);
    assert.deepEqual([file.imageInfo.width, file.imageInfo.height], [1, 1]);
    const fetched = await fetch(file[link]);
    assert.equal(fetched.headers.get("content-type"), "image/png");
    assert.deepEqual(Buffer.from(await fetched.arrayBuffer()), picture);
  });
}

function describeAccount(brevo) {
  test("tells who owns the key", async () => {
    const { status, body } = await brevo.account();

    assert.equal(status, 200);
    assert.match(body.email, /@/);
    for (const field of ["firstName", "lastName", "companyName"]) {
      assert.equal(typeof body[field], "string", field);
    }
    assert.ok(Array.isArray(body.plan), "plan");
  });
}

function keys(connect) {
  test("missing is refused in Brevo's words", async () => {
    const refused = await connect({ url: server.url }).get("unknown");

    assert.equal(refused.status, 401);
    assert.deepEqual(refused.body, {
      message: "authentication not found in headers",
      code: "unauthorized",
    });
  });

  test("wrong is refused in Brevo's words", async () => {
    const refused = await connect({ url: server.url, apiKey: "xkeysib-wrong" }).get("unknown");

    assert.equal(refused.status, 401);
    assert.deepEqual(refused.body, { message: "Key not found", code: "unauthorized" });
  });
}
