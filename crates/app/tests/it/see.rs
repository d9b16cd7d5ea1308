//! Saying how far somebody has read.

use app::{Actor, Error, conversations};
use model::id::{ConversationId, KeyNumber};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{Scene, told};

both_databases!(
    each_side_is_told_how_far_the_other_has_read,
    nobody_marks_what_is_not_theirs,
);

async fn see(scene: &Scene, actor: &Actor, id: &ConversationId, up_to: i64) -> app::Result<bool> {
    let (actor, id) = (*actor, id.clone());
    scene
        .app
        .write(move |write| conversations::see(write, &actor, &id, up_to))
        .await
}

async fn each_side_is_told_how_far_the_other_has_read(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, id) = scene.talk("visitor").await;
    let agent = scene.agent;
    let mut news = scene.app.feed().subscribe();
    let markers = || async {
        let found = scene.conversation(&id).await;
        (found.visitor_seen, found.agents_seen)
    };
    let require = |is_moved: app::Result<bool>, expected: bool| {
        assert_eq!(is_moved.expect("nobody is refused"), expected);
    };

    // Who writes has seen what stands above.
    assert_eq!(markers().await, (1, 0));
    require(see(&scene, &agent, &id, 99).await, true);
    assert_eq!(markers().await, (1, 1), "never beyond the head");
    assert_eq!(told(&mut news), ["2 Seen { by: Agent, up_to: 1 }"]);

    // Having seen is nothing to see, for neither side, nor is it again.
    for actor in [&agent, &visitor] {
        for up_to in [2, 1, 0, -5] {
            require(see(&scene, actor, &id, up_to).await, false);
        }
    }
    assert_eq!(told(&mut news), [""; 0]);

    let answer = scene.say(&agent, Some(&id), "welcome", "answer-0").await;
    assert_eq!(answer.expect("an agent answers").message.seq, 3);
    require(see(&scene, &agent, &id, 3).await, false);
    require(see(&scene, &visitor, &id, 2).await, false);
    require(see(&scene, &visitor, &id, 3).await, true);
    require(see(&scene, &visitor, &id, 3).await, false);
    assert_eq!(markers().await, (3, 1));
    assert_eq!(
        told(&mut news),
        ["3 message welcome", "4 Seen { by: Visitor, up_to: 3 }"]
    );
}

async fn nobody_marks_what_is_not_theirs(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (_, id) = scene.talk("visitor").await;
    let (stranger, _) = scene.talk("stranger").await;
    let refused = see(&scene, &stranger, &id, 1).await;
    let is_not_found = matches!(refused, Err(Error::NotFound("Conversation")));
    assert!(is_not_found, "{refused:?}");
    let key = Actor::ApiKey {
        organization: scene.organization,
        key: KeyNumber(1),
        privileges: model::key::Privileges::ALL,
    };
    let system = Actor::System {
        organization: scene.organization,
    };
    for actor in [key, system] {
        let refused = see(&scene, &actor, &id, 1).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    }
    assert_eq!(scene.conversation(&id).await.head, 1);
}
