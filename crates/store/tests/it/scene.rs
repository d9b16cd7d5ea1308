//! What stories begin with: an organization, its agents and groups, and visitors who talk with them.

use model::{
    agent::{Agent, Role},
    conversation::Conversation,
    event::{Event, EventKind},
    group::Group,
    id::{
        AgentId, ConversationId, DeliveryId, EndpointId, EndpointNumber, GroupId, MessageId,
        OrganizationId, Scope, VisitorId, WebhookEventNumber,
    },
    message::{Message, MessageKind},
    presence::{Choice, Presence},
    time::Millis,
    visitor::Visitor,
    webhook::{Lane, WebhookEndpoint, WebhookEventKind, WebhookEvents},
};
use store::{
    Db, Result, Tx, Verdict, agents, conversations, groups, messages, organizations, visitors,
    webhook_deliveries, webhook_endpoints,
    webhook_events::{self, NewWebhookEvent},
};
use testing::database::TestDatabase;

/// When everything here happens.
pub(crate) const NOON: Millis = 1_800_000_000_000;

/// Tells a whole story in one transaction of a fresh database.
pub(crate) async fn story(
    database: &TestDatabase,
    tell: impl Fn(&mut Tx<'_>) -> Result<()> + Send + 'static,
) {
    write(&database.open(), tell).await;
}

/// One operation that must be kept.
pub(crate) async fn write<T: Send + 'static>(
    db: &Db,
    operation: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> T {
    let kept = db
        .write(move |tx| Ok(Verdict::<T, ()>::Keep(operation(tx)?, Vec::new())))
        .await;
    kept.expect("the story holds").expect("nothing refuses")
}

/// One question that must be answered.
pub(crate) async fn read<T: Send + 'static>(
    db: &Db,
    question: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> T {
    let answer = db
        .read(move |tx| Ok(Verdict::<T, ()>::Keep(question(tx)?, Vec::new())))
        .await;
    answer.expect("the story holds").expect("nothing refuses")
}

/// An organization, as the scope of everything in it.
pub(crate) fn organization(tx: &mut Tx<'_>, name: &str) -> Result<Scope> {
    let id = OrganizationId::new(format!("organization-{name}"));
    let number = organizations::insert(tx, &id, &format!("widget-{name}"), name, NOON)?;
    Ok(Scope::organization(number))
}

/// An agent whose id and e-mail are made of the name.
pub(crate) fn agent(tx: &mut Tx<'_>, scope: Scope, name: &str) -> Result<Agent> {
    let mut agent = Agent {
        number: model::id::AgentNumber(0),
        id: AgentId::new(format!("agent-{name}")),
        email: format!("{name}@Parlour.example"),
        name: name.to_owned(),
        userpic: None,
        role: Role::Agent,
        is_dummy: false,
        presence: Presence {
            choice: Choice::Online,
            online_until: 0,
        },
        created_at: NOON,
    };
    let number = agents::insert(tx, scope.organization, &new_agent(&agent))?;
    agent.number = number.expect("nobody has the e-mail yet");
    Ok(agent)
}

/// What an agent is made of.
pub(crate) fn new_agent(agent: &Agent) -> agents::NewAgent<'_> {
    agents::NewAgent {
        id: &agent.id,
        email: &agent.email,
        name: &agent.name,
        userpic: agent.userpic.as_deref(),
        role: agent.role,
        is_dummy: agent.is_dummy,
        created_at: agent.created_at,
    }
}

/// A group of agents.
pub(crate) fn group(
    tx: &mut Tx<'_>,
    scope: Scope,
    name: &str,
    members: &[&Agent],
) -> Result<Group> {
    let id = GroupId::new(format!("group-{name}"));
    let number = groups::insert(tx, scope.organization, &id, name, false, NOON)?;
    let ids: Vec<AgentId> = members.iter().map(|agent| agent.id.clone()).collect();
    assert_eq!(groups::set_agents(tx, scope, number, &ids)?, None);
    Ok(groups::find(tx, scope, &id)?.expect("the group was just made"))
}

/// A visitor of whom nothing is known.
pub(crate) fn visitor(tx: &mut Tx<'_>, scope: Scope, id: &str) -> Result<Visitor> {
    let id = VisitorId::known(id);
    visitors::insert(tx, scope.organization, &id, "#7b61ff", NOON)?;
    Ok(visitors::find(tx, scope, &id)?.expect("the visitor was just made"))
}

/// The scope of a visitor.
pub(crate) fn scope_of(scope: Scope, visitor: &Visitor) -> Scope {
    Scope {
        visitor: Some(visitor.number),
        ..scope
    }
}

/// The conversation of a visitor; its id is made of the visitor's.
pub(crate) fn conversation(
    tx: &mut Tx<'_>,
    scope: Scope,
    visitor: &Visitor,
) -> Result<Conversation> {
    let id = ConversationId::new(format!(
        "conversation-{}-{}",
        scope.organization.0,
        visitor.id.as_str()
    ));
    let (number, _) = conversations::insert(
        tx,
        scope.organization,
        visitor.number,
        &id,
        visitor.created_at,
    )?;
    conversations::get(tx, scope, number)
}

/// An organization with one visitor in conversation.
pub(crate) fn talk(tx: &mut Tx<'_>, name: &str) -> Result<(Scope, Visitor, Conversation)> {
    let scope = organization(tx, name)?;
    let visitor = visitor(tx, scope, "visitor")?;
    let conversation = conversation(tx, scope, &visitor)?;
    Ok((scope, visitor, conversation))
}

/// A message as it is before it is written.
pub(crate) fn message(
    conversation: &Conversation,
    seq: i64,
    kind: MessageKind,
    text: &str,
) -> Message {
    Message {
        conversation: conversation.number,
        conversation_id: conversation.id.clone(),
        seq,
        id: MessageId::new(format!("message-{}-{seq}", conversation.number.0)),
        kind,
        text: text.to_owned(),
        visitor_id: conversation.visitor_id.clone(),
        agent: None,
        created_at: NOON + seq,
        is_pushed: false,
        is_trigger: false,
        is_missed: false,
        is_missed_by_visitor: false,
        is_bot: false,
        is_sent_via_js_api: false,
        received_from: None,
        cid: None,
        details: None,
    }
}

/// Writes a message at the conversation's next `seq`.
pub(crate) fn say(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
    kind: MessageKind,
    text: &str,
) -> Result<Message> {
    let advanced = conversations::advance(tx, conversation.number, NOON)?;
    let message = message(conversation, advanced.seq, kind, text);
    messages::insert(tx, &message)?;
    Ok(message)
}

/// An event of a conversation.
pub(crate) fn event(scope: Scope, conversation: &Conversation, seq: i64, kind: EventKind) -> Event {
    Event {
        organization: scope.organization,
        conversation: conversation.number,
        conversation_id: conversation.id.clone(),
        visitor: conversation.visitor,
        seq,
        at: NOON + seq,
        kind,
    }
}

/// A webhook endpoint that wants everything.
pub(crate) fn endpoint(tx: &mut Tx<'_>, scope: Scope, id: &str) -> Result<EndpointNumber> {
    let kinds = WebhookEventKind::ALL.into_iter().map(|(kind, _)| kind);
    let endpoint = WebhookEndpoint {
        number: EndpointNumber(0),
        organization: scope.organization,
        id: EndpointId::new(id),
        url: format!("https://{id}.example/hook"),
        description: String::new(),
        events: WebhookEvents::of(kinds),
        secret: format!("secret of {id}"),
        previous_secret: None,
        credentials: format!("headers of {id}"),
        is_enabled: true,
        disabled: None,
        failing_since: None,
        created_at: NOON,
    };
    webhook_endpoints::insert(tx, &endpoint)
}

/// A webhook event in a lane.
pub(crate) fn webhook_event(
    tx: &mut Tx<'_>,
    scope: Scope,
    lane: Lane,
    at: Millis,
) -> Result<WebhookEventNumber> {
    let event = NewWebhookEvent {
        organization: scope.organization,
        kind: WebhookEventKind::MessageUpdated,
        lane,
        place: None,
        body: "{}",
        created_at: at,
    };
    webhook_events::insert(tx, &event)
}

/// An event that happens at noon, on its way to an endpoint; its delivery has an id made of both.
pub(crate) fn delivery(
    tx: &mut Tx<'_>,
    scope: Scope,
    endpoint: EndpointNumber,
    lane: Lane,
) -> Result<WebhookEventNumber> {
    let event = webhook_event(tx, scope, lane, NOON)?;
    let id = delivery_id(endpoint, event);
    webhook_deliveries::insert(tx, event, endpoint, &id, lane, NOON)?;
    Ok(event)
}

/// The id that [`delivery`] gives.
pub(crate) fn delivery_id(endpoint: EndpointNumber, event: WebhookEventNumber) -> DeliveryId {
    DeliveryId::new(format!("delivery-{}-{}", endpoint.0, event.0))
}
