//! Kill -9 under load, again and again (trust 3.1).

use super::{Options, Report, Result, experiment::Experiment, process::Installation};

/// Kills the server at random moments while writers send, starts it again, has them repeat what had no answer, and
/// compares. Its directory, port and webhook receiver are its own.
pub fn crash(options: &Options) -> Result<Report> {
    let directory = tempfile::tempdir_in(&options.directory)
        .map_err(|error| format!("{}: {error}", options.directory.display()))?;
    let data = directory.path().join("data");
    let installation = Experiment::set(Installation::new(&options.binary, &data));
    let mut experiment = Experiment::begin("crash", options, &installation)?;
    let mut server = installation.start()?;
    for _ in 0..options.rounds {
        let running = experiment.load(&server)?;
        server.kill();
        server = installation.start()?;
        experiment.recover(running, &server)?;
    }
    experiment.end(&server)
}
