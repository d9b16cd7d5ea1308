//! Visitors: made on first use.

use model::{
    id::{VisitorId, VisitorNumber},
    visitor::{Attribute, Attributes, Browser, Visitor},
};
use store::visitors;
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, conversation, group, organization, scope_of, story, visitor};

both_databases!(
    a_visitor_is_made_once,
    what_is_known_of_a_visitor_is_kept_as_it_was_told,
    visitors_are_listed_newest_first,
    a_visitor_is_found_with_their_conversation,
    what_a_browser_told_is_kept,
    groups_are_told_of_those_who_are_in_one,
);

async fn a_visitor_is_made_once(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let id = VisitorId::known("'; %_--\"v\"");
        let number = visitors::insert(tx, scope.organization, &id, "#7b61ff", NOON)?;
        let again = visitors::insert(tx, scope.organization, &id, "#000000", NOON + 1)?;
        let elsewhere = visitors::insert(tx, other.organization, &id, "#7b61ff", NOON)?;
        assert_eq!(again, number);
        assert_ne!(elsewhere, number);

        let made = Visitor {
            number,
            id: id.clone(),
            group_id: None,
            color: "#7b61ff".to_owned(),
            attributes: Attributes::new(),
            notes: None,
            marketing_consent: false,
            terms_of_service_consent: false,
            browser: Browser::default(),
            is_verified: false,
            banned_at: None,
            created_at: NOON,
        };
        assert_eq!(visitors::find(tx, scope, &id)?, Some(made.clone()));
        let own = scope_of(scope, &made);
        assert_eq!(visitors::find(tx, own, &id)?, Some(made.clone()));
        for scope in [scope, own] {
            assert_eq!(visitors::get(tx, scope, number)?, made);
        }

        let second = visitor(tx, scope, "second")?;
        let own = scope_of(scope, &second);
        assert_eq!(visitors::find(tx, own, &id)?, None, "somebody else's row");
        for foreign in [other, own] {
            assert!(visitors::get(tx, foreign, number).is_err());
        }
        let unknown = VisitorId::known("V");
        assert_eq!(visitors::find(tx, scope, &unknown)?, None);
        Ok(())
    })
    .await;
}

async fn what_is_known_of_a_visitor_is_kept_as_it_was_told(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let before = visitor(tx, scope, "visitor")?;
        let attributes = [
            ("EMAIL", Attribute::Text("zoë@exämple.com".to_owned())),
            (
                "quote \" and \\",
                Attribute::Text("'\"\\%_\n\t💬".to_owned()),
            ),
            ("big", Attribute::Integer(i64::MAX)),
            ("small", Attribute::Number(0.1)),
            ("vip", Attribute::Boolean(true)),
        ];
        let known = Visitor {
            attributes: attributes
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            notes: Some("likes\r\n\"tea\"; 🍵".to_owned()),
            marketing_consent: true,
            terms_of_service_consent: true,
            ..before.clone()
        };

        visitors::update(tx, other, &known)?;
        assert_eq!(visitors::find(tx, scope, &known.id)?, Some(before));
        visitors::update(tx, scope, &known)?;
        assert_eq!(visitors::find(tx, scope, &known.id)?, Some(known.clone()));

        let sales = group(tx, scope, "sales", &[])?;
        visitors::set_group(tx, other, known.number, Some(sales.number))?;
        assert_eq!(visitors::find(tx, scope, &known.id)?, Some(known.clone()));
        visitors::set_group(tx, scope, known.number, Some(sales.number))?;
        let grouped = Visitor {
            group_id: Some(sales.id),
            ..known.clone()
        };
        assert_eq!(visitors::find(tx, scope, &known.id)?, Some(grouped));
        visitors::set_group(tx, scope, known.number, None)?;
        assert_eq!(visitors::find(tx, scope, &known.id)?, Some(known));
        Ok(())
    })
    .await;
}

async fn visitors_are_listed_newest_first(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let mut made = Vec::new();
        for id in ["b", "a", "c"] {
            made.insert(0, visitor(tx, scope, id)?);
            visitor(tx, other, id)?;
        }

        let first = visitors::list(tx, scope, VisitorNumber(i64::MAX), 2)?;
        assert_eq!(first, made[..2]);
        assert_eq!(visitors::list(tx, scope, first[1].number, 2)?, made[2..]);
        assert_eq!(visitors::list(tx, scope, made[2].number, 2)?, []);
        let own = scope_of(scope, &made[1]);
        let found = visitors::list(tx, own, VisitorNumber(i64::MAX), 10)?;
        assert_eq!(found, made[1..2], "a visitor sees nobody else");
        Ok(())
    })
    .await;
}

async fn a_visitor_is_found_with_their_conversation(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let guest = visitor(tx, scope, "guest")?;
        let silent = visitor(tx, scope, "silent")?;
        let talk = conversation(tx, scope, &guest)?;

        let found = visitors::find_with_conversation(tx, scope, &guest.id)?;
        let place = Some((talk.number, talk.id));
        assert_eq!(found, Some((guest.number, place)));
        let found = visitors::find_with_conversation(tx, scope, &silent.id)?;
        assert_eq!(found, Some((silent.number, None)));
        let own = scope_of(scope, &silent);
        for (scope, why) in [(other, "another tenant's"), (own, "somebody else's")] {
            let found = visitors::find_with_conversation(tx, scope, &guest.id)?;
            assert_eq!(found, None, "{why}");
        }
        Ok(())
    })
    .await;
}

async fn what_a_browser_told_is_kept(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let guest = visitor(tx, scope, "guest")?;
        let browser = Browser {
            ip: Some("2001:db8::7".to_owned()),
            user_agent: "Mozilla/5.0 \"'\\".to_owned(),
            name: "Firefox 128".to_owned(),
            city: "Zürich".to_owned(),
            ..Browser::default()
        };
        assert!(visitors::lock(tx, other, guest.number).is_err());
        visitors::lock(tx, scope, guest.number)?;
        visitors::set_browser(tx, other, guest.number, &browser)?;
        let found = visitors::get(tx, scope, guest.number)?;
        assert_eq!(found, guest, "another tenant's row");
        visitors::set_browser(tx, scope, guest.number, &browser)?;
        let known = Visitor { browser, ..guest };
        assert_eq!(visitors::get(tx, scope, known.number)?, known);
        Ok(())
    })
    .await;
}

async fn groups_are_told_of_those_who_are_in_one(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let sales = group(tx, scope, "sales", &[])?;
        let support = group(tx, scope, "support", &[])?;
        let [first, second, third] = ["a", "b", "c"].map(|id| visitor(tx, scope, id));
        let (first, second, third) = (first?.number, second?.number, third?.number);
        visitors::set_group(tx, scope, third, Some(sales.number))?;
        visitors::set_group(tx, scope, first, Some(support.number))?;
        let wanted = [third, second, first, VisitorNumber(999)];
        let found = visitors::list_groups(tx, &wanted)?;
        assert_eq!(found, [(first, support.number), (third, sales.number)]);
        visitors::set_group(tx, scope, first, None)?;
        assert_eq!(visitors::list_groups(tx, &[first, second])?, []);
        assert_eq!(visitors::list_groups(tx, &[])?, []);
        Ok(())
    })
    .await;
}
