//! Access that ends is noted and told.

use app::{
    agents, keys,
    keys::{CreateKey, CreatedKey},
};
use model::{
    id::{AgentNumber, VisitorNumber},
    key::{KeyKind, Privileges},
    revocation::{Revocation, RevocationKind},
    time::HOUR_MS,
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{START, Scene, told};

both_databases!(
    who_loses_access_is_noted_and_every_node_told,
    what_ended_long_ago_is_forgotten,
);

/// Whose access ended, the latest first.
async fn ended(scene: &Scene) -> Vec<RevocationKind> {
    let found = scene.read(|tx| Ok(store::revocations::list_since(tx, 0, 99)?));
    let kind = |revocation: Revocation| revocation.kind;
    found.await.into_iter().map(kind).collect()
}

async fn who_loses_access_is_noted_and_every_node_told(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (number, _) = scene.hire("ann").await;
    let owner = scene.agent;
    let mut news = scene.app.feed().subscribe();
    let created: CreatedKey = scene
        .write(move |write| {
            let command = CreateKey {
                name: "shop".to_owned(),
                kind: KeyKind::ApiKey,
                privileges: Privileges::ALL,
            };
            keys::create(write, &owner, None, &command)
        })
        .await;
    assert_eq!(ended(&scene).await, []);
    assert_eq!(told(&mut news), [""; 0]);

    let id = created.key.id.clone();
    let revoked = scene
        .app
        .write(move |write| keys::revoke(write, &owner, &id));
    revoked.await.expect("the key is there");
    assert_eq!(told(&mut news), ["Revoked(Here)"]);
    let id = created.key.id.clone();
    let again = scene
        .app
        .write(move |write| keys::revoke(write, &owner, &id));
    again.await.expect_err("the key is gone");
    assert_eq!(told(&mut news), [""; 0]);

    scene.app.clock().advance(1);
    let organization = scene.organization;
    scene
        .write(move |write| {
            let scope = owner.scope();
            let agent = store::agents::get(write.tx(), scope, number)?;
            agents::delete(write, &owner, &agent.id)?;
            write.revoke(organization, RevocationKind::Visitor(VisitorNumber(7)))
        })
        .await;
    assert_eq!(told(&mut news), ["Revoked(Here)"], "once for both");
    let expected = [
        RevocationKind::Visitor(VisitorNumber(7)),
        RevocationKind::Agent(number),
        RevocationKind::Key(created.key.number),
    ];
    assert_eq!(ended(&scene).await, expected);
    let since = START + 1;
    let later = scene.read(move |tx| Ok(store::revocations::list_since(tx, since, 99)?));
    assert_eq!(later.await.len(), 2);
}

async fn what_ended_long_ago_is_forgotten(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let organization = scene.organization;
    let end = |number| {
        let kind = RevocationKind::Agent(AgentNumber(number));
        scene.write(move |write| write.revoke(organization, kind))
    };
    for number in 0..6 {
        end(number).await;
    }
    scene.app.clock().advance(HOUR_MS);
    end(6).await;
    assert_eq!(ended(&scene).await.len(), 7, "an hour is not too long");
    scene.app.clock().advance(1);
    end(7).await;
    end(8).await;
    let kinds = [8, 7, 6].map(|number| RevocationKind::Agent(AgentNumber(number)));
    assert_eq!(ended(&scene).await, kinds);
}
