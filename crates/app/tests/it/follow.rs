//! Following a conversation from a place on.

use app::{
    Actor, Error,
    conversations::{self, EVENTS_MAX, Followed, MISSING_MAX},
};
use model::{
    cursor::Cursor,
    event::EventKind,
    id::{ConversationId, ConversationNumber, KeyNumber},
    key::Privileges,
    time::MINUTE_MS,
};
use store::conversations::Place;
use testing::{both_databases, database::TestDatabase};

use crate::scene::{START, Scene, in_short};

both_databases!(
    who_comes_back_gets_what_was_missed,
    who_cannot_be_continued_begins_anew,
    too_much_is_not_sent_but_can_be_read_back,
    others_conversations_are_not_there,
    what_moved_is_found_without_being_told,
);

async fn follow(
    scene: &Scene,
    actor: &Actor,
    id: &ConversationId,
    cursor: Option<(&str, i64)>,
) -> Result<Followed, Error> {
    let (actor, id, epoch) = (*actor, id.clone(), scene.app.epoch().to_owned());
    let cursor = cursor.map(|(epoch, seq)| Cursor {
        epoch: epoch.to_owned(),
        seq,
    });
    scene
        .app
        .read(move |tx| conversations::follow(tx, &actor, &epoch, &id, cursor.as_ref()))
        .await
}

/// Numbers of the first and the last event, and how many there are.
fn range(followed: &Followed) -> (i64, i64, usize) {
    let seqs: Vec<i64> = followed.events.iter().map(|event| event.seq).collect();
    let first = seqs.first().copied().unwrap_or_default();
    let last = seqs.last().copied().unwrap_or_default();
    assert!(
        seqs.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "{seqs:?}"
    );
    (first, last, seqs.len())
}

async fn who_comes_back_gets_what_was_missed(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, id) = scene.talk("visitor").await;
    let epoch = scene.app.epoch().to_owned();
    let (agent, note) = (scene.agent, id.clone());
    scene
        .write(move |write| {
            let note = app::messages::WriteMessage {
                conversation: Some(note.clone()),
                text: Some("a regular".to_owned()),
                is_note: true,
                cid: "note-000".to_owned(),
                ..Default::default()
            };
            app::messages::write(write, &agent, &note)
        })
        .await;
    scene
        .say(&agent, Some(&id), "welcome", "answer-0")
        .await
        .expect("an agent answers");

    let all = follow(&scene, &agent, &id, Some((&epoch, 0))).await;
    let all = all.expect("the agent's");
    assert!(all.is_recovered && !all.is_limited && !all.has_more);
    let shown: Vec<String> = all.events.iter().map(in_short).collect();
    assert_eq!(
        shown,
        [
            "1 message hello",
            "2 message a regular",
            "3 message welcome"
        ]
    );
    assert_eq!((all.conversation.head, all.prev), (3, None));

    let missed = follow(&scene, &visitor, &id, Some((&epoch, 1))).await;
    let missed = missed.expect("the visitor's");
    let shown: Vec<String> = missed.events.iter().map(in_short).collect();
    assert_eq!(shown, ["2 Hidden", "3 message welcome"]);

    let nothing = follow(&scene, &visitor, &id, Some((&epoch, 3))).await;
    let nothing = nothing.expect("the visitor's");
    assert!(nothing.is_recovered && !nothing.has_more && nothing.events.is_empty());
}

async fn who_cannot_be_continued_begins_anew(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, id) = scene.talk("visitor").await;
    let epoch = scene.app.epoch().to_owned();
    for cursor in [
        None,
        Some(("another", 1)),
        Some((epoch.as_str(), 2)),
        Some((epoch.as_str(), i64::MAX)),
    ] {
        let found = follow(&scene, &visitor, &id, cursor).await.expect("theirs");
        assert!(!found.is_recovered && !found.is_limited, "{cursor:?}");
        assert_eq!(range(&found), (1, 1, 1), "{cursor:?}");
        assert_eq!((found.prev, found.has_more), (None, false));
    }
    let number = scene.conversation(&id).await.number;
    for after in [-1, 2] {
        let found = scene
            .read(move |tx| conversations::read_on(tx, &visitor, number, after))
            .await;
        assert!(!found.is_recovered, "{after}");
        assert_eq!(range(&found), (1, 1, 1));
    }
}

async fn too_much_is_not_sent_but_can_be_read_back(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, id) = scene.talk("visitor").await;
    let agent = scene.agent;
    let conversation = scene.conversation(&id).await;
    let (organization, number) = (scene.organization, conversation.number);
    let place = app::write::Place {
        organization,
        conversation: number,
        conversation_id: id.clone(),
        visitor: conversation.visitor,
    };
    let head = MISSING_MAX + 2;
    scene
        .write(move |write| {
            (1..head).try_for_each(|_| write.record(&place, EventKind::VisitorChanged))
        })
        .await;
    let epoch = scene.app.epoch().to_owned();

    let limited = follow(&scene, &agent, &id, Some((&epoch, 1))).await;
    let limited = limited.expect("the agent's");
    assert!(limited.is_limited && !limited.is_recovered && !limited.has_more);
    let first = head - EVENTS_MAX + 1;
    assert_eq!(range(&limited), (first, head, EVENTS_MAX as usize));
    assert_eq!(limited.prev, Some(first));

    let mut before = limited.prev;
    let mut pages = Vec::new();
    while let Some(seq) = before {
        let page = scene
            .read(move |tx| conversations::read_back(tx, &visitor, number, seq))
            .await;
        pages.push(range(&page));
        before = page.prev;
    }
    assert_eq!(
        pages,
        [(first - 200, first - 1, 200), (1, first - 201, 102)]
    );

    // One less is sent, page by page.
    let mut page = follow(&scene, &agent, &id, Some((&epoch, 2)))
        .await
        .expect("the agent's");
    assert!(page.is_recovered && !page.is_limited);
    let mut pages = vec![range(&page)];
    while page.has_more {
        let after = pages.last().map_or(0, |(_, last, _)| *last);
        page = scene
            .read(move |tx| conversations::read_on(tx, &agent, number, after))
            .await;
        assert!(page.is_recovered);
        pages.push(range(&page));
    }
    assert_eq!(pages, [(3, 202, 200), (203, 402, 200), (403, 502, 100)]);
}

async fn others_conversations_are_not_there(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, id) = scene.talk("visitor").await;
    let (stranger, _) = scene.talk("stranger").await;
    let (_, silent) = scene.welcome("silent").await;
    let conversation = scene.conversation(&id).await;
    for (other, expected) in [(visitor, Some(&id)), (stranger, None), (silent, None)] {
        let found = follow(&scene, &other, &id, None).await;
        let is_there = found.map(|found| found.conversation.id);
        assert_eq!(is_there.ok().as_ref(), expected, "{other:?}");
        let own = scene
            .read(move |tx| conversations::find_own(tx, &other))
            .await;
        assert_eq!(own.as_ref() == Some(&conversation), expected.is_some());
    }
    let number = conversation.number;
    for refused in [
        scene
            .app
            .read(move |tx| conversations::read_on(tx, &stranger, number, 0))
            .await,
        scene
            .app
            .read(move |tx| conversations::read_back(tx, &silent, number, 9))
            .await,
        follow(&scene, &stranger, &id, None).await,
        follow(&scene, &scene.agent, &ConversationId::new("none"), None).await,
    ] {
        let refused = refused.expect_err("not theirs");
        assert!(
            matches!(refused, Error::NotFound("Conversation")),
            "{refused}"
        );
    }
    let powerless = Actor::ApiKey {
        organization: scene.organization,
        key: KeyNumber(1),
        privileges: Privileges::of([]),
    };
    let refused = follow(&scene, &powerless, &id, None).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
}

async fn what_moved_is_found_without_being_told(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, first) = scene.talk("visitor").await;
    let (_, second) = scene.talk("stranger").await;
    let [first, second] = [
        scene.conversation(&first).await,
        scene.conversation(&second).await,
    ];
    scene.app.clock().advance(2 * MINUTE_MS);
    scene
        .say(&visitor, None, "are you there?", "question")
        .await
        .expect("a visitor asks");

    let (organization, noon) = (scene.organization, START / MINUTE_MS);
    let moved_after = |minute, limit| {
        let after = Place {
            minute,
            number: ConversationNumber(0),
        };
        scene.read(move |tx| conversations::list_moved(tx, organization, after, limit))
    };
    let (moved, next) = moved_after(noon, 1).await;
    let moved: Vec<_> = moved
        .iter()
        .map(|moved| (moved.conversation, moved.head))
        .collect();
    assert_eq!(moved, [(second.number, 1)]);
    assert_eq!(next.map(|next| next.number), Some(second.number));
    let (moved, next) = moved_after(noon + 1, 9).await;
    let moved: Vec<_> = moved
        .iter()
        .map(|moved| (moved.conversation, moved.visitor))
        .collect();
    assert_eq!(moved, [(first.number, first.visitor)]);
    assert_eq!(next, None);
    let (first, second) = (first.number, second.number);
    let heads = scene
        .read(move |tx| conversations::heads(tx, &[first, second]))
        .await;
    assert_eq!(heads, [(first, 2), (second, 1)]);
}
