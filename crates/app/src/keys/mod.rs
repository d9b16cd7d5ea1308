//! Operations on keys of programs.

mod authenticate;
mod count_uses;
mod create;
mod read;
mod token;

pub use authenticate::{Authenticated, by_bearer_token, by_secret};
pub use count_uses::{KeyUse, count_uses};
pub use create::{CreateKey, CreatedKey, create};
pub use read::{list, revoke};
pub use token::{IssueToken, IssuedToken, TOKEN_LIFETIME_MS, issue_token};

use sha2::{Digest, Sha256};

/// The prefixes of an API key; what is new gets the first.
const PREFIXES: [&str; 2] = ["xkeysib-", "parlour-"];

/// The hash under which a secret is kept: it has 256 random bits, so a fast one is right (trust 1.16).
fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}
