//! Removes what nobody needs: uploads that were never sent, bytes of files that were deleted, bytes without a row.

use std::{collections::HashSet, sync::Arc};

use app::{App, files};
use model::time::{HOUR_MS, MINUTE_MS};

use super::{Files, Part, StorageError, disk::is_object_name, draft};
use crate::lifecycle::Lifecycle;

/// How often deleted files are looked for.
const INTERVAL_MS: i64 = MINUTE_MS;

/// How often bytes without a row are looked for. Bytes are removed that had none twice in a row: an upload that is about
/// to write its row takes seconds.
const ORPHANS_INTERVAL_MS: i64 = HOUR_MS;

/// Files deleted at once.
const AT_ONCE: i64 = 100;

/// Names that are remembered to have no row; of more, some wait.
const ORPHANS_MAX: usize = 10_000;

/// Sweeps until the server stops.
pub(crate) async fn sweep(app: Arc<App>, files: Arc<Files>, lifecycle: Lifecycle) {
    let incoming = files.incoming.clone();
    match tokio::task::spawn_blocking(move || draft::remove_all(&incoming)).await {
        Ok(Ok(0)) => {}
        Ok(Ok(count)) => tracing::info!(count, "unfinished uploads of before were removed"),
        Ok(Err(error)) => tracing::warn!(%error, "unfinished uploads could not be removed"),
        Err(error) => tracing::error!(%error, "the removal of unfinished uploads ended early"),
    }
    let mut suspects = HashSet::new();
    let mut orphans_at = app.clock().now();
    loop {
        // Read before the work: what becomes due during it is looked at right after it.
        let now = app.clock().now();
        if let Err(error) = remove_deleted(&app, &files).await {
            tracing::warn!(
                error,
                "deleted files could not be removed; they are tried again"
            );
        }
        if now >= orphans_at {
            orphans_at = now + ORPHANS_INTERVAL_MS;
            match remove_orphans(&app, &files, &suspects).await {
                Ok(found) => suspects = found,
                Err(error) => {
                    tracing::warn!(error, "bytes without a file could not be looked for");
                }
            }
        }
        tokio::select! {
            () = app.clock().sleep_until(now + INTERVAL_MS) => {}
            () = lifecycle.stopping() => return,
        }
    }
}

/// Removes the bytes of deleted files, then their rows.
async fn remove_deleted(app: &App, files: &Files) -> Result<(), String> {
    let said = |error: app::Error| error.to_string();
    app.write(|write| files::delete_unsent(write, AT_ONCE))
        .await
        .map_err(said)?;
    loop {
        let deleted = app.read(|tx| files::list_deleted(tx, AT_ONCE)).await;
        let deleted = deleted.map_err(said)?;
        let is_last = deleted.len() < AT_ONCE as usize;
        for (number, storage_key) in deleted {
            files
                .remove(&storage_key)
                .await
                .map_err(|error| error.to_string())?;
            app.write(move |write| files::forget(write, number))
                .await
                .map_err(said)?;
        }
        if is_last {
            return Ok(());
        }
    }
}

/// Looks for bytes without a row; removes those that were suspected before, and tells the others.
async fn remove_orphans(
    app: &App,
    files: &Files,
    suspects: &HashSet<String>,
) -> Result<HashSet<String>, String> {
    let (mut found, mut from) = (HashSet::new(), None);
    loop {
        let listed: Result<_, StorageError> = files.list(from).await;
        let (names, next) = listed.map_err(|error| error.to_string())?;
        let names: Vec<String> = names
            .into_iter()
            .filter(|name| is_object_name(name))
            .collect();
        let keys = names.iter().map(|name| Part::key_of(name).to_owned());
        let keys: Vec<String> = keys.collect();
        let unknown = app
            .read(move |tx| files::list_unknown(tx, &keys))
            .await
            .map_err(|error| error.to_string())?;
        for name in names {
            if !unknown.iter().any(|key| key == Part::key_of(&name)) {
                continue;
            }
            if suspects.contains(&name) {
                tracing::info!("bytes without a file were removed");
                let removed = files.remove_object(&name).await;
                removed.map_err(|error| error.to_string())?;
            } else if found.len() < ORPHANS_MAX {
                found.insert(name);
            }
        }
        match next {
            Some(next) => from = Some(next),
            None => return Ok(found),
        }
    }
}
