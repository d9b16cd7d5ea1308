//! Commands about work in the background that failed.

use model::time::Millis;
use serde_json::json;
use store::{Db, Location, Options, Tx, Verdict, jobs};

use super::Parlour;
use crate::arrange::{VISITOR, id_of, items, visitor_says};

/// When the jobs of this story failed, each a millisecond after the other.
const FAILED_AT: Millis = 1_800_000_000_000;

/// Lets every job fail for the last time, while no server runs.
fn bury_all(parlour: &Parlour) {
    let file = parlour.data_dir().join("parlour.db");
    let db = Db::open(&Options::new(Location::Sqlite(file)), drop).expect("an open database");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let buried = db.write(|tx| Ok(Verdict::<(), ()>::Keep(bury(tx)?, Vec::new())));
    runtime
        .block_on(buried)
        .expect("a commit")
        .expect("no refusal");
}

fn bury(tx: &mut Tx<'_>) -> store::Result<()> {
    let mut taken = jobs::lease(tx, i64::MAX - 1, i64::MAX, 100)?;
    taken.sort_by_key(|job| job.number);
    for (job, dead_at) in taken.into_iter().zip(FAILED_AT..) {
        assert!(jobs::bury(tx, job.number, job.fence, dead_at, "no tea")?);
    }
    Ok(())
}

#[test]
fn failed_jobs_are_listed_and_retried_beside_a_running_server() {
    let parlour = Parlour::new();
    let made = parlour.init();
    assert_eq!(
        parlour.on_data(&["job", "list", "--json"]).json(),
        json!([])
    );
    let mut serving = parlour.serve();
    let first = visitor_says(&serving.client(&made["apiKey"]), VISITOR, "Hello?");
    for visitor in ["two", "three"] {
        visitor_says(&serving.client(&made["apiKey"]), visitor, "Hello?");
    }
    assert!(serving.end("-TERM").success());
    bury_all(&parlour);

    let serving = parlour.serve();
    let client = serving.client(&made["apiKey"]);
    let listed = parlour.on_data(&["job", "list", "--json"]).json();
    let failed = listed.as_array().expect("a list");
    assert_eq!(failed.len(), 3);
    assert_eq!(
        failed[2],
        json!({
            "id": failed[2]["id"], "kind": "finish_chat", "conversationId": first["conversationId"], "attempts": 1,
            "failedAt": FAILED_AT, "error": "no tea",
        })
    );
    assert_eq!(items(&client, "/api/v1/jobs"), *failed);

    let id = id_of(&failed[2]);
    let retried = parlour.on_data(&["job", "retry", &id]);
    assert_eq!(
        (retried.code, retried.err.as_str()),
        (Some(0), "the job is due now\n")
    );
    assert_eq!(
        parlour.on_data(&["job", "retry", &id]).complaint(),
        "Job not found"
    );
    let left = parlour.on_data(&["job", "list"]);
    assert_eq!(left.out.lines().count(), 3, "{left:?}");
    let all = parlour.on_data(&["job", "retry", "--all"]);
    assert_eq!(
        (all.code, all.err.as_str()),
        (Some(0), "2 jobs are due now\n")
    );
    let none = parlour.on_data(&["job", "retry", "--all"]);
    assert_eq!(
        (none.code, none.err.as_str()),
        (Some(0), "0 jobs are due now\n")
    );
    for wrong in [&["job", "retry"][..], &["job", "retry", &id, "--all"]] {
        assert_eq!(parlour.on_data(wrong).code, Some(2));
    }
    assert_eq!(
        parlour.on_data(&["job", "list", "--json"]).json(),
        json!([])
    );
}
