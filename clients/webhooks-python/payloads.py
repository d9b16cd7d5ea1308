"""The bodies of Brevo's three events as contract B describes them, and nothing more: a receiver
that is as strict as a receiver can be. Every field that the contract requires must be there,
nothing is null that it does not call nullable, no key is unknown, and no type is converted.

Written from the contract, never from what the server sends.
"""

from typing import Annotated, Any, Literal, Union

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    NonNegativeInt,
    PositiveInt,
    TypeAdapter,
    model_validator,
)

Id = Annotated[str, Field(min_length=1)]
Color = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
Attributes = dict[str, Union[str, bool, int, float]]
# A field that may be left out, but is not null when it is there.
LEFT_OUT = None


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Address(Strict):
    email: str
    name: str


class ImageInfo(Strict):
    width: NonNegativeInt
    height: NonNegativeInt
    previewLink: str
    previewUrl: str


class File(Strict):
    """Both generations of names (contract G-2, G-3)."""

    name: str
    filename: str
    fileName: str = LEFT_OUT
    link: HttpUrl
    url: HttpUrl
    mimeType: str
    size: NonNegativeInt
    isImage: bool
    isSticker: bool
    isInline: bool
    inlineId: str = LEFT_OUT
    isAllowedFileType: bool
    imageInfo: ImageInfo = LEFT_OUT


class ForwardedStatus(Strict):
    isSuccess: bool
    error: str


class Message(Strict):
    """Contract A.7 names every key there is; B.3 and A.7 say which are never left out."""

    id: Id
    type: Literal["agent", "visitor"]
    text: str
    html: str
    visitorId: Id
    createdAt: PositiveInt
    rawUnsafeHtml: str = LEFT_OUT
    agentId: Id = LEFT_OUT
    agentName: str = LEFT_OUT
    agentUserpic: Union[str, None] = None
    isPushed: bool = LEFT_OUT
    isTrigger: bool = LEFT_OUT
    isMissed: bool = LEFT_OUT
    isMissedByVisitor: bool = LEFT_OUT
    isBot: bool = LEFT_OUT
    isSentViaJsApi: bool = LEFT_OUT
    isForward: bool = LEFT_OUT
    messageType: str = LEFT_OUT
    receivedFrom: str = LEFT_OUT
    subject: str = LEFT_OUT
    sender: Address = Field(LEFT_OUT, alias="from")
    to: list[Address] = LEFT_OUT
    cc: list[Address] = LEFT_OUT
    bcc: list[Address] = LEFT_OUT
    replyTo: Address = LEFT_OUT
    sourceMessageId: str = LEFT_OUT
    source: dict[str, Any] = LEFT_OUT
    integrations: dict[str, Any] = LEFT_OUT
    forwardedToSourceStatus: ForwardedStatus = LEFT_OUT
    file: File = LEFT_OUT
    attachments: list[File] = LEFT_OUT

    @model_validator(mode="after")
    def names_its_agent(self):
        if self.type == "agent" and not (self.agentId and self.agentName):
            raise ValueError("an agent's message names its agent")
        if self.type == "visitor" and {"agentId", "agentName", "agentUserpic"} & self.model_fields_set:
            raise ValueError("a visitor's message names no agent")
        return self


class Agent(Strict):
    id: Id
    name: str
    email: str
    userpic: Union[str, None]


class Page(Strict):
    link: str
    title: str


class StartPage(Strict):
    link: str = LEFT_OUT
    title: str = LEFT_OUT


class LastVisit(Strict):
    startedAt: PositiveInt = LEFT_OUT
    finishedAt: Union[PositiveInt, None]
    hostName: str
    viewedPages: list[Page]


class Visitor(Strict):
    id: Id
    threadId: Id
    threadLink: HttpUrl
    source: Literal["widget", "instagram", "facebook", "whatsapp", "email"]
    sourceChannelRef: Union[str, None]
    sourceChannelLink: Union[str, None]
    sourceConversationRef: Union[str, None]
    groupId: Union[Id, None]
    color: Color
    ip: Union[str, None]
    browserLanguage: str
    conversationLanguage: str
    browser: str
    os: str
    userAgent: str
    country: str
    city: str
    lastVisit: Union[LastVisit, None]
    displayedName: Id
    contactAttributes: Union[Attributes, None]
    integrationAttributes: Union[Attributes, None]
    attributes: Union[Attributes, None]
    formattedAttributes: Union[Attributes, None]
    notes: Union[str, None]
    contactId: Union[int, None]
    marketingConsent: bool
    termsOfServiceConsent: bool
    outsideConnections: dict[str, Any] = LEFT_OUT


class InConversation(Strict):
    conversationId: Id
    visitor: Visitor

    @model_validator(mode="after")
    def is_one_thread(self):
        if self.conversationId != self.visitor.threadId:
            raise ValueError("conversationId and visitor.threadId are the same (contract G-16)")
        return self


class ConversationStarted(InConversation):
    eventName: Literal["conversationStarted"]
    conversationStartPage: Page = LEFT_OUT
    message: Message
    agent: Agent = LEFT_OUT
    isNoAvailableAgent: bool

    @model_validator(mode="after")
    def names_who_started(self):
        if self.message.agentId != (self.agent and self.agent.id):
            raise ValueError("agent is there where an agent started, and is who wrote (contract G-17)")
        return self


class ConversationFragment(InConversation):
    eventName: Literal["conversationFragment"]
    messages: Annotated[list[Message], Field(min_length=1)]
    agents: list[Agent]
    isNoAvailableAgent: bool


class ConversationTranscript(InConversation):
    eventName: Literal["conversationTranscript"]
    conversationStartPage: StartPage = LEFT_OUT
    messages: Annotated[list[Message], Field(min_length=1)]
    missedMessagesCount: NonNegativeInt
    agents: list[Agent]
    isNoAvailableAgent: bool = LEFT_OUT


BREVO_EVENTS = ("conversationStarted", "conversationFragment", "conversationTranscript")

BrevoEvent = TypeAdapter(
    Annotated[
        Union[ConversationStarted, ConversationFragment, ConversationTranscript],
        Field(discriminator="eventName"),
    ]
)
