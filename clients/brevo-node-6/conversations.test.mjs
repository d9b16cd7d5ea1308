// @getbrevo/brevo 6: the contract, and what only this generation offers: typed errors,
// the fields of newer messages, the visitor's group, and waiting out a rate limit.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { Brevo, BrevoClient, BrevoError } from "@getbrevo/brevo";

import { assertRateLimited, assertRefused } from "../answers.mjs";
import { describeContract } from "../contract.mjs";
import { freshEmail, freshVisitorId, server, setScene, slowServer, spendAllowance } from "../scene.mjs";

// The server's Retry-After is a second at least; timers may be a little early.
const WAIT_MIN_MS = 800;

function connect({ url, apiKey }) {
  const authentication = apiKey === undefined ? { auth: false } : { apiKey };
  const { conversations, account } = new BrevoClient({ baseUrl: `${url}/v3`, ...authentication });
  return {
    ping: (fields) => settle(conversations.setsAgentsStatusToOnlineFor23Minutes(fields)),
    send: (fields) => settle(conversations.sendAMessageAsAnAgent(fields)),
    get: (id) => settle(conversations.getAMessage({ id })),
    update: (id, fields) => settle(conversations.updateAMessageSentByAnAgent({ id, ...fields })),
    remove: (id) => settle(conversations.deleteAMessageSentByAnAgent({ id })),
    push: (fields) => settle(conversations.sendAnAutomatedMessageToAVisitor(fields)),
    getPushed: (id) => settle(conversations.getAnAutomatedMessage({ id })),
    updatePushed: (id, fields) => settle(conversations.updateAnAutomatedMessage({ id, ...fields })),
    removePushed: (id) => settle(conversations.deleteAnAutomatedMessage({ id })),
    setVisitorGroup: (fields, options) =>
      settle(conversations.setVisitorGroupAssignment(fields, options)),
    account: () => settle(account.getAccount()),
  };
}

async function settle(call) {
  try {
    const { data, rawResponse } = await call.withRawResponse();
    return { status: rawResponse.status, headers: Object.fromEntries(rawResponse.headers), body: data };
  } catch (error) {
    if (!(error instanceof BrevoError) || error.statusCode === undefined) throw error;
    const headers = Object.fromEntries(error.rawResponse.headers);
    return { status: error.statusCode, headers, body: error.body, error };
  }
}

describeContract({ connect, emptyBody: undefined, fileNames: ["name", "link"] });

const brevo = connect(server);
const scene = {};
before(async () => Object.assign(scene, await setScene()));

describe("newer message fields", () => {
  test("are there when they apply and absent when they do not", async () => {
    const { body: message } = await brevo.send({
      visitorId: freshVisitorId(),
      text: "1 < 2 & <b>so on</b>\nBye",
      agentId: scene.agent.id,
    });

    assert.match(message.html, /^1 &lt; 2 &amp; &lt;b&gt;so on&lt;\/b&gt;<br ?\/?>\s*Bye$/);
    for (const flag of ["isPushed", "isTrigger", "isMissed", "isMissedByVisitor"]) {
      assert.equal(message[flag], false, flag);
    }
    for (const field of ["receivedFrom", "file", "subject", "from", "to", "source"]) {
      assert.ok(!(field in message), `${field} is left out`);
    }
  });

  test("html follows an edit", async () => {
    const fields = { visitorId: freshVisitorId(), text: "Hello!", agentId: scene.agent.id };
    const { body: message } = await brevo.send(fields);
    const { body: updated } = await brevo.update(message.id, { text: "1 < 2" });

    assert.equal(updated.html, "1 &lt; 2");
  });
});

describe("visitor group", () => {
  const knownVisitor = async () => {
    const visitorId = freshVisitorId();
    await brevo.send({ visitorId, text: "Hello!", agentId: scene.agent.id });
    return visitorId;
  };

  test("is set and cleared for a visitor named in the body", async () => {
    const visitorId = await knownVisitor();
    const named = { additionalBodyParameters: { visitorId } };

    const set = await brevo.setVisitorGroup({ groupId: scene.group.id }, named);
    const cleared = await brevo.setVisitorGroup({ groupId: null }, named);

    assert.equal(set.status, 200);
    assert.deepEqual(set.body, { groupId: scene.group.id, visitorId });
    assert.equal(cleared.status, 200);
    assert.deepEqual(cleared.body, { groupId: null, visitorId });
  });

  test("is set for a visitor named in the query", async () => {
    const visitorId = await knownVisitor();
    const named = { queryParams: { visitorId } };

    const set = await brevo.setVisitorGroup({ groupId: scene.group.id }, named);

    assert.deepEqual(set.body, { groupId: scene.group.id, visitorId });
  });

  test("is refused without a visitor", async () => {
    const refused = await brevo.setVisitorGroup({ groupId: scene.group.id });
    assertRefused(refused, 400, "missing_parameter");
  });

  test("is not found for an unknown visitor or group", async () => {
    const unknownVisitor = { additionalBodyParameters: { visitorId: freshVisitorId() } };
    const knownName = { additionalBodyParameters: { visitorId: await knownVisitor() } };

    const noVisitor = await brevo.setVisitorGroup({ groupId: scene.group.id }, unknownVisitor);
    const noGroup = await brevo.setVisitorGroup({ groupId: "nope" }, knownName);

    assertRefused(noVisitor, 404, "document_not_found");
    assertRefused(noGroup, 404, "document_not_found");
  });
});

describe("errors", () => {
  test("have the SDK's own types and a request id", async () => {
    const { error: badRequest } = await brevo.send({});
    const { error: notFound } = await brevo.get("unknown");

    assert.ok(badRequest instanceof Brevo.BadRequestError);
    assert.ok(notFound instanceof Brevo.NotFoundError);
    assert.ok(notFound.requestId, "requestId");
  });
});

describe("rate limit", () => {
  test("is waited out", async () => {
    const slow = connect(slowServer);
    const trio = { agentEmail: freshEmail(), agentName: "Liz", receivedFrom: "SuperAwesomeHelpdesk" };
    assertRateLimited(await spendAllowance());

    const startedAt = performance.now();
    const sent = await slow.send({ visitorId: freshVisitorId(), text: "Hello!", ...trio });

    assert.equal(sent.status, 200);
    assert.ok(performance.now() - startedAt >= WAIT_MIN_MS, "the SDK waited");
  });
});
