//! Passwords: what is accepted, and how it is kept.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use model::limit::{PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN};

use crate::{Error, Result, ids};

/// Memory, passes and lanes of Argon2id: the first choice of OWASP's password storage cheat sheet.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes a password of 8 to 128 characters. Takes tens of milliseconds of one core: never call it in a transaction.
pub fn hash(password: &str) -> Result<String> {
    let length = password.chars().count();
    if !(PASSWORD_LENGTH_MIN..=PASSWORD_LENGTH_MAX).contains(&length) {
        return Err(Error::Invalid(format!(
            "password must have {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters"
        )));
    }
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .expect("the parameters are constants within Argon2's bounds");
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = hasher.hash_password_with_salt(password.as_bytes(), &ids::salt());
    Ok(hash
        .expect("a password of bounded length can be hashed")
        .to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_the_right_length_are_hashed_with_a_salt() {
        let hash_of = |password: &str| hash(password).expect("accepted");
        assert!(hash_of("correct horse").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(hash_of("correct horse"), hash_of("correct horse"));
        assert!(hash(&"x".repeat(7)).is_err() && hash(&"x".repeat(129)).is_err());
        assert!(hash(&"é".repeat(128)).is_ok());
    }
}
