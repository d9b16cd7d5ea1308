//! Look at files.

use model::file::StoredFile;
use store::Tx;

use crate::{Error, Result};

/// The file that may be fetched with a token. Who shows it needs to prove nothing else: it is as long as a secret, and
/// only those who may see the file's message are told it.
pub fn get_by_token(tx: &mut Tx<'_>, access_token: &str) -> Result<StoredFile> {
    store::files::find_by_token(tx, access_token)?.ok_or(Error::NotFound("File"))
}

/// Of names under which bytes are stored, those that no file has.
pub fn list_unknown(tx: &mut Tx<'_>, storage_keys: &[String]) -> Result<Vec<String>> {
    let mut unknown = Vec::new();
    for key in storage_keys {
        if !store::files::is_known(tx, key)? {
            unknown.push(key.clone());
        }
    }
    Ok(unknown)
}
