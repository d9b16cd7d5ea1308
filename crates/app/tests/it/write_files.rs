//! Writing with files: what the message becomes, and when it is the same again.

use app::{
    Actor, Error,
    files::{self, NewFile},
    messages::{self, Which, WriteMessage},
};
use model::{
    id::{ConversationId, FileId},
    message::Message,
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::Scene;

both_databases!(
    files_are_the_messages_own_or_attachments,
    the_same_cid_with_the_same_files_is_the_same_message,
);

/// Uploads a file.
async fn upload(scene: &Scene, actor: &Actor, name: &str) -> FileId {
    let (actor, file) = (
        *actor,
        NewFile {
            name: name.to_owned(),
            storage_key: format!("key-{name}"),
            mime_type: "text/plain".to_owned(),
            size_bytes: 5,
            sha256: "00".repeat(32),
            pixels: None,
            has_preview: false,
        },
    );
    let added = scene.write(move |write| files::add(write, &actor, &file));
    added.await.id
}

fn with_files(
    conversation: &ConversationId,
    text: &str,
    cid: &str,
    file_ids: &[&FileId],
) -> WriteMessage {
    WriteMessage {
        conversation: Some(conversation.clone()),
        text: Some(text.to_owned()),
        file_ids: file_ids.iter().copied().cloned().collect(),
        is_note: false,
        cid: cid.to_owned(),
    }
}

/// The names of a message's own file and of its attachments.
fn names(message: &Message) -> (Option<&str>, Vec<&str>) {
    let details = message.details.as_ref().expect("a message with files");
    let own = details.file.as_ref().map(|file| file.name.as_str());
    let attachments = details.attachments.iter();
    (own, attachments.map(|file| file.name.as_str()).collect())
}

async fn files_are_the_messages_own_or_attachments(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, id) = scene.talk("visitor").await;
    let (stranger, _) = scene.talk("stranger").await;
    let one = upload(&scene, &visitor, "one.txt").await;
    let two = upload(&scene, &visitor, "two.txt").await;
    let three = upload(&scene, &visitor, "three.txt").await;
    let foreign = upload(&scene, &stranger, "foreign.txt").await;

    let alone = with_files(&id, " ", "cid-0001", &[&one]);
    let alone = scene.send(&visitor, alone).await.expect("a file");
    assert_eq!(alone.message.text, "one.txt");
    assert_eq!(names(&alone.message), (Some("one.txt"), Vec::new()));

    // What is refused takes nothing with it, and what one message has no other gets.
    for taken in [&foreign, &one] {
        let refused = with_files(&id, "look", "cid-0002", &[&two, taken]);
        let refused = scene.send(&visitor, refused).await;
        let refused = refused.expect_err("it is not theirs to send");
        assert!(matches!(refused, Error::NotFound("File")), "{refused}");
    }
    let both = with_files(&id, "look", "cid-0002", &[&three, &two]);
    let both = scene.send(&visitor, both).await.expect("two files");
    assert_eq!(both.message.text, "look");
    let expected = (None, vec!["three.txt", "two.txt"]);
    assert_eq!(names(&both.message), expected);

    let (conversation, seq) = (both.message.conversation, both.message.seq);
    let stored = scene
        .read(move |tx| Ok(store::files::list_of_message(tx, conversation, seq, 9)?))
        .await;
    let stored: Vec<&FileId> = stored.iter().map(|file| &file.id).collect();
    assert_eq!(stored, [&two, &three]);
}

async fn the_same_cid_with_the_same_files_is_the_same_message(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (_, id) = scene.talk("visitor").await;
    let agent = scene.agent;
    let one = upload(&scene, &agent, "one.txt").await;
    let two = upload(&scene, &agent, "two.txt").await;
    let other = upload(&scene, &agent, "other.txt").await;
    let send = |text, file_ids: &[&FileId]| {
        scene.send(&agent, with_files(&id, text, "cid-0001", file_ids))
    };
    let sent = send("look", &[&one, &two]).await.expect("two files");
    for file_ids in [[&one, &two], [&two, &one]] {
        let again = send("look", &file_ids).await.expect("the same");
        assert!(again.is_duplicate);
        assert_eq!(again.message, sent.message);
    }
    for (text, file_ids) in [
        ("look!", &[&one, &two][..]),
        ("look", &[&one]),
        ("look", &[&one, &two, &other]),
        ("look", &[&one, &other]),
        ("look", &[]),
    ] {
        let refused = send(text, file_ids).await.expect_err("another");
        assert!(matches!(refused, Error::Reused(_)), "{refused}");
    }

    // Its files go with a message that is deleted; sent again, it is still the same.
    let deleted = sent.message.id.clone();
    scene
        .write(move |write| messages::delete(write, &agent, Which::Any, &deleted))
        .await;
    let again = send("look", &[&one, &two]).await.expect("the same");
    assert!(again.is_duplicate);
    assert_eq!(again.message.seq, sent.message.seq);
}
