//! Looks once, beside everything else, whether the file of the database is damaged.

use std::{sync::Arc, time::Duration};

use app::App;
use store::{
    Location,
    inspect::{Checked, Depth, Inspector},
};

/// How long the check may take; `parlour doctor` looks longer.
const TIME_MAX: Duration = Duration::from_secs(2);

/// Checks the file and logs the result. The server is ready meanwhile: most files are whole, and big ones take seconds.
pub(crate) async fn check(app: Arc<App>) {
    let location = app.db().location().clone();
    if matches!(location, Location::Postgres(_)) {
        return;
    }
    let checked = tokio::task::spawn_blocking(move || {
        Inspector::open(&location)?.check(Depth::Quick, TIME_MAX)
    });
    match checked.await {
        Ok(Ok(Checked::Sound)) => tracing::info!("every page of the database is sound"),
        Ok(Ok(Checked::Unfinished)) => tracing::info!(
            "no damage was found in the first seconds of looking at the database; `parlour doctor` looks longer"
        ),
        Ok(Ok(Checked::Damaged(faults))) => tracing::error!(
            ?faults,
            "the database is damaged: stop, keep the file, and bring a backup back with `parlour restore --force`"
        ),
        Ok(Err(error)) => tracing::warn!(%error, "the database could not be checked"),
        Err(error) => tracing::error!(%error, "the check of the database ended early"),
    }
}
