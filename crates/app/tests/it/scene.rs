//! What stories begin with: an application, an organization with an agent, and a visitor who talks with them.

use std::sync::Arc;

use app::{
    Actor, App, Result, Settings, Write,
    agents::{CreateAgent, create as create_agent},
    clock::Clock,
    feed::News,
    messages::{self, WriteMessage, Written},
    organizations::{CreateOrganization, create as create_organization},
    sealing::Sealer,
};
use model::{
    agent::Role,
    conversation::Conversation,
    event::{Event, EventKind},
    id::{AgentNumber, ConversationId, OrganizationNumber, Scope, VisitorId, VisitorNumber},
    key::Privileges,
    time::Millis,
};
use store::Tx;
use testing::database::{TestDatabase, apart};
use tokio::sync::broadcast::Receiver;

/// When every story begins.
pub(crate) const START: Millis = 1_767_614_400_000;

/// An application with one organization.
pub(crate) struct Scene {
    pub(crate) app: App,
    pub(crate) organization: OrganizationNumber,
    /// Who works there.
    pub(crate) agent: Actor,
    // Dropped last.
    _database: TestDatabase,
}

impl Scene {
    pub(crate) async fn begin(database: TestDatabase) -> Self {
        let clock = Arc::new(Clock::manual(START));
        let (options, settings) = (database.options(), Settings::default());
        let app = apart(|| App::open(&options, clock, settings, Sealer::random()))
            .expect("the database opens");
        let command = CreateOrganization {
            name: "Getwear".to_owned(),
            owner_email: "owner@getwear.example".to_owned(),
            owner_name: "Olivia Owner".to_owned(),
            password_hash: None,
        };
        let created = app
            .write(move |write| create_organization(write, &command))
            .await
            .expect("an organization");
        let organization = created.organization.number;
        Self {
            app,
            organization,
            agent: agent(organization, created.owner.number),
            _database: database,
        }
    }

    /// Does something that must not be refused.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        operation: impl Fn(&mut Write<'_, '_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.app.write(operation).await.expect("nothing refuses")
    }

    /// Looks at something that must be there.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.app.read(question).await.expect("nothing refuses")
    }

    /// Another agent.
    pub(crate) async fn hire(&self, name: &str) -> (AgentNumber, Actor) {
        let (owner, command) = (
            self.agent,
            CreateAgent {
                email: format!("{name}@getwear.example"),
                name: name.to_owned(),
                userpic: None,
                role: Role::Agent,
            },
        );
        let hired = self
            .write(move |write| create_agent(write, &owner, None, &command))
            .await;
        (hired.number, agent(self.organization, hired.number))
    }

    /// A visitor without a conversation.
    pub(crate) async fn welcome(&self, id: &str) -> (VisitorNumber, Actor) {
        let (organization, id) = (self.organization, VisitorId::known(id));
        let visitor = self
            .write(move |write| {
                let now = write.now();
                Ok(store::visitors::insert(
                    write.tx(),
                    organization,
                    &id,
                    "#7b61ff",
                    now,
                )?)
            })
            .await;
        let actor = Actor::Visitor {
            organization,
            visitor,
        };
        (visitor, actor)
    }

    /// A visitor who has said hello.
    pub(crate) async fn talk(&self, id: &str) -> (Actor, ConversationId) {
        let (_, visitor) = self.welcome(id).await;
        let hello = self
            .say(&visitor, None, "hello", "hello-00")
            .await
            .expect("a visitor may say hello");
        (visitor, hello.message.conversation_id.clone())
    }

    /// Writes a text, as over a socket.
    pub(crate) async fn say(
        &self,
        actor: &Actor,
        conversation: Option<&ConversationId>,
        text: &str,
        cid: &str,
    ) -> Result<Written> {
        let command = WriteMessage {
            conversation: conversation.cloned(),
            text: Some(text.to_owned()),
            cid: cid.to_owned(),
            ..WriteMessage::default()
        };
        self.send(actor, command).await
    }

    /// Writes whatever is written.
    pub(crate) async fn send(&self, actor: &Actor, command: WriteMessage) -> Result<Written> {
        let actor = *actor;
        self.app
            .write(move |write| messages::write(write, &actor, &command))
            .await
    }

    /// A conversation as it is stored.
    pub(crate) async fn conversation(&self, id: &ConversationId) -> Conversation {
        let (scope, id) = (Scope::organization(self.organization), id.clone());
        self.read(move |tx| Ok(store::conversations::find(tx, scope, &id)?))
            .await
            .expect("the conversation is there")
    }
}

fn agent(organization: OrganizationNumber, agent: AgentNumber) -> Actor {
    Actor::Agent {
        organization,
        agent,
        privileges: Privileges::ALL,
    }
}

/// What was told since the last time, in short.
pub(crate) fn told(news: &mut Receiver<News>) -> Vec<String> {
    std::iter::from_fn(|| news.try_recv().ok())
        .map(|news| match news {
            News::Event(event) => in_short(&event),
            news => format!("{news:?}"),
        })
        .collect()
}

/// An event, in short.
pub(crate) fn in_short(event: &Event) -> String {
    match &event.kind {
        EventKind::Message(message) | EventKind::Edited(message) => {
            format!("{} {} {}", event.seq, event.kind.name(), message.text)
        }
        kind => format!("{} {kind:?}", event.seq),
    }
}
