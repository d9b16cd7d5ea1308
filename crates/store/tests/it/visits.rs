//! Visits: the stays of a visitor on a site.

use model::{
    id::VisitNumber,
    time::Millis,
    visit::{PageView, Visit},
};
use store::visits;
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, organization, scope_of, story, visitor};

both_databases!(
    a_visit_goes_on_and_ends,
    visits_are_listed_latest_first,
    only_the_latest_visits_are_kept,
);

fn visit(started_at: Millis) -> Visit {
    Visit {
        number: VisitNumber(0),
        host_name: "getwear.com".to_owned(),
        pages: vec![PageView {
            link: "https://getwear.com/?q=\"a\\b\"".to_owned(),
            title: "Jeans ’n’ more 👖".to_owned(),
            at: started_at,
        }],
        started_at,
        seen_at: started_at,
        finished_at: None,
    }
}

async fn a_visit_goes_on_and_ends(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let guest = visitor(tx, scope, "guest")?;
        let stranger = visitor(tx, scope, "stranger")?;
        assert_eq!(visits::find_latest(tx, scope, guest.number)?, None);

        let mut latest = visit(NOON);
        latest.number = visits::insert(tx, scope.organization, guest.number, &latest)?;
        let own = scope_of(scope, &guest);
        for scope in [scope, own] {
            let found = visits::find_latest(tx, scope, guest.number)?;
            assert_eq!(found, Some(latest.clone()));
        }
        for scope in [other, scope_of(scope, &stranger)] {
            assert_eq!(visits::find_latest(tx, scope, guest.number)?, None);
        }

        let before = latest.clone();
        latest.pages.push(PageView {
            link: "https://getwear.com/women".to_owned(),
            title: String::new(),
            at: NOON + 1,
        });
        latest.seen_at = NOON + 1;
        latest.finished_at = Some(NOON + 2);
        for foreign in [other, scope_of(scope, &stranger)] {
            visits::update(tx, foreign, &latest)?;
            let found = visits::find_latest(tx, scope, guest.number)?;
            assert_eq!(found, Some(before.clone()), "somebody else's row");
        }
        visits::update(tx, own, &latest)?;
        let found = visits::find_latest(tx, scope, guest.number)?;
        assert_eq!(found, Some(latest));
        assert_eq!(visits::find_latest(tx, scope, stranger.number)?, None);
        Ok(())
    })
    .await;
}

async fn visits_are_listed_latest_first(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let guest = visitor(tx, scope, "guest")?;
        let stranger = visitor(tx, scope, "stranger")?;
        let mut made = Vec::new();
        for minute in 0..3 {
            let mut one = visit(NOON + minute);
            one.number = visits::insert(tx, scope.organization, guest.number, &one)?;
            made.insert(0, one);
            visits::insert(tx, scope.organization, stranger.number, &visit(NOON))?;
        }
        let last = VisitNumber(i64::MAX);
        let first_page = visits::list(tx, scope, guest.number, last, 2)?;
        assert_eq!(first_page, made[..2]);
        let rest = visits::list(tx, scope, guest.number, made[1].number, 2)?;
        assert_eq!(rest, made[2..]);
        for foreign in [other, scope_of(scope, &stranger)] {
            assert_eq!(visits::list(tx, foreign, guest.number, last, 9)?, []);
        }
        Ok(())
    })
    .await;
}

async fn only_the_latest_visits_are_kept(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let guest = visitor(tx, scope, "guest")?;
        let stranger = visitor(tx, scope, "stranger")?;
        for minute in 0..5 {
            for who in [&guest, &stranger] {
                visits::insert(tx, scope.organization, who.number, &visit(NOON + minute))?;
            }
        }
        let last = VisitNumber(i64::MAX);
        let count = |tx: &mut store::Tx<'_>, who| {
            visits::list(tx, scope, who, last, 9).map(|visits| visits.len())
        };
        for foreign in [other, scope_of(scope, &stranger)] {
            assert_eq!(visits::delete_but_latest(tx, foreign, guest.number, 2)?, 0);
        }
        assert_eq!(visits::delete_but_latest(tx, scope, guest.number, 5)?, 0);
        assert_eq!(visits::delete_but_latest(tx, scope, guest.number, 2)?, 3);
        assert_eq!(visits::delete_but_latest(tx, scope, guest.number, 2)?, 0);
        let kept = visits::list(tx, scope, guest.number, last, 9)?;
        let starts: Vec<_> = kept.iter().map(|visit| visit.started_at).collect();
        assert_eq!(starts, [NOON + 4, NOON + 3]);
        assert_eq!(count(tx, stranger.number)?, 5);
        Ok(())
    })
    .await;
}
