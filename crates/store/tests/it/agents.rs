//! Agents: people and dummies.

use model::{
    agent::{Agent, Role},
    id::{AgentId, AgentNumber},
    presence::{Choice, LEASE_MS},
};
use store::{Result, Tx, agents, conversations, groups, messages};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, agent, group, message, new_agent, organization, story, talk};

both_databases!(
    an_agent_is_found_by_id_and_by_mail_in_any_case,
    the_author_of_messages_is_found_deleted_or_not,
    only_who_is_online_is_kept_online,
    agents_are_listed_page_by_page,
    senders_who_are_available_come_first,
    owners_and_dummies_are_counted,
    an_update_changes_everything_but_takes_nobodys_mail,
    a_deleted_agent_leaves_everything_but_their_messages,
);

async fn an_agent_is_found_by_id_and_by_mail_in_any_case(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let zoe = Agent {
            id: AgentId::new("zoe"),
            email: "Zoë.O'Brien@Exämple.com".to_owned(),
            name: "Zoë \"Z\" O'Brien 💬 100%_\\".to_owned(),
            userpic: Some("https://example.com/z.png?a=1&b=2".to_owned()),
            role: Role::Administrator,
            is_dummy: true,
            ..agent(tx, scope, "before")?
        };
        let number = agents::insert(tx, scope.organization, &new_agent(&zoe))?;
        let zoe = Agent {
            number: number.expect("the e-mail is free"),
            ..zoe
        };

        assert_eq!(agents::find(tx, scope, &zoe.id)?, Some(zoe.clone()));
        let shouted = "ZOË.O'BRIEN@EXÄMPLE.COM";
        assert_eq!(
            agents::find_by_email(tx, scope, shouted)?,
            Some(zoe.clone())
        );
        assert_eq!(
            agents::find_by_email(tx, scope, "zoe.o'brien@example.com")?,
            None
        );

        let twin = Agent {
            id: AgentId::new("twin"),
            email: shouted.to_owned(),
            ..zoe.clone()
        };
        let taken = agents::insert(tx, scope.organization, &new_agent(&twin))?;
        assert_eq!(taken, None);
        assert_eq!(agents::find(tx, scope, &twin.id)?, None);

        assert_eq!(agents::find(tx, other, &zoe.id)?, None);
        assert_eq!(agents::find_by_email(tx, other, &zoe.email)?, None);
        let elsewhere = agents::insert(tx, other.organization, &new_agent(&zoe))?;
        assert_ne!(elsewhere.expect("free in another organization"), zoe.number);
        Ok(())
    })
    .await;
}

async fn the_author_of_messages_is_found_deleted_or_not(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let ann = agent(tx, scope, "ann")?;
        assert_eq!(agents::get(tx, scope, ann.number)?, ann);
        let found = agents::find_by_number(tx, scope, ann.number)?;
        assert_eq!(found.as_ref(), Some(&ann));
        assert_eq!(agents::find_by_number(tx, other, ann.number)?, None);
        agents::delete(tx, scope, ann.number, NOON)?;
        assert_eq!(agents::find_by_number(tx, scope, ann.number)?, None);
        assert_eq!(agents::get(tx, scope, ann.number)?, ann);
        assert!(agents::get(tx, other, ann.number).is_err());
        Ok(())
    })
    .await;
}

async fn only_who_is_online_is_kept_online(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let ann = agent(tx, scope, "ann")?;
        let bob = agent(tx, scope, "bob")?;
        let renew = |tx: &mut Tx<'_>, scope, now| {
            agents::renew_online_until(tx, scope, &ann.id, now, now + LEASE_MS)
        };
        assert!(!renew(tx, scope, NOON)?, "somebody has to come first");
        assert!(agents::set_online_until(tx, scope, &ann.id, NOON + 9)?);
        assert!(!renew(tx, other, NOON)?);
        assert!(!renew(tx, scope, NOON + 9)?, "it has ended");
        assert!(renew(tx, scope, NOON + 8)?);
        let until = |tx: &mut Tx<'_>, number| -> Result<i64> {
            Ok(agents::get(tx, scope, number)?.presence.online_until)
        };
        assert_eq!(until(tx, ann.number)?, NOON + 8 + LEASE_MS);
        assert_eq!(until(tx, bob.number)?, 0);
        agents::delete(tx, scope, ann.number, NOON)?;
        assert!(!renew(tx, scope, NOON)?);
        Ok(())
    })
    .await;
}

async fn agents_are_listed_page_by_page(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let mut made = Vec::new();
        for name in ["e", "d", "c", "b", "a"] {
            made.push(agent(tx, scope, name)?);
            agent(tx, other, name)?;
        }
        let gone = made.remove(1);
        agents::delete(tx, scope, gone.number, NOON)?;

        let first = agents::list(tx, scope, AgentNumber(0), 3)?;
        assert_eq!(first, made[..3]);
        let second = agents::list(tx, scope, first[2].number, 3)?;
        assert_eq!(second, made[3..]);
        assert_eq!(agents::list(tx, scope, second[0].number, 3)?, []);
        Ok(())
    })
    .await;
}

async fn senders_who_are_available_come_first(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let [away, here, invisible, late] = [
            agent(tx, scope, "away")?,
            agent(tx, scope, "here")?,
            agent(tx, scope, "invisible")?,
            agent(tx, scope, "late")?,
        ];
        let names = |agents: Vec<Agent>| agents.into_iter().map(|agent| agent.name).collect();
        let senders: Vec<String> = names(agents::list_senders(tx, scope, None, NOON, 10)?);
        assert_eq!(senders, ["away", "here", "invisible", "late"]);
        assert!(!agents::is_any_available(tx, scope, NOON)?);

        for agent in [&here, &invisible] {
            let until = NOON + LEASE_MS;
            assert!(agents::set_online_until(tx, scope, &agent.id, until)?);
            assert!(!agents::set_online_until(tx, other, &agent.id, until)?);
        }
        // A lease that ends now has ended.
        assert!(agents::set_online_until(tx, scope, &late.id, NOON)?);
        let unknown = AgentId::new("unknown");
        assert!(!agents::set_online_until(tx, scope, &unknown, NOON)?);
        let mut hidden = agents::find(tx, scope, &invisible.id)?.expect("just made");
        hidden.presence.choice = Choice::Invisible;
        assert!(agents::update(tx, scope, &hidden)?);

        let found = agents::list(tx, scope, AgentNumber(0), 10)?;
        let by_rule: Vec<bool> = found
            .iter()
            .map(|agent| agent.presence.is_available(NOON))
            .collect();
        assert_eq!(by_rule, [false, true, false, false]);
        let available: Vec<String> = names(agents::list_available(tx, scope, NOON - 1, 10)?);
        assert_eq!(available, ["here", "late"]);
        let first: Vec<String> = names(agents::list_available(tx, scope, NOON - 1, 1)?);
        assert_eq!(first, ["here"]);
        assert_eq!(agents::list_available(tx, scope, NOON + LEASE_MS, 10)?, []);
        assert_eq!(agents::list_available(tx, other, NOON, 10)?, []);
        assert!(agents::is_any_available(tx, scope, NOON)?);
        assert!(!agents::is_any_available(tx, scope, NOON + LEASE_MS)?);
        assert!(!agents::is_any_available(tx, other, NOON)?);

        let senders: Vec<String> = names(agents::list_senders(tx, scope, None, NOON, 2)?);
        assert_eq!(senders, ["here", "away"]);
        let sales = group(tx, scope, "sales", &[&away, &late])?;
        let in_group = agents::list_senders(tx, scope, Some(sales.number), NOON - 1, 10)?;
        let senders: Vec<String> = names(in_group);
        assert_eq!(senders, ["late", "away"]);
        for (now, expected) in [(NOON - 1, true), (NOON, false)] {
            let found = agents::is_any_of_group_available(tx, scope, sales.number, now)?;
            assert_eq!(found, expected);
            assert!(!agents::is_any_of_group_available(
                tx,
                other,
                sales.number,
                now
            )?);
        }
        let everybody = [&away, &here, &invisible, &late];
        let support = group(tx, scope, "support", &everybody)?;
        assert!(agents::is_any_of_group_available(
            tx,
            scope,
            support.number,
            NOON
        )?);
        agents::delete(tx, scope, here.number, NOON)?;
        assert!(!agents::is_any_of_group_available(
            tx,
            scope,
            support.number,
            NOON
        )?);
        let foreign = agents::list_senders(tx, other, Some(sales.number), NOON, 10)?;
        assert_eq!(foreign, []);
        Ok(())
    })
    .await;
}

async fn owners_and_dummies_are_counted(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        assert_eq!(agents::find_owner(tx, scope)?, None);
        let mut made = Vec::new();
        for (index, role) in [Role::Agent, Role::Owner, Role::Owner]
            .into_iter()
            .enumerate()
        {
            let person = Agent {
                id: AgentId::new(format!("agent-{index}")),
                email: format!("{index}@parlour.example"),
                role,
                is_dummy: true,
                created_at: NOON + index as i64,
                ..agent(tx, other, &format!("other-{index}"))?
            };
            let number = agents::insert(tx, scope.organization, &new_agent(&person))?;
            made.push(Agent {
                number: number.expect("the e-mail is free"),
                ..person
            });
        }

        assert_eq!(agents::find_owner(tx, scope)?, Some(made[1].clone()));
        assert_eq!(agents::count_owners(tx, scope)?, 2);
        assert_eq!(agents::count_owners(tx, other)?, 0);
        assert_eq!(agents::count_dummies_since(tx, scope, NOON)?, 3);
        assert_eq!(agents::count_dummies_since(tx, scope, NOON + 1)?, 2);
        assert_eq!(agents::count_dummies_since(tx, other, 0)?, 0);

        // Who has a password is a person.
        agents::set_password_hash(tx, other, made[2].number, "$argon2id$…")?;
        assert_eq!(agents::count_dummies_since(tx, scope, NOON)?, 3);
        agents::set_password_hash(tx, scope, made[2].number, "$argon2id$…")?;
        assert_eq!(agents::count_dummies_since(tx, scope, NOON)?, 2);
        let person = agents::find(tx, scope, &made[2].id)?.expect("just made");
        assert!(!person.is_dummy);

        // A dummy that was deleted was made all the same.
        agents::delete(tx, scope, made[1].number, NOON)?;
        assert_eq!(agents::count_dummies_since(tx, scope, NOON)?, 2);
        assert_eq!(agents::count_owners(tx, scope)?, 1);
        assert_eq!(agents::find_owner(tx, scope)?, Some(person));
        Ok(())
    })
    .await;
}

async fn an_update_changes_everything_but_takes_nobodys_mail(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let ann = agent(tx, scope, "ann")?;
        let ben = agent(tx, scope, "ben")?;
        let changed = Agent {
            email: "Änne@parlour.example".to_owned(),
            name: "Änne '); --".to_owned(),
            userpic: Some("https://example.com/ä.png".to_owned()),
            role: Role::Owner,
            is_dummy: true,
            ..ann.clone()
        };

        assert!(!agents::update(tx, other, &changed)?);
        assert_eq!(agents::find(tx, scope, &ann.id)?, Some(ann.clone()));
        assert!(agents::update(tx, scope, &changed)?);
        assert_eq!(agents::find(tx, scope, &ann.id)?, Some(changed.clone()));
        let found = agents::find_by_email(tx, scope, "ÄNNE@PARLOUR.EXAMPLE")?;
        assert_eq!(found, Some(changed.clone()));

        let thief = Agent {
            email: ben.email.to_uppercase(),
            ..changed.clone()
        };
        assert!(!agents::update(tx, scope, &thief)?);
        assert_eq!(agents::find(tx, scope, &ann.id)?, Some(changed.clone()));

        // One's own e-mail in other letters is free, and so is that of somebody who was deleted.
        let shouting = Agent {
            email: changed.email.to_uppercase(),
            ..changed
        };
        assert!(agents::update(tx, scope, &shouting)?);
        agents::delete(tx, scope, ben.number, NOON)?;
        assert!(agents::update(tx, scope, &thief)?);
        assert_eq!(agents::find(tx, scope, &ann.id)?, Some(thief));
        Ok(())
    })
    .await;
}

async fn a_deleted_agent_leaves_everything_but_their_messages(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let other = organization(tx, "other")?;
        let ann = agent(tx, scope, "ann")?;
        let ben = agent(tx, scope, "ben")?;
        let sales = group(tx, scope, "sales", &[&ann, &ben])?;
        conversations::set_assignee(tx, conversation.number, Some(ann.number))?;
        let mut written = message(
            &conversation,
            1,
            model::message::MessageKind::Agent,
            "hello",
        );
        written.agent = Some(model::message::MessageAgent {
            number: ann.number,
            id: ann.id.clone(),
            name: ann.name.clone(),
            userpic: None,
        });
        messages::insert(tx, &written)?;

        agents::delete(tx, other, ann.number, NOON)?;
        assert_eq!(agents::find(tx, scope, &ann.id)?, Some(ann.clone()));
        assert_eq!(groups::find(tx, scope, &sales.id)?, Some(sales.clone()));
        let assigned = conversations::get(tx, scope, conversation.number)?;
        assert_eq!(assigned.assignee_id, Some(ann.id.clone()));

        agents::delete(tx, scope, ann.number, NOON)?;
        assert_eq!(agents::find(tx, scope, &ann.id)?, None);
        assert_eq!(agents::find_by_email(tx, scope, &ann.email)?, None);
        let left = groups::find(tx, scope, &sales.id)?.expect("the group stays");
        assert_eq!(left.agent_ids, [ben.id]);
        let assigned = conversations::get(tx, scope, conversation.number)?;
        assert_eq!(assigned.assignee_id, None);
        assert_eq!(messages::find(tx, scope, &written.id)?, Some(written));
        assert!(!agents::set_online_until(tx, scope, &ann.id, NOON)?);

        let successor = Agent {
            id: AgentId::new("successor"),
            ..ann
        };
        let number = agents::insert(tx, scope.organization, &new_agent(&successor))?;
        assert!(number.is_some(), "the e-mail is free again");
        Ok(())
    })
    .await;
}
