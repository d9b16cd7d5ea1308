"""The bodies of the events that Brevo lacks, as docs/webhooks.md describes them."""

from typing import Annotated, Literal, Union

from payloads import Agent, Id, InConversation, Message, Strict
from pydantic import Field, PositiveInt, TypeAdapter


class MessageUpdated(InConversation):
    eventName: Literal["messageUpdated"]
    createdAt: PositiveInt
    message: Message


class MessageDeleted(InConversation):
    eventName: Literal["messageDeleted"]
    createdAt: PositiveInt
    messageId: Id


class ConversationAssigned(InConversation):
    eventName: Literal["conversationAssigned"]
    createdAt: PositiveInt
    agent: Union[Agent, None]
    groupId: Union[Id, None]


class ConversationClosed(InConversation):
    eventName: Literal["conversationClosed"]
    createdAt: PositiveInt


class VisitorIdentified(InConversation):
    eventName: Literal["visitorIdentified"]
    createdAt: PositiveInt


class AgentStatusChanged(Strict):
    eventName: Literal["agentStatusChanged"]
    createdAt: PositiveInt
    agent: Agent
    status: Literal["online", "offline", "invisible"]


class WebhookDisabled(Strict):
    eventName: Literal["webhookDisabled"]
    createdAt: PositiveInt
    webhookId: Id
    description: str
    reason: Literal["gone", "failing"]


OWN_EVENTS = (
    "messageUpdated",
    "messageDeleted",
    "conversationAssigned",
    "conversationClosed",
    "visitorIdentified",
    "agentStatusChanged",
    "webhookDisabled",
)

OwnEvent = TypeAdapter(
    Annotated[
        Union[
            MessageUpdated,
            MessageDeleted,
            ConversationAssigned,
            ConversationClosed,
            VisitorIdentified,
            AgentStatusChanged,
            WebhookDisabled,
        ],
        Field(discriminator="eventName"),
    ]
)
