// A relay in production between a bot and Brevo refuses whole events for one null too many. These
// are the rules it is known by (contract B.3, the rows that say R, and G.1 item 5): looser than
// payloads.mjs, as it overlooks keys it does not know, but not to be broken in any point.

import { z } from "zod";

const optionalText = z.string().nullable().optional();
const optionalObject = z.record(z.string(), z.any()).nullable().optional();

/** Texts of a visitor that are empty when they are unknown: null breaks the relay. */
export const neverNull = [
  "id",
  "threadId",
  "threadLink",
  "source",
  "color",
  "browserLanguage",
  "conversationLanguage",
  "browser",
  "os",
  "userAgent",
  "country",
  "city",
  "displayedName",
];

const visitor = z.object({
  ...Object.fromEntries(neverNull.map((name) => [name, z.string()])),
  sourceChannelRef: optionalText,
  sourceChannelLink: optionalText,
  sourceConversationRef: optionalText,
  groupId: optionalText,
  ip: z.string().nullable(),
  lastVisit: z
    .object({
      startedAt: z.number().optional(),
      finishedAt: z.number().nullable().optional(),
      hostName: z.string(),
      viewedPages: z.array(z.object({ link: z.string(), title: z.string() })),
    })
    .nullable()
    .optional(),
  contactAttributes: optionalObject,
  integrationAttributes: optionalObject,
  attributes: optionalObject,
  formattedAttributes: optionalObject,
  notes: optionalText,
  contactId: z.number().nullable().optional(),
  marketingConsent: z.boolean(),
  termsOfServiceConsent: z.boolean(),
  outsideConnections: z.record(z.string(), z.any()).optional(),
});

const message = z.object({
  type: z.enum(["agent", "visitor"]),
  id: z.string(),
  text: z.string(),
  html: z.string(),
  createdAt: z.number(),
  agentId: z.string().optional(),
  agentName: z.string().optional(),
  agentUserpic: optionalText,
  isPushed: z.boolean().optional(),
  isTrigger: z.boolean().optional(),
  isMissed: z.boolean().optional(),
  file: z
    .object({
      name: z.string(),
      size: z.number(),
      isAllowedFileType: z.boolean(),
      isImage: z.boolean(),
      isSticker: z.boolean(),
      link: z.string(),
      imageInfo: z.object({ width: z.number(), height: z.number(), previewUrl: z.string() }).optional(),
    })
    .optional(),
});

const agents = z.array(
  z.object({ id: z.string(), name: z.string(), email: z.string(), userpic: optionalText }),
);

/** What the relay takes: it is told no other events. */
export const relayEvent = z.discriminatedUnion("eventName", [
  z.object({
    eventName: z.literal("conversationFragment"),
    conversationId: z.string(),
    messages: z.array(message),
    agents,
    visitor,
    isNoAvailableAgent: z.boolean().optional(),
  }),
  z.object({
    eventName: z.literal("conversationTranscript"),
    conversationId: z.string(),
    conversationStartPage: z.object({ link: z.string().optional(), title: z.string().optional() }).optional(),
    messages: z.array(message),
    missedMessagesCount: z.number(),
    agents,
    visitor,
  }),
]);
