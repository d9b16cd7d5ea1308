//! Stories of one connection, without any: what goes in and what comes out.

use app::{Actor, Error, conversations::Followed};
use model::{
    conversation::{Channel as ConversationChannel, Conversation, Status},
    event::{Event, EventKind, Side},
    id::{AgentId, AgentNumber, KeyNumber, OrganizationNumber, VisitorId, VisitorNumber},
    key::Privileges,
};
use serde_json::{Value, json};

use super::*;

const EPOCH: &str = "k7Qd";

/// A session and what it said.
struct Story {
    session: Session,
    now: Millis,
}

/// What comes out, in words.
#[derive(Debug, PartialEq)]
enum Said {
    Frame(Value),
    Asked(Question),
    Other(Out),
}

impl Story {
    fn of(reader: Option<Reader>) -> Self {
        let mut session = Session::new(&EPOCH.into(), &"".into(), 0, 0);
        session.begin(reader.map(Arc::new), None);
        Self { session, now: 0 }
    }

    fn visitor() -> Self {
        Self::of(Some(visitor()))
    }

    /// A visitor to whom the conversation was sent up to a place.
    fn following(head: i64) -> Self {
        let mut story = Self::visitor();
        story.says(json!({"t": "sub", "ch": "c:C1", "cursor": format!("{EPOCH}:{head}")}));
        story.hears(followed(page(head, &[])));
        story
    }

    fn says(&mut self, frame: Value) -> Vec<Said> {
        let out = self.session.on_client(&frame.to_string(), self.now);
        out.into_iter().map(said).collect()
    }

    fn hears(&mut self, answer: Answer) -> Vec<Said> {
        self.session
            .on_answer(answer)
            .into_iter()
            .map(said)
            .collect()
    }

    fn happens(&mut self, seq: i64) -> Vec<Said> {
        let telling = Arc::new(Telling::new(Arc::new(event(seq)), &"".into()));
        let out = self.session.on_news(&News::Event(telling));
        out.into_iter().map(said).collect()
    }

    fn ticks(&mut self, now: Millis) -> Vec<Said> {
        self.now = now;
        self.session.on_tick(now).into_iter().map(said).collect()
    }
}

fn said(out: Out) -> Said {
    match out {
        Out::Send(bytes) => Said::Frame(serde_json::from_slice(&bytes).expect("JSON")),
        Out::Ask(question) => Said::Asked(question),
        other => Said::Other(other),
    }
}

fn visitor() -> Reader {
    let (organization, number) = (OrganizationNumber(1), VisitorNumber(2));
    Reader {
        actor: Actor::Visitor {
            organization,
            visitor: number,
        },
        who: Who::Visitor {
            number,
            id: VisitorId::known("kZMv"),
        },
        proved_at: 0,
        expires_at: None,
    }
}

fn agent() -> Reader {
    let (organization, number) = (OrganizationNumber(1), AgentNumber(3));
    Reader {
        actor: Actor::Agent {
            organization,
            agent: number,
            privileges: Privileges::ALL,
        },
        who: Who::Agent {
            key: KeyNumber(4),
            number,
            id: AgentId::new("A1"),
            name: "Liz".to_owned(),
        },
        proved_at: 0,
        expires_at: None,
    }
}

fn event(seq: i64) -> Event {
    Event {
        organization: OrganizationNumber(1),
        conversation: ConversationNumber(9),
        conversation_id: ConversationId::new("C1"),
        visitor: VisitorNumber(2),
        seq,
        at: 7,
        kind: EventKind::Reopened,
    }
}

fn page(head: i64, seqs: &[i64]) -> Followed {
    Followed {
        conversation: Conversation {
            number: ConversationNumber(9),
            id: ConversationId::new("C1"),
            visitor: VisitorNumber(2),
            visitor_id: VisitorId::known("kZMv"),
            channel: ConversationChannel::Widget,
            head,
            status: Status::Open,
            assignee_id: None,
            group_id: None,
            chat: 1,
            is_chat_open: true,
            last_message_at: 0,
            visitor_seen: 0,
            agents_seen: 0,
            last_rating: None,
            created_at: 0,
        },
        events: seqs.iter().map(|seq| event(*seq)).collect(),
        is_recovered: true,
        is_limited: false,
        prev: None,
        has_more: seqs.last().is_some_and(|last| *last < head),
    }
}

fn followed(page: Followed) -> Answer {
    Answer::Followed(ConversationId::new("C1"), Ok(Box::new(page)))
}

fn read(why: Why, page: Followed) -> Answer {
    Answer::ReadOn(ConversationId::new("C1"), why, Ok(Box::new(page)))
}

fn ev(seq: i64) -> Said {
    let data = json!({"status": "open"});
    Said::Frame(
        json!({"t": "ev", "ch": "c:C1", "seq": seq, "kind": "status", "at": 7, "data": data}),
    )
}

fn asks_after(after: i64, why: Why) -> Said {
    Said::Asked(Question::ReadOn {
        id: ConversationId::new("C1"),
        number: ConversationNumber(9),
        after,
        why,
    })
}

fn code(said: &[Said]) -> &str {
    match said {
        [Said::Frame(frame), ..] => frame["code"].as_str().unwrap_or("none"),
        _ => "none",
    }
}

#[test]
fn events_flow_in_order_and_none_twice() {
    let mut story = Story::following(3);
    assert_eq!(story.happens(4), [ev(4)]);
    assert_eq!(story.happens(4), []);
    assert_eq!(story.happens(2), []);
    assert_eq!(story.happens(5), [ev(5)]);
}

#[test]
fn a_gap_is_read_and_then_told_as_if_it_had_been_heard() {
    let mut story = Story::following(3);
    assert_eq!(story.happens(6), [asks_after(3, Why::Gap)]);
    assert_eq!(story.happens(7), []);
    let told = story.hears(read(Why::Gap, page(6, &[4, 5, 6])));
    assert_eq!(told, [ev(4), ev(5), ev(6), asks_after(6, Why::Gap)]);
    assert_eq!(story.hears(read(Why::Gap, page(7, &[7]))), [ev(7)]);
    assert_eq!(story.happens(8), [ev(8)]);
}

#[test]
fn what_happens_while_a_channel_is_asked_for_is_not_lost() {
    let mut story = Story::visitor();
    let asked = story.says(json!({"t": "sub", "ch": "c:C1"}));
    assert!(matches!(asked[..], [Said::Asked(Question::Follow { .. })]));
    assert_eq!(story.happens(3), []);
    let told = story.hears(followed(page(2, &[1, 2])));
    assert!(matches!(&told[..], [Said::Frame(frame), last]
        if frame["t"] == "subok" && frame["head"] == 2 && *last == asks_after(2, Why::Gap)));
    assert_eq!(story.hears(read(Why::Gap, page(3, &[3]))), [ev(3)]);
}

#[test]
fn a_client_behind_by_pages_is_told_nothing_until_it_has_asked_for_the_last() {
    let mut story = Story::visitor();
    story.says(json!({"t": "sub", "ch": "c:C1", "cursor": format!("{EPOCH}:0")}));
    let told = story.hears(followed(page(4, &[1, 2])));
    assert!(matches!(&told[..], [Said::Frame(frame)] if frame["more"] == true));
    assert_eq!(story.happens(5), []);
    let asked = story.says(json!({"t": "more", "ch": "c:C1", "cursor": format!("{EPOCH}:2")}));
    assert_eq!(asked, [asks_after(2, Why::Asked)]);
    let told = story.hears(read(Why::Asked, page(5, &[3, 4, 5])));
    assert!(matches!(&told[..], [Said::Frame(frame)] if frame["more"] == false));
    assert_eq!(story.happens(6), [ev(6)]);
}

#[test]
fn a_gap_of_many_pages_or_one_that_cannot_be_read_is_left_to_the_client() {
    for answer in [
        read(Why::Gap, page(900, &[4, 5])),
        Answer::ReadOn(
            ConversationId::new("C1"),
            Why::Gap,
            Err(Error::NotFound("Conversation")),
        ),
    ] {
        let mut story = Story::following(3);
        story.happens(900);
        let heads = json!({"t": "hb", "heads": {"c:C1": 900}});
        assert_eq!(story.hears(answer), [Said::Frame(heads)]);
        assert_eq!(story.happens(901), []);
    }
}

#[test]
fn a_visitor_hears_once_of_a_conversation_that_somebody_else_began() {
    let mut story = Story::visitor();
    let heads = json!({"t": "hb", "heads": {"c:C1": 1}});
    assert_eq!(story.happens(1), [Said::Frame(heads)]);
    assert_eq!(story.happens(2), []);
    let heads = json!({"t": "hb", "heads": {"c:C1": 2}});
    assert_eq!(story.ticks(25_000), [Said::Frame(heads)]);
    let mut story = Story::of(Some(agent()));
    assert_eq!(story.happens(1), []);
}

#[test]
fn d2_nobody_stays_unknown_and_nobody_is_known_twice() {
    let mut story = Story::of(None);
    let nack = story.says(json!({"t": "sub", "ch": "me"}));
    assert_eq!(code(&nack), "permission_denied");
    assert_eq!(story.session.next_tick(), AUTH_MS);
    assert_eq!(story.ticks(AUTH_MS - 1), []);
    let close = Said::Other(Out::Close(CloseCode::Unauthorized));
    assert_eq!(story.ticks(AUTH_MS), [close]);

    let mut story = Story::of(None);
    let asked = story.says(json!({"t": "auth", "token": "vt_1"}));
    assert!(matches!(
        asked[..],
        [Said::Asked(Question::Authenticate { .. })]
    ));
    assert!(!story.session.wants_frames());
    let told = story.hears(Answer::Authenticated(Ok(Some(Arc::new(visitor())))));
    let known = json!({"t": "authok", "role": "visitor", "visitorId": "kZMv"});
    assert_eq!(told, [Said::Frame(known)]);
    let nack = story.says(json!({"t": "auth", "token": "vt_2"}));
    assert_eq!(code(&nack), "permission_denied");

    let mut story = Story::of(None);
    story.says(json!({"t": "auth", "token": "wrong"}));
    let told = story.hears(Answer::Authenticated(Ok(None)));
    assert_eq!(told, [Said::Other(Out::Close(CloseCode::Unauthorized))]);
}

#[test]
fn a_connection_ends_with_its_proof_and_with_its_client() {
    let mut story = Story::of(Some(Reader {
        expires_at: Some(20_000),
        ..visitor()
    }));
    assert_eq!(story.session.next_tick(), 20_000);
    let close = Said::Other(Out::Close(CloseCode::Unauthorized));
    assert_eq!(story.ticks(20_000), [close]);
    let mut story = Story::visitor();
    story.ticks(SILENCE_MS - 1);
    assert_eq!(story.ticks(SILENCE_MS), [Said::Other(Out::Drop)]);
}

#[test]
fn d3_bad_frames_are_refused_in_the_same_words_and_the_fifth_ends_it() {
    let mut story = Story::visitor();
    let bad = ["{", "[]", "{}", r#"{"t":"base"}"#, r#"["hb",{}]"#];
    for (number, text) in bad.into_iter().enumerate() {
        let out: Vec<Said> = story
            .session
            .on_client(text, 0)
            .into_iter()
            .map(said)
            .collect();
        assert_eq!(code(&out), "bad_frame", "{text}");
        let is_last = out.contains(&Said::Other(Out::Close(CloseCode::BadFrames)));
        assert_eq!(is_last, number == 4, "{text}");
    }
}

#[test]
fn d6_too_many_frames_are_refused_for_a_while_and_then_it_ends() {
    let mut story = Story::visitor();
    for _ in 0..40 {
        assert_eq!(story.says(json!({"t": "hb"})), []);
    }
    for _ in 0..100 {
        let refused = story.says(json!({"t": "hb"}));
        assert_eq!(code(&refused), "rate_limited");
    }
    let close = Said::Other(Out::Close(CloseCode::RateLimited));
    assert_eq!(story.says(json!({"t": "hb"})), [close]);
    let mut story = Story::visitor();
    for number in 0..200 {
        story.now += 60;
        let asked = story.says(json!({"t": "sub", "ch": format!("c:C{number}")}));
        let is_refused = code(&asked) == "rate_limited";
        assert_eq!(is_refused, number >= 100, "{number}");
    }
}

#[test]
fn d9_d10_what_may_not_be_is_refused_before_anybody_is_asked() {
    let mut story = Story::following(1);
    let text = json!({"text": "x"});
    for cid in [
        json!(null),
        json!("a"),
        json!("../../etc"),
        json!("x".repeat(65)),
        json!("pläin cid"),
    ] {
        story.now += 1_000;
        let nack = story.says(json!({"t": "send", "cid": cid, "ch": "c:C1", "data": text}));
        assert_eq!(code(&nack), "invalid_parameter", "{cid}");
    }
    let typing = json!({"isTyping": true});
    for (ch, kind, expected) in [
        ("c:C2", "typing", "not_found"),
        ("c:C1", "presence", "permission_denied"),
        ("c:C1", "notify", "permission_denied"),
        ("me", "typing", "permission_denied"),
        ("inbox", "presence", "permission_denied"),
    ] {
        let nack = story.says(json!({"t": "eph", "ch": ch, "kind": kind, "data": typing}));
        assert_eq!(code(&nack), expected, "{ch} {kind}");
    }
    for ch in ["inbox", "c:", "c:a/b", "x", "c:é"] {
        let nack = story.says(json!({"t": "sub", "ch": ch}));
        assert_eq!(code(&nack), "not_found", "{ch}");
    }
}

#[test]
fn visitors_previews_are_for_agents_and_nobody_hears_themselves() {
    let mut story = Story::following(1);
    let preview = "x".repeat(600);
    let data = json!({"isTyping": true, "preview": preview});
    let told = story.says(json!({"t": "eph", "ch": "c:C1", "kind": "typing", "data": data}));
    let [Said::Other(Out::Tell(signal))] = &told[..] else {
        panic!("{told:?}");
    };
    let typing = Typing {
        conversation_id: ConversationId::new("C1"),
        signal: signal.clone(),
    };
    assert_eq!(typing.seen_by(&visitor()), None);
    let seen = typing.seen_by(&agent()).expect("agents see it");
    assert_eq!(seen["preview"].as_str().map(str::len), Some(500));
    let typing = Typing {
        conversation_id: ConversationId::new("C1"),
        signal: SignalKind::Typing {
            conversation: ConversationNumber(9),
            by: Side::Agent,
            agent: Some(AgentId::new("A1")),
            name: Some("Liz".to_owned()),
            is_typing: true,
            preview: None,
        },
    };
    assert_eq!(typing.seen_by(&agent()), None);
    let seen = typing.seen_by(&visitor()).expect("visitors see it");
    assert_eq!(
        seen,
        json!({"by": "agent", "isTyping": true, "agentName": "Liz"})
    );
}

#[test]
fn a_client_that_has_what_was_never_sent_is_told_to_begin_anew() {
    let mut story = Story::following(3);
    assert_eq!(
        story.says(json!({"t": "hb", "cursors": {"c:C1": 3, "c:C7": 99}})),
        []
    );
    let close = Said::Other(Out::Close(CloseCode::Mismatch));
    assert_eq!(
        story.says(json!({"t": "hb", "cursors": {"c:C1": 4}})),
        [close]
    );
}

#[test]
fn d7_places_that_are_none_begin_everything_anew() {
    let mut story = Story::following(3);
    for cursor in ["other:2", "k7Qd:-1", "k7Qd:9223372036854775808", "words"] {
        story.now += 1_000;
        let asked = story.says(json!({"t": "more", "ch": "c:C1", "cursor": cursor}));
        let anew = Question::Follow {
            id: ConversationId::new("C1"),
            cursor: None,
        };
        assert_eq!(asked, [Said::Asked(anew)], "{cursor}");
        story.hears(followed(page(3, &[1, 2, 3])));
    }
}
