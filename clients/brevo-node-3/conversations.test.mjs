// @getbrevo/brevo 3: the contract, spoken through model classes and axios. This generation
// neither sets a visitor's group nor repeats a refused call.

import { describe, test } from "node:test";

import brevoSdk from "@getbrevo/brevo";

import { assertRateLimited } from "../answers.mjs";
import { describeContract } from "../contract.mjs";
import { freshEmail, freshVisitorId, slowServer, spendAllowance } from "../scene.mjs";

const {
  AccountApi,
  AccountApiApiKeys,
  ConversationsAgentOnlinePingPostRequest,
  ConversationsApi,
  ConversationsApiApiKeys,
  ConversationsMessagesIdPutRequest,
  ConversationsMessagesPostRequest,
  ConversationsPushedMessagesIdPutRequest,
  ConversationsPushedMessagesPostRequest,
} = brevoSdk;

function connect({ url, apiKey }) {
  const conversations = new ConversationsApi(`${url}/v3`);
  const account = new AccountApi(`${url}/v3`);
  if (apiKey !== undefined) {
    conversations.setApiKey(ConversationsApiApiKeys.apiKey, apiKey);
    account.setApiKey(AccountApiApiKeys.apiKey, apiKey);
  }
  const model = (Model, fields) => Object.assign(new Model(), fields);
  return {
    ping: (fields) =>
      settle(conversations.conversationsAgentOnlinePingPost(model(ConversationsAgentOnlinePingPostRequest, fields))),
    send: (fields) =>
      settle(conversations.conversationsMessagesPost(model(ConversationsMessagesPostRequest, fields))),
    get: (id) => settle(conversations.conversationsMessagesIdGet(id)),
    update: (id, fields) =>
      settle(conversations.conversationsMessagesIdPut(id, model(ConversationsMessagesIdPutRequest, fields))),
    remove: (id) => settle(conversations.conversationsMessagesIdDelete(id)),
    push: (fields) =>
      settle(conversations.conversationsPushedMessagesPost(model(ConversationsPushedMessagesPostRequest, fields))),
    getPushed: (id) => settle(conversations.conversationsPushedMessagesIdGet(id)),
    updatePushed: (id, fields) =>
      settle(conversations.conversationsPushedMessagesIdPut(id, model(ConversationsPushedMessagesIdPutRequest, fields))),
    removePushed: (id) => settle(conversations.conversationsPushedMessagesIdDelete(id)),
    account: () => settle(account.getAccount()),
  };
}

async function settle(call) {
  try {
    const { response, body } = await call;
    return { status: response.statusCode, headers: { ...response.headers }, body };
  } catch (error) {
    // This SDK lets axios' own error through.
    if (!error.response) throw error;
    const { status, headers, data } = error.response;
    return { status, headers: { ...headers }, body: data, error };
  }
}

describeContract({ connect, emptyBody: "", fileNames: ["filename", "url"] });

describe("rate limit", () => {
  test("reaches the caller with its headers", async () => {
    const slow = connect(slowServer);
    const trio = { agentEmail: freshEmail(), agentName: "Liz", receivedFrom: "SuperAwesomeHelpdesk" };
    assertRateLimited(await spendAllowance());

    assertRateLimited(await slow.send({ visitorId: freshVisitorId(), text: "Hello!", ...trio }));
  });
});
