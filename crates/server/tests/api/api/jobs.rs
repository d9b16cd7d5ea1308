//! Jobs: what runs when it is due, what becomes of those that fail, and that no two workers do the same.

use std::{cell::RefCell, time::Duration};

use app::jobs::{self, Due};
use model::{
    id::ConversationNumber,
    job::{Job, JobKind},
};
use serde_json::{Value, json};
use store::Value as Parameter;
use testing::{
    client::Client,
    server::{START, TestServer, eventually, within},
};

use crate::arrange::{
    VISITOR, figure, id_of, items, only_conversation, text_of, visitor_says, wait_for_figure,
    with_scopes,
};

const PATH: &str = "/api/v1/jobs";
const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;

/// How many jobs of the one kind that these stories have were done.
const DONE: &str = "parlour_jobs_done_total{kind=\"finish_chat\"}";

/// What nobody wrote for as long ends a chat.
const IDLE_MS: i64 = 15 * MINUTE_MS;

fn count_chats(client: &Client, is_open: bool) -> usize {
    let conversations = items(client, "/api/v1/conversations?limit=100");
    let chats = conversations.iter();
    chats.filter(|chat| chat["isChatOpen"] == is_open).count()
}

fn wait_for_chats(client: &Client, finished: usize) {
    eventually("the ends of the chats", || {
        (count_chats(client, false) == finished).then_some(())
    });
}

/// Changes rows as no operation does.
fn spoil(server: &TestServer, sql: &'static str, parameters: &[i64]) -> u64 {
    let parameters = parameters.to_owned();
    let spoilt = server.write(move |write| {
        let values: Vec<Parameter<'_>> = parameters.iter().map(|value| (*value).into()).collect();
        Ok(write.tx().run(sql, &values)?)
    });
    spoilt.expect("rows can be changed")
}

fn next_run_at(server: &TestServer) -> Option<i64> {
    let next = server.write(|write| {
        let now = write.now();
        Ok(store::jobs::find_next_run_at(write.tx(), now)?)
    });
    next.expect("the store answers")
}

/// The timer of a chat of the first conversation.
fn timer_of(chat: i64) -> JobKind {
    let conversation = ConversationNumber(1);
    JobKind::FinishChat { conversation, chat }
}

/// Whatever moved the clock, the job runs then, not when the runner looks again by itself a second later.
#[test]
fn a_job_runs_as_soon_as_it_is_due() {
    const ROUNDS: usize = 8;
    let server = TestServer::start();
    let client = server.client();
    let begin = || {
        visitor_says(&client, VISITOR, "Hello?");
        server.advance(IDLE_MS);
    };
    begin();
    let round = RefCell::new(1);
    within(Duration::from_secs(4), "the ends of eight chats", || {
        let has_ended = only_conversation(&client)["isChatOpen"] == false;
        match *round.borrow() {
            ROUNDS if has_ended => return Some(()),
            _ if has_ended => begin(),
            _ => return None,
        }
        *round.borrow_mut() += 1;
        None
    });
    wait_for_figure(&client, DONE, 8.0);
    assert_eq!(figure(&client, "parlour_jobs_behind_seconds"), Some(0.0));
}

#[test]
fn a_job_that_fails_is_tried_ever_later_until_it_is_dead_and_retried() {
    const FAILED: &str = "parlour_jobs_failed_total{kind=\"finish_chat\"}";
    const DEAD: &str = "parlour_jobs_dead{kind=\"finish_chat\"}";
    let server = TestServer::start_unlimited();
    let client = server.client();
    let conversation = visitor_says(&client, VISITOR, "Hello?");
    assert_eq!(spoil(&server, "update jobs set payload = 'x'", &[]), 1);
    server.advance(IDLE_MS);
    let mut now = START + IDLE_MS;
    for attempt in 1..jobs::ATTEMPTS_MAX {
        wait_for_figure(&client, FAILED, attempt as f64);
        assert_eq!(items(&client, PATH), Vec::<Value>::new());
        let wait = next_run_at(&server).expect("it is tried again") - now;
        let expected = ((5 * SECOND_MS) << (attempt - 1)).min(60 * MINUTE_MS);
        let bounds = expected * 9 / 10..=expected * 11 / 10;
        assert!(bounds.contains(&wait), "{attempt}: {wait} in {bounds:?}");
        server.advance(wait);
        now += wait;
    }
    wait_for_figure(&client, FAILED, jobs::ATTEMPTS_MAX as f64);
    wait_for_figure(&client, DEAD, 1.0);
    assert_eq!(next_run_at(&server), None);
    let dead = items(&client, PATH);
    let id = id_of(&dead[0]);
    assert_eq!(
        dead,
        [json!({
            "id": id,
            "kind": "finish_chat",
            "conversationId": conversation["conversationId"],
            "attempts": jobs::ATTEMPTS_MAX,
            "error": "the content is not that of the kind \"finish_chat\"",
            "failedAt": now,
        })]
    );
    assert_eq!(only_conversation(&client)["isChatOpen"], true);

    // Somebody repairs the cause, and the job does what it was to do.
    let retry = format!("{PATH}/{id}/retry");
    spoil(&server, "update jobs set payload = '1'", &[]);
    client.post(&retry, &json!({})).empty(204);
    wait_for_chats(&client, 1);
    assert_eq!(items(&client, PATH), Vec::<Value>::new());
    assert_eq!(figure(&client, DEAD), None);
    for id in [id.as_str(), "0", "x", "9223372036854775808"] {
        assert_eq!(
            client
                .post(&format!("{PATH}/{id}/retry"), &json!({}))
                .refusal(),
            "404 document_not_found: Job not found"
        );
    }
}

#[test]
fn dead_jobs_are_seen_and_retried_by_those_who_may_configure() {
    let server = TestServer::start();
    let (client, other) = (server.client(), server.second_organization());
    let theirs = server.client_of(&other);
    for visitor in ["one", "two", "three"] {
        visitor_says(&client, visitor, "Hello?");
        server.advance(SECOND_MS);
    }
    spoil(&server, "update jobs set attempts = 19, payload = 'x'", &[]);
    server.advance(IDLE_MS);
    let dead = eventually("three dead jobs", || {
        let dead = items(&client, PATH);
        (dead.len() == 3).then_some(dead)
    });
    let first = client.get(&format!("{PATH}?limit=2")).json(200);
    let cursor = text_of(&first["nextCursor"]);
    let second = client.get(&format!("{PATH}?limit=2&cursor={cursor}"));
    let pages = [&first["items"], &second.json(200)["items"]].map(|page| page.as_array().cloned());
    assert_eq!(pages.map(Option::unwrap_or_default).concat(), dead);

    // Another organization neither sees nor retries them.
    let retry = format!("{PATH}/{}/retry", id_of(&dead[0]));
    assert_eq!(items(&theirs, PATH), Vec::<Value>::new());
    assert_eq!(
        theirs.post(&retry, &json!({})).refusal(),
        "404 document_not_found: Job not found"
    );
    let narrow = with_scopes(&client, &server.stranger(), &["access", "assign"]);
    for refused in [narrow.get(PATH), narrow.post(&retry, &json!({}))] {
        assert_eq!(
            refused.refusal(),
            "403 permission_denied: the key lacks the scope configure"
        );
    }
    assert_eq!(items(&client, PATH), dead);
}

#[test]
fn a_job_whose_workers_die_is_not_begun_for_ever() {
    let server = TestServer::start();
    let client = server.client();
    visitor_says(&client, VISITOR, "Hello?");
    // As often as this it was begun, and nobody lived to tell.
    spoil(
        &server,
        "update jobs set attempts = $1",
        &[jobs::ATTEMPTS_MAX],
    );
    server.advance(IDLE_MS);
    let dead = eventually("a dead job", || items(&client, PATH).pop());
    assert_eq!(
        (&dead["error"], &dead["attempts"]),
        (&json!("its workers died"), &json!(jobs::ATTEMPTS_MAX + 1))
    );
    assert_eq!(count_chats(&client, true), 1);
}

#[test]
fn a_kind_of_a_newer_node_is_left_alone() {
    let server = TestServer::start();
    let client = server.client();
    visitor_says(&client, "theirs", "Hello?");
    spoil(
        &server,
        "update jobs set kind = 'brew_tea', attempts = $1",
        &[jobs::ATTEMPTS_MAX],
    );
    visitor_says(&client, "ours", "Hello?");
    server.advance(IDLE_MS);
    wait_for_chats(&client, 1);
    let wait_for_rest = |round: i64| {
        let until = START + IDLE_MS + round * MINUTE_MS;
        eventually("a minute of rest", || {
            (next_run_at(&server) == Some(until)).then_some(())
        });
    };
    wait_for_rest(1);
    for round in 2..5 {
        server.advance(MINUTE_MS);
        wait_for_rest(round);
    }
    assert_eq!(items(&client, PATH), Vec::<Value>::new());
    assert_eq!(
        figure(&client, "parlour_jobs_failed_total{kind=\"brew_tea\"}"),
        None
    );
    // The newer node comes.
    spoil(
        &server,
        "update jobs set kind = 'finish_chat', attempts = 0",
        &[],
    );
    server.advance(MINUTE_MS);
    wait_for_chats(&client, 2);
}

/// Leases the one job for a minute that begins when it is due, before the server can.
fn hold(server: &TestServer) -> Job {
    let due = START + IDLE_MS;
    let held =
        server.write(move |write| Ok(store::jobs::lease(write.tx(), due, due + MINUTE_MS, 1)?));
    held.expect("a lease").remove(0)
}

#[test]
fn a_worker_whose_lease_ended_writes_nothing() {
    let server = TestServer::start();
    let client = server.client();
    visitor_says(&client, VISITOR, "Hello?");
    let held = hold(&server);
    server.advance(IDLE_MS);
    visitor_says(&client, "another", "Hello?");
    server.advance(MINUTE_MS - 10 * SECOND_MS + 1);
    assert_eq!(count_chats(&client, false), 0, "somebody has the job");

    // Its lease is about to end: it does not even begin.
    let late = held.clone();
    let refused = server.write(move |write| jobs::run(write, &late, |_| panic!("it began")));
    assert!(refused.is_err_and(|error| jobs::is_lost(&error)));

    server.advance(10 * SECOND_MS);
    wait_for_chats(&client, 1);
    // One whose clock stands still does begin, and leaves nothing behind.
    let before = server.world();
    let next = next_run_at(&server);
    let slow = Job {
        leased_until: i64::MAX,
        ..held
    };
    let refused = server.write(move |write| {
        jobs::run(write, &slow, |write| {
            write.call_for(slow.organization, &timer_of(1), 0)?;
            Ok(Due::Done)
        })
    });
    assert!(refused.is_err_and(|error| jobs::is_lost(&error)));
    assert_eq!((server.world(), next_run_at(&server)), (before, next));
}

#[test]
fn a_stop_finishes_what_runs_and_gives_back_the_rest() {
    const JOBS: i64 = 3_000;
    let mut server = TestServer::start();
    let number = server.organization().number;
    visitor_says(&server.client(), VISITOR, "Hello?");
    let written = server.write(move |write| {
        let now = write.now();
        // Timers of chats that ended long ago, so that the next one may be there.
        (1..=JOBS).try_for_each(|chat| write.call_for(number, &timer_of(-chat), now))
    });
    written.expect("many jobs");
    eventually("the first of them", || figure(&server.client(), DONE));
    assert!(server.stop(), "something had to be cut off");
    server.start_again();
    // The clock stands still: what was leased and not given back would not be leased again.
    eventually("the last of them", || {
        let left = spoil(
            &server,
            "update jobs set payload = payload where run_at = $1",
            &[START],
        );
        (left == 0).then_some(())
    });
    assert!(
        figure(&server.client(), DONE).is_some(),
        "it stopped after the last"
    );
    assert_eq!(items(&server.client(), PATH), Vec::<Value>::new());
}

#[test]
fn two_nodes_do_each_job_once() {
    const CHATS: usize = 90;
    let (first, second) = TestServer::start_two();
    let clients = [first.client(), second.client()];
    for number in 0..CHATS {
        visitor_says(&clients[number % 2], &format!("visitor-{number}"), "Hello?");
        if number % 30 == 29 {
            first.advance(MINUTE_MS);
        }
    }
    first.advance(IDLE_MS);
    wait_for_chats(&clients[0], CHATS);
    let count = |name: &str| -> f64 {
        let name = format!("{name}{{kind=\"finish_chat\"}}");
        clients
            .iter()
            .filter_map(|client| figure(client, &name))
            .sum()
    };
    // A chat is finished a moment before it is counted.
    eventually("the count", || {
        (count("parlour_jobs_done_total") >= CHATS as f64).then_some(())
    });
    assert_eq!(count("parlour_jobs_done_total"), CHATS as f64);
    assert_eq!(count("parlour_jobs_failed_total"), 0.0);
    assert_eq!(next_run_at(&first), None);
}
