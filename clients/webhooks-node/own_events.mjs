// The bodies of the events that Brevo lacks, as docs/webhooks.md describes them.

import { z } from "zod";
import { agent, message, visitor } from "./payloads.mjs";

const id = z.string().min(1);
const createdAt = z.int().positive();

const inConversation = (eventName, fields) =>
  z.strictObject({ eventName: z.literal(eventName), createdAt, conversationId: id, visitor, ...fields });

export const ownEvents = {
  messageUpdated: inConversation("messageUpdated", { message }),
  messageDeleted: inConversation("messageDeleted", { messageId: id }),
  conversationAssigned: inConversation("conversationAssigned", {
    agent: agent.nullable(),
    groupId: id.nullable(),
  }),
  conversationClosed: inConversation("conversationClosed", {}),
  visitorIdentified: inConversation("visitorIdentified", {}),
  agentStatusChanged: z.strictObject({
    eventName: z.literal("agentStatusChanged"),
    createdAt,
    agent,
    status: z.enum(["online", "offline", "invisible"]),
  }),
  webhookDisabled: z.strictObject({
    eventName: z.literal("webhookDisabled"),
    createdAt,
    webhookId: id,
    description: z.string(),
    reason: z.enum(["gone", "failing"]),
  }),
};
