//! The connection breaks between a commit and its answer: whoever repeats with the same key has it exactly once, and
//! nobody is told that nothing happened (trust 3.4b).

use bench::durability::ledger::{Outcome, Repetition, Writer};
use testing::postgres_server::PostgresServer;

use crate::{deploy, proxy::Proxy};

/// Commits whose answer is lost.
const CUTS: usize = 60;

/// Writers at the same time.
const WRITERS: usize = 4;

/// Every so many commits one is cut: few enough that a message gets through in the end.
const EVERY: usize = 5;

/// Messages that are sent without a key.
const UNSAFE: usize = 6;

#[test]
fn a_commit_without_an_answer_happens_exactly_once_for_those_who_repeat() {
    let database = PostgresServer::start();
    let deployment = deploy(&database.url());
    let proxy = Proxy::start(database.port());
    let through = database.url_through(proxy.port());
    let installation = deployment
        .installation
        .clone()
        .set("PARLOUR_DATABASE_URL", &through);
    let server = installation.start().expect("the server starts");
    let address = server.address();
    proxy.cut_every(EVERY);
    let writers: Vec<(Writer, usize)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS)
            .map(|number| {
                let writer = Writer::new(&deployment.account, format!("visitor-{number}"));
                scope.spawn(|| write(writer, &address, &proxy))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a writer does not panic"))
            .collect()
    });
    proxy.cut_every(0);
    let (before_answer, before_commit) = proxy.cuts();
    let (mut acknowledged, mut refused) = (0, 0);
    for (writer, refusals) in &writers {
        let findings = writer.check(&address).expect("the server answers");
        assert!(findings.are_none(), "{findings}\n{:#?}", findings.examples);
        acknowledged += writer.entries().len();
        refused += refusals;
    }
    println!(
        "{before_answer} cuts before the answer and {before_commit} before the commit; {acknowledged} messages acknowledged, {refused} refusals repeated; 0 lost, 0 doubled"
    );
    assert!(
        refused * 2 > before_answer + before_commit,
        "the cuts hit something else"
    );
}

/// Sends until the cuts are made; repeats everything that is not acknowledged.
fn write(mut writer: Writer, address: &str, proxy: &Proxy) -> (Writer, usize) {
    let mut refusals = 0;
    while proxy.cuts().0 < CUTS {
        let mut entry = writer.send_next(address).expect("no other refusal");
        while let Outcome::Failed(refusal) = entry.outcome {
            assert_eq!(refusal.status, 503, "{refusal:?}");
            refusals += 1;
            let index = writer.entries().len() - 1;
            entry = writer.repeat(address, index).expect("no other refusal");
        }
    }
    (writer, refusals)
}

#[test]
fn a_commit_without_an_answer_is_called_what_it_is() {
    let database = PostgresServer::start();
    let deployment = deploy(&database.url());
    let proxy = Proxy::start(database.port());
    let through = database.url_through(proxy.port());
    let installation = deployment
        .installation
        .clone()
        .set("PARLOUR_DATABASE_URL", &through);
    let server = installation.start().expect("the server starts");
    let address = server.address();
    let mut writer = Writer::new(&deployment.account, "visitor".to_owned());
    // The visitor is there: what is stored can be read.
    writer.send_next(&address).expect("an answer");
    let mut stored = 1;
    for number in 0..UNSAFE {
        let before = proxy.cuts();
        proxy.cut_every(1);
        let text = format!("without a key {number}");
        let entry = writer
            .send_text(&address, text.clone(), Repetition::Unsafe)
            .expect("an answer");
        proxy.cut_every(0);
        let Outcome::Failed(refusal) = entry.outcome else {
            panic!("acknowledged without having heard of the commit: {entry:?}");
        };
        assert_eq!(refusal.status, 503, "{refusal:?}");
        assert!(refusal.message.contains("not known"), "{refusal:?}");
        assert_eq!(refusal.code, "unknown_outcome", "{refusal:?}");
        let texts = writer.texts(&address).expect("the server answers");
        let (cuts_before_answer, cuts_before_commit) = proxy.cuts();
        // Work in the background commits too, and may have been cut instead.
        if cuts_before_answer + cuts_before_commit == before.0 + before.1 + 1 {
            let is_committed = cuts_before_answer > before.0;
            assert_eq!(texts.contains(&text), is_committed, "{texts:?}");
        }
        stored += usize::from(texts.contains(&text));
        assert_eq!(texts.len(), stored, "{texts:?}");
    }
}
