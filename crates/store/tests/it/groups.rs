//! Groups of agents.

use model::{
    group::Group,
    id::{AgentId, GroupId, GroupNumber},
};
use store::{agents, groups, visitors};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, agent, group, organization, story, visitor};

both_databases!(
    a_group_is_made_changed_and_deleted,
    groups_are_listed_page_by_page,
    visitors_see_groups_that_are_not_private,
    only_agents_of_the_organization_are_put_into_a_group,
);

async fn a_group_is_made_changed_and_deleted(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let id = GroupId::new("sales");
        let name = "Vertrieb „Süd“ 100% O'Neill";
        let number = groups::insert(tx, scope.organization, &id, name, true, NOON)?;
        let made = Group {
            number,
            id: id.clone(),
            name: name.to_owned(),
            is_private: true,
            agent_ids: Vec::new(),
            created_at: NOON,
        };
        assert_eq!(groups::find(tx, scope, &id)?, Some(made.clone()));
        assert_eq!(groups::find(tx, other, &id)?, None);

        groups::update(tx, other, number, "stolen", false)?;
        assert_eq!(groups::find(tx, scope, &id)?, Some(made.clone()));
        groups::update(tx, scope, number, "Sales", false)?;
        let renamed = Group {
            name: "Sales".to_owned(),
            is_private: false,
            ..made
        };
        assert_eq!(groups::find(tx, scope, &id)?, Some(renamed.clone()));

        let ann = agent(tx, scope, "ann")?;
        groups::set_agents(tx, scope, number, std::slice::from_ref(&ann.id))?;
        let guest = visitor(tx, scope, "guest")?;
        visitors::set_group(tx, scope, guest.number, Some(number))?;
        groups::delete(tx, other, number)?;
        assert!(groups::find(tx, scope, &id)?.is_some());
        groups::delete(tx, scope, number)?;
        assert_eq!(groups::find(tx, scope, &id)?, None);
        // Whoever was in it stays, in no group.
        assert_eq!(agents::find(tx, scope, &ann.id)?, Some(ann));
        assert_eq!(visitors::find(tx, scope, &guest.id)?, Some(guest));
        Ok(())
    })
    .await;
}

async fn groups_are_listed_page_by_page(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let ann = agent(tx, scope, "ann")?;
        let mut made = Vec::new();
        for name in ["c", "b", "a"] {
            made.push(group(tx, scope, name, &[&ann])?);
            group(tx, other, name, &[])?;
        }
        assert_eq!(made[0].agent_ids, [ann.id]);

        let first = groups::list(tx, scope, GroupNumber(0), 2)?;
        assert_eq!(first, made[..2]);
        assert_eq!(groups::list(tx, scope, first[1].number, 2)?, made[2..]);
        assert_eq!(groups::list(tx, scope, made[2].number, 2)?, []);
        Ok(())
    })
    .await;
}

async fn visitors_see_groups_that_are_not_private(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let mut made = Vec::new();
        for name in ["sales", "board", "help"] {
            made.push(group(tx, scope, name, &[])?);
        }
        groups::update(tx, scope, made[1].number, "board", true)?;
        let seen = [&made[0], &made[2]].map(|group| (group.id.clone(), group.name.clone()));
        assert_eq!(groups::list_public(tx, scope, 10)?, seen);
        assert_eq!(groups::list_public(tx, scope, 1)?, seen[..1]);
        assert_eq!(groups::list_public(tx, other, 10)?, []);
        Ok(())
    })
    .await;
}

async fn only_agents_of_the_organization_are_put_into_a_group(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let other = organization(tx, "other")?;
        let [ann, ben] = [agent(tx, scope, "ann")?, agent(tx, scope, "ben")?];
        let gone = agent(tx, scope, "gone")?;
        agents::delete(tx, scope, gone.number, NOON)?;
        let foreign = agent(tx, other, "foreign")?;
        let sales = group(tx, scope, "sales", &[&ann])?;

        let both = [ben.id.clone(), ann.id.clone()];
        assert_eq!(groups::set_agents(tx, scope, sales.number, &both)?, None);
        let in_order = [ann.id.clone(), ben.id.clone()];
        let found = groups::find(tx, scope, &sales.id)?.expect("just made");
        assert_eq!(found.agent_ids, in_order);

        // From another organization the group can be neither emptied nor filled.
        let intruder = [foreign.id.clone()];
        let refused = groups::set_agents(tx, other, sales.number, &intruder)?;
        assert_eq!(refused, Some(foreign.id.clone()));
        let found = groups::find(tx, scope, &sales.id)?.expect("just made");
        assert_eq!(found.agent_ids, in_order);

        for stranger in [gone.id, foreign.id, AgentId::new("unknown")] {
            let asked = [ann.id.clone(), stranger.clone(), ben.id.clone()];
            let refused = groups::set_agents(tx, scope, sales.number, &asked)?;
            assert_eq!(refused, Some(stranger));
        }
        assert_eq!(groups::set_agents(tx, scope, sales.number, &[])?, None);
        let found = groups::find(tx, scope, &sales.id)?.expect("just made");
        assert_eq!(found.agent_ids, []);
        Ok(())
    })
    .await;
}
