//! Kill -9 under load, again and again (trust 3.1).

use tempfile::TempDir;

use super::{Options, Report, Result, experiment::Experiment, process::Installation};
use crate::progress::Stop;

pub(super) fn run(options: &Options, directory: &TempDir, stop: &Stop) -> Result<Report> {
    let data = directory.path().join("data");
    let installation = Experiment::set(Installation::new(&options.binary, &data));
    let mut experiment = Experiment::begin("crash", options, &installation, stop)?;
    let mut server = installation.start()?;
    for _ in 0..options.rounds {
        let running = experiment.load(&server)?;
        server.kill();
        server = installation.start()?;
        experiment.recover(running, &server)?;
    }
    experiment.end(&server)
}
