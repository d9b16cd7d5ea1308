//! `parlour init`.

use clap::Args;

use super::{
    DataArgs, Failure,
    open::{configure, open_new, organizations},
    organization::{NewOrganizationArgs, make, show},
};

#[derive(Args)]
pub(super) struct InitArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    new: NewOrganizationArgs,
}

/// Makes the first organization; refuses where there is one already.
pub(super) fn run(args: &InitArgs) -> Result<(), Failure> {
    let config = configure(&args.data)?;
    let app = open_new(&config)?;
    if let Some(found) = organizations(&app)?.first() {
        let place = if config.database_url.is_empty() {
            config.data_dir.display().to_string()
        } else {
            "the database".to_owned()
        };
        return Err(format!(
            "{place} holds the organization {:?} already; add another with `parlour organization create`",
            found.name
        ));
    }
    let created = make(&app, &args.new)?;
    show(&args.new, &created)
}
