// The bodies of Brevo's three events as contract B describes them, and nothing more: a receiver
// that is as strict as a receiver can be. Every field that the contract requires must be there,
// nothing is null that it does not call nullable, and no key is unknown.
//
// Written from the contract, never from what the server sends.

import { z } from "zod";

const id = z.string().min(1);
const count = z.int().nonnegative();
const millis = z.int().positive();
const address = z.strictObject({ email: z.string(), name: z.string() });
const attributes = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const imageInfo = z.strictObject({
  width: count,
  height: count,
  previewLink: z.string(),
  previewUrl: z.string(),
});

// Both generations of names (contract G-2, G-3).
const file = z.strictObject({
  name: z.string(),
  filename: z.string(),
  fileName: z.string().optional(),
  link: z.url(),
  url: z.url(),
  mimeType: z.string(),
  size: count,
  isImage: z.boolean(),
  isSticker: z.boolean(),
  isInline: z.boolean(),
  inlineId: z.string().optional(),
  isAllowedFileType: z.boolean(),
  imageInfo: imageInfo.optional(),
});

// Contract A.7 names every key there is; B.3 and A.7 say which are never left out.
const anyMessage = z.strictObject({
  id,
  type: z.enum(["agent", "visitor"]),
  text: z.string(),
  html: z.string(),
  visitorId: id,
  createdAt: millis,
  rawUnsafeHtml: z.string().optional(),
  agentId: id.optional(),
  agentName: z.string().optional(),
  agentUserpic: z.string().nullable().optional(),
  isPushed: z.boolean().optional(),
  isTrigger: z.boolean().optional(),
  isMissed: z.boolean().optional(),
  isMissedByVisitor: z.boolean().optional(),
  isBot: z.boolean().optional(),
  isSentViaJsApi: z.boolean().optional(),
  isForward: z.boolean().optional(),
  messageType: z.string().optional(),
  receivedFrom: z.string().optional(),
  subject: z.string().optional(),
  from: address.optional(),
  to: z.array(address).optional(),
  cc: z.array(address).optional(),
  bcc: z.array(address).optional(),
  replyTo: address.optional(),
  sourceMessageId: z.string().optional(),
  source: z.record(z.string(), z.unknown()).optional(),
  integrations: z.record(z.string(), z.unknown()).optional(),
  forwardedToSourceStatus: z.strictObject({ isSuccess: z.boolean(), error: z.string() }).optional(),
  file: file.optional(),
  attachments: z.array(file.required({ fileName: true })).optional(),
});

const agentsOnly = ["agentId", "agentName", "agentUserpic"];

export const message = anyMessage.refine(
  (message) =>
    message.type === "agent" ? message.agentId && message.agentName : agentsOnly.every((key) => !(key in message)),
  "an agent's message names its agent, and a visitor's names none",
);

export const agent = z.strictObject({
  id,
  name: z.string(),
  email: z.string(),
  userpic: z.string().nullable(),
});

const page = z.strictObject({ link: z.string(), title: z.string() });

const lastVisit = z.strictObject({
  startedAt: millis.optional(),
  finishedAt: millis.nullable(),
  hostName: z.string(),
  viewedPages: z.array(page),
});

export const visitor = z.strictObject({
  id,
  threadId: id,
  threadLink: z.url(),
  source: z.enum(["widget", "instagram", "facebook", "whatsapp", "email"]),
  sourceChannelRef: z.string().nullable(),
  sourceChannelLink: z.string().nullable(),
  sourceConversationRef: z.string().nullable(),
  groupId: id.nullable(),
  color: z.string().regex(/^#[0-9a-f]{6}$/),
  ip: z.string().nullable(),
  browserLanguage: z.string(),
  conversationLanguage: z.string(),
  browser: z.string(),
  os: z.string(),
  userAgent: z.string(),
  country: z.string(),
  city: z.string(),
  lastVisit: lastVisit.nullable(),
  displayedName: z.string().min(1),
  contactAttributes: attributes.nullable(),
  integrationAttributes: attributes.nullable(),
  attributes: attributes.nullable(),
  formattedAttributes: attributes.nullable(),
  notes: z.string().nullable(),
  contactId: z.number().nullable(),
  marketingConsent: z.boolean(),
  termsOfServiceConsent: z.boolean(),
  outsideConnections: z.record(z.string(), z.unknown()).optional(),
});

// The conversation is the visitor's thread (contract G-16).
const isOneThread = (body) => body.conversationId === body.visitor.threadId;
const isOneThreadError = "conversationId and visitor.threadId are the same";

const started = z
  .strictObject({
    eventName: z.literal("conversationStarted"),
    conversationId: id,
    conversationStartPage: page.optional(),
    message,
    agent: agent.optional(),
    visitor,
    isNoAvailableAgent: z.boolean(),
  })
  .refine(isOneThread, isOneThreadError)
  .refine(
    (body) => body.message.agentId === body.agent?.id,
    "agent is there where an agent started, and is who wrote (contract G-17)",
  );

const fragment = z
  .strictObject({
    eventName: z.literal("conversationFragment"),
    conversationId: id,
    messages: z.array(message).min(1),
    agents: z.array(agent),
    visitor,
    isNoAvailableAgent: z.boolean(),
  })
  .refine(isOneThread, isOneThreadError);

const transcript = z
  .strictObject({
    eventName: z.literal("conversationTranscript"),
    conversationId: id,
    conversationStartPage: page.partial().optional(),
    messages: z.array(message).min(1),
    missedMessagesCount: count,
    agents: z.array(agent),
    visitor,
    isNoAvailableAgent: z.boolean().optional(),
  })
  .refine(isOneThread, isOneThreadError);

/** What Brevo sends. */
export const brevoEvents = {
  conversationStarted: started,
  conversationFragment: fragment,
  conversationTranscript: transcript,
};
