//! Files that were uploaded.

use model::{
    file::StoredFile,
    id::{FileId, FileNumber, Scope, VisitorNumber},
};
use store::{Result, Tx, files};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, conversation, scope_of, story, talk, visitor};

both_databases!(
    a_file_is_found_by_those_who_may,
    a_file_belongs_to_one_message,
    what_a_visitor_uploads_is_counted,
    what_is_deleted_is_listed_until_it_is_forgotten,
);

fn file(tx: &mut Tx<'_>, scope: Scope, name: &str, at: i64) -> Result<StoredFile> {
    let mut file = StoredFile {
        number: FileNumber(0),
        organization: scope.organization,
        id: FileId::new(format!("file-{name}")),
        access_token: format!("token-{name}"),
        storage_key: format!("key-{name}"),
        visitor: scope.visitor,
        message: None,
        name: format!("{name} ü.png"),
        mime_type: "image/png".to_owned(),
        size_bytes: 1_000,
        sha256: "5e".repeat(32),
        pixels: Some((640, 480)),
        has_preview: true,
        created_at: at,
    };
    file.number = files::insert(tx, &file)?;
    Ok(file)
}

async fn a_file_is_found_by_those_who_may(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, ada, _) = talk(tx, "one")?;
        let (elsewhere, ..) = talk(tx, "two")?;
        let bob = visitor(tx, scope, "bob")?;
        let of_ada = file(tx, scope_of(scope, &ada), "ada", NOON)?;
        let plain = StoredFile {
            pixels: None,
            has_preview: false,
            ..file(tx, scope, "program", NOON)?
        };

        let found = files::find_by_token(tx, "token-ada")?;
        assert_eq!(found.as_ref(), Some(&of_ada));
        assert_eq!(files::find_by_token(tx, "token-other")?, None);
        let mut found = |scope, file: &StoredFile| {
            files::find(tx, scope, &file.id).map(|found| found.map(|found| found.number))
        };
        assert_eq!(found(scope, &of_ada)?, Some(of_ada.number));
        assert_eq!(found(scope_of(scope, &ada), &of_ada)?, Some(of_ada.number));
        assert_eq!(found(scope_of(scope, &bob), &of_ada)?, None);
        assert_eq!(found(elsewhere, &of_ada)?, None);
        assert_eq!(found(scope_of(scope, &ada), &plain)?, None);
        assert!(files::is_known(tx, "key-ada")? && !files::is_known(tx, "key-other")?);
        let stored = files::list_stored(tx, FileNumber(0), 10)?;
        assert_eq!(stored.len(), 2);
        let rest = files::list_stored(tx, of_ada.number, 10)?;
        assert_eq!(
            rest,
            [(plain.number, "key-program".to_owned(), 1_000, true)]
        );
        Ok(())
    })
    .await;
}

async fn a_file_belongs_to_one_message(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, ada, first) = talk(tx, "one")?;
        let bob = visitor(tx, scope, "bob")?;
        let second = conversation(tx, scope, &bob)?;
        let one = file(tx, scope_of(scope, &ada), "one", NOON)?;
        let two = file(tx, scope_of(scope, &ada), "two", NOON)?;
        for file in [&two, &one] {
            assert!(files::attach(tx, file.number, first.number)?);
        }
        assert!(!files::attach(tx, one.number, second.number)?);
        assert_eq!(files::set_seq(tx, first.number, 7)?, 2);
        assert_eq!(files::set_seq(tx, first.number, 8)?, 0, "they have theirs");

        let listed = files::list_of_message(tx, first.number, 7, 10)?;
        let attached = |file: &StoredFile| StoredFile {
            message: Some((first.number, 7)),
            ..file.clone()
        };
        assert_eq!(listed, [attached(&one), attached(&two)]);
        assert_eq!(files::list_of_message(tx, first.number, 7, 1)?.len(), 1);
        assert_eq!(files::list_of_message(tx, second.number, 7, 10)?, []);
        Ok(())
    })
    .await;
}

async fn what_a_visitor_uploads_is_counted(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, ada, _) = talk(tx, "one")?;
        let bob = visitor(tx, scope, "bob")?;
        for (name, at) in [("old", NOON - 1), ("new", NOON), ("newest", NOON + 1)] {
            file(tx, scope_of(scope, &ada), name, at)?;
        }
        file(tx, scope, "program", NOON)?;
        let mut count = |visitor: VisitorNumber| files::count_of_visitor(tx, visitor, NOON);
        assert_eq!(count(ada.number)?, (2, 2_000));
        assert_eq!(count(bob.number)?, (0, 0));
        Ok(())
    })
    .await;
}

async fn what_is_deleted_is_listed_until_it_is_forgotten(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, ada, talk) = talk(tx, "one")?;
        let sent = file(tx, scope_of(scope, &ada), "sent", NOON)?;
        let unsent = file(tx, scope_of(scope, &ada), "unsent", NOON + 1)?;
        let young = file(tx, scope_of(scope, &ada), "young", NOON + 9)?;
        files::attach(tx, sent.number, talk.number)?;
        files::set_seq(tx, talk.number, 1)?;

        assert_eq!(files::delete_unsent(tx, NOON + 9, NOON + 10, 5)?, 1);
        assert_eq!(files::delete_unsent(tx, NOON + 9, NOON + 10, 5)?, 0);
        assert_eq!(
            files::delete_of_message(tx, talk.number, 1, NOON + 11)?,
            1,
            "the files of the message"
        );
        assert_eq!(files::delete_of_message(tx, talk.number, 1, NOON + 12)?, 0);
        assert_eq!(files::find_by_token(tx, "token-sent")?, None);
        assert_eq!(files::find(tx, scope, &unsent.id)?, None);
        assert!(!files::attach(tx, unsent.number, talk.number)?);
        assert!(
            files::is_known(tx, "key-sent")?,
            "its bytes may still be there"
        );

        let key = |file: &StoredFile| (file.number, file.storage_key.clone());
        assert_eq!(files::list_deleted(tx, 1)?, [key(&unsent)]);
        assert_eq!(files::list_deleted(tx, 5)?, [key(&unsent), key(&sent)]);
        assert!(files::forget(tx, sent.number)? && !files::forget(tx, sent.number)?);
        assert!(!files::forget(tx, young.number)?, "it is not deleted");
        assert_eq!(files::list_deleted(tx, 5)?, [key(&unsent)]);
        assert!(!files::is_known(tx, "key-sent")?);
        Ok(())
    })
    .await;
}
