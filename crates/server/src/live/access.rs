//! Who may open a connection: pages of known origins, and programs that show a proof (trust, case D1).

use super::reader::{Reader, Who};
use crate::{credential::Credential, origins::Origins};
use app::{Actor, App, Error, agents, conversations, keys, visitors};
use axum::http::{HeaderMap, header};
use model::{
    id::{AgentId, ConversationId, ConversationNumber, VisitorNumber},
    key::Privilege,
};

/// Names the agent in whose name a program with a key writes.
const AGENT_HEADER: &str = "parlour-agent";

/// What every visitor's token begins with.
const VISITOR_PREFIX: &str = "vt_";

/// Longest token or key that is looked at.
const PROOF_BYTES_MAX: usize = 256;

/// What a request shows.
pub(super) enum Shown {
    /// A page of a known origin: it proves who is there by its first frame.
    Page,
    /// A program with a proof.
    Proof(Proof),
    /// Neither: nobody who may come in.
    Nothing,
}

/// What is to prove who is there.
#[derive(Debug)]
pub(super) struct Proof {
    pub(super) token: String,
    pub(super) agent_id: Option<String>,
}

/// Looks at what a request shows. A page cannot show anything but its origin; for an event stream of the page's own origin
/// a browser says that in another way (Fetch, section 3.2; Fetch Metadata, section 2.3).
pub(super) fn shown(headers: &HeaderMap, origins: &Origins) -> Shown {
    let origin = headers.get(header::ORIGIN);
    let is_known = origin.is_some_and(|origin| {
        let mut all = headers.get_all(header::ORIGIN).iter();
        all.next();
        all.next().is_none() && origin.to_str().is_ok_and(|origin| origins.contains(origin))
    });
    if origin.is_some() && !is_known {
        return Shown::Nothing;
    }
    let agent_id = headers.get(AGENT_HEADER);
    let agent_id = agent_id.and_then(|id| id.to_str().ok()).map(str::to_owned);
    match Credential::of(headers) {
        Some(Credential::ApiKey(token) | Credential::Bearer(token)) => Shown::Proof(Proof {
            token: token.to_owned(),
            agent_id,
        }),
        None if is_known || is_same_origin(headers) => Shown::Page,
        Some(Credential::Unreadable) | None => Shown::Nothing,
    }
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "same-origin")
}

/// Somebody who proved who they are, and a visitor's conversation.
pub(super) struct Recognized {
    pub(super) reader: Reader,
    pub(super) own: Option<Own>,
}

/// A visitor's conversation.
pub(super) struct Own {
    pub(super) number: ConversationNumber,
    pub(super) id: ConversationId,
    pub(super) visitor: VisitorNumber,
    pub(super) head: i64,
}

/// Finds out whose proof it is, always in the store: what ended a moment ago opens nothing.
pub(super) async fn recognize(app: &App, proof: Proof) -> Result<Option<Recognized>, Error> {
    let now = app.clock().now();
    if proof.token.len() > PROOF_BYTES_MAX {
        return Ok(None);
    }
    app.read(move |tx| {
        let token = proof.token.as_str();
        if token.starts_with(VISITOR_PREFIX) {
            let Some(known) = visitors::by_token(tx, token, now)? else {
                return Ok(None);
            };
            let actor = known.actor();
            let own = conversations::find_own(tx, &actor)?;
            let reader = Reader {
                actor,
                who: Who::Visitor {
                    number: known.visitor,
                    id: known.visitor_id,
                },
                proved_at: now,
                expires_at: Some(known.expires_at),
            };
            let own = own.map(|own| Own {
                number: own.number,
                id: own.id,
                visitor: own.visitor,
                head: own.head,
            });
            return Ok(Some(Recognized { reader, own }));
        }
        let found = match keys::by_secret(tx, token)? {
            Some(found) => Some(found),
            None => keys::by_bearer_token(tx, token, now)?,
        };
        let Some(found) = found else {
            return Ok(None);
        };
        let actor = found.actor();
        actor.require(Privilege::Access)?;
        let (actor, who) = match proof.agent_id.as_deref() {
            None => (actor, Who::Program { key: found.key }),
            Some(id) => {
                let agent = agents::get(tx, &actor, &AgentId::new(id))?;
                let actor = Actor::Agent {
                    organization: found.organization.number,
                    agent: agent.number,
                    privileges: found.privileges,
                };
                let who = Who::Agent {
                    key: found.key,
                    number: agent.number,
                    id: agent.id,
                    name: agent.name,
                };
                (actor, who)
            }
        };
        let reader = Reader {
            actor,
            who,
            proved_at: now,
            expires_at: found.expires_at,
        };
        Ok(Some(Recognized { reader, own: None }))
    })
    .await
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;
    use crate::config::Config;

    #[test]
    fn a_page_shows_its_origin_in_one_of_two_ways() {
        let mut config = Config::default_for("data".into()).expect("the defaults are good");
        config.public_url = "https://chat.example".to_owned();
        let origins = Origins::of(&config).expect("origins");
        let is_page = |name: &'static str, value: &'static str| {
            let headers = HeaderMap::from_iter([(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )]);
            matches!(shown(&headers, &origins), Shown::Page)
        };
        assert!(is_page("origin", "https://chat.example"));
        assert!(is_page("sec-fetch-site", "same-origin"));
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "none"),
            ("accept", "*/*"),
        ] {
            assert!(!is_page(name, value), "{name}: {value}");
        }
    }
}
