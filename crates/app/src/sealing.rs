//! Sealing: secrets that must be read again lie in the database encrypted, with a key that is not in the database.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

use crate::ids;

/// The key's file in the data directory.
pub const KEY_FILE: &str = "secret.key";

/// Bytes of a key.
const KEY_LENGTH: usize = 32;

/// Hexadecimal digits of a key's hash that name it.
const KEY_ID_LENGTH: usize = 8;

/// What every sealed text begins with: the one form there is.
const VERSION: &str = "v1";

/// Why a text could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Another key sealed it.
    #[error("it was sealed with another key, {wanted}")]
    OtherKey {
        /// The id of that key.
        wanted: String,
    },
    /// It is not a sealed text, or was changed, or belongs somewhere else.
    #[error("the sealed text is broken")]
    Broken,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("the key file {file} cannot be used: {error}")]
    File {
        /// The file.
        file: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It is not the text of a key.
    #[error("{place} must hold {} hexadecimal characters", KEY_LENGTH * 2)]
    NotAKey {
        /// Where the text stands.
        place: String,
    },
}

/// Seals and opens secrets with one key of 256 bits (trust 1.16).
pub struct Sealer {
    key: LessSafeKey,
    key_id: String,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sealer({})", self.key_id)
    }
}

impl Sealer {
    /// The key of a file. Where there is no file, a random key is written there, for its owner only. Of several
    /// processes that do so at once, one makes the key and all get it.
    pub fn open_or_create(file: &Path) -> Result<Self, KeyError> {
        if let Some(sealer) = Self::find(file)? {
            return Ok(sealer);
        }
        write_new(file, &ids::secret()).map_err(|error| unusable(file, error))?;
        Self::find(file)?.ok_or_else(|| unusable(file, io::ErrorKind::NotFound.into()))
    }

    /// The key of a file, if there is a file.
    pub fn find(file: &Path) -> Result<Option<Self>, KeyError> {
        match fs::read_to_string(file) {
            Ok(text) => Self::parse(&text, &file.display().to_string()).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unusable(file, error)),
        }
    }

    /// The key of a setting.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        Self::parse(text, "secret_key")
    }

    /// A key of its own, for tests: what it seals, nobody else can open.
    pub fn random() -> Self {
        Self::new(ids::bytes())
    }

    fn parse(text: &str, place: &str) -> Result<Self, KeyError> {
        let mut key = [0; KEY_LENGTH];
        match hex::decode_to_slice(text.trim(), &mut key) {
            Ok(()) => Ok(Self::new(key)),
            Err(_) => Err(KeyError::NotAKey {
                place: place.to_owned(),
            }),
        }
    }

    fn new(key: [u8; KEY_LENGTH]) -> Self {
        let mut key_id = hex::encode(Sha256::digest(key));
        key_id.truncate(KEY_ID_LENGTH);
        let key = UnboundKey::new(&AES_256_GCM, &key).expect("the key has the algorithm's length");
        Self {
            key: LessSafeKey::new(key),
            key_id,
        }
    }

    /// What names the key without telling it.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Encrypts a secret for one place. `context` names that place, such as a row: the text opens nowhere else.
    pub fn seal(&self, plain: &[u8], context: &str) -> String {
        // Random nonces of 96 bits may meet after some 2^32 seals with one key; people do not make as many secrets.
        let nonce: [u8; NONCE_LEN] = ids::bytes();
        let mut sealed = plain.to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context.as_bytes()),
                &mut sealed,
            )
            .expect("a secret is shorter than the 64 GiB that AES-GCM can take");
        let payload = STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat());
        format!("{VERSION}.{}.{payload}", self.key_id)
    }

    /// Decrypts what [`Sealer::seal`] made for the same context.
    pub fn open(&self, sealed: &str, context: &str) -> Result<Vec<u8>, SealError> {
        let key_id = key_id(sealed).ok_or(SealError::Broken)?;
        if key_id != self.key_id {
            return Err(SealError::OtherKey {
                wanted: key_id.to_owned(),
            });
        }
        let payload = sealed.rsplit('.').next().unwrap_or_default();
        let payload = STANDARD_NO_PAD.decode(payload);
        let payload = payload.map_err(|_| SealError::Broken)?;
        let (nonce, sealed) = payload
            .split_at_checked(NONCE_LEN)
            .ok_or(SealError::Broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Broken)?;
        let mut sealed = sealed.to_vec();
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut sealed)
            .map_err(|_| SealError::Broken)?;
        Ok(plain.to_vec())
    }
}

/// The id of the key that a text was sealed with; none where it is no sealed text.
pub fn key_id(sealed: &str) -> Option<&str> {
    let mut parts = sealed.split('.');
    let (version, key_id, payload) = (parts.next()?, parts.next()?, parts.next()?);
    let is_id =
        key_id.len() == KEY_ID_LENGTH && key_id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (version == VERSION && is_id && !payload.is_empty() && parts.next().is_none()).then_some(key_id)
}

/// Writes a key beside its place and links it there whole, unless somebody else was first.
fn write_new(file: &Path, text: &str) -> io::Result<()> {
    let directory = match file.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    let draft = directory.join(format!("{KEY_FILE}.{}", ids::widget()));
    let mut options = OpenOptions::new();
    let mut written = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let linked = written
        .write_all(format!("{text}\n").as_bytes())
        .and_then(|()| written.sync_all())
        .and_then(|()| match fs::hard_link(&draft, file) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    fs::remove_file(&draft)?;
    linked?;
    fs::File::open(directory)?.sync_all()
}

fn unusable(file: &Path, error: io::Error) -> KeyError {
    KeyError::File {
        file: file.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    #[test]
    fn what_was_sealed_is_opened_with_the_same_key_and_context() {
        let sealer = Sealer::from_hex(KEY).unwrap();
        for plain in ["", "whsec_canary", &"é".repeat(10_000)] {
            let sealed = sealer.seal(plain.as_bytes(), "webhook_endpoints/1");
            assert!(sealed.starts_with("v1.630dcd29."), "{sealed}");
            assert_eq!(key_id(&sealed), Some("630dcd29"));
            assert!(plain.is_empty() || !sealed.contains(plain));
            assert_eq!(
                sealer.open(&sealed, "webhook_endpoints/1").unwrap(),
                plain.as_bytes()
            );
            assert_ne!(sealer.seal(plain.as_bytes(), "webhook_endpoints/1"), sealed);
        }
    }

    #[test]
    fn another_key_is_named_and_another_place_refused() {
        let (sealer, other) = (Sealer::from_hex(KEY).unwrap(), Sealer::random());
        let sealed = sealer.seal(b"secret", "a");
        let wanted = "630dcd29".to_owned();
        assert_eq!(
            other.open(&sealed, "a"),
            Err(SealError::OtherKey { wanted })
        );
        assert_eq!(sealer.open(&sealed, "b"), Err(SealError::Broken));
        let renamed = sealed.replace("630dcd29", other.key_id());
        assert_eq!(other.open(&renamed, "a"), Err(SealError::Broken));
    }

    #[test]
    fn a_changed_text_is_not_opened() {
        let sealer = Sealer::from_hex(KEY).unwrap();
        let sealed = sealer.seal(b"secret", "a");
        for index in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(sealer.open(&changed, "a").is_err(), "{changed}");
            assert!(sealer.open(&sealed[..index], "a").is_err());
        }
        for foreign in [
            "",
            "v1",
            "v1..",
            "plain text",
            "v1.630dcd29.é",
            "v2.630dcd29.AAAA",
        ] {
            assert_eq!(
                sealer.open(foreign, "a"),
                Err(SealError::Broken),
                "{foreign}"
            );
        }
    }

    #[test]
    fn the_key_is_made_once_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(KEY_FILE);
        assert!(Sealer::find(&file).unwrap().is_none());
        let ids: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
            let makers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| Sealer::open_or_create(&file).unwrap().key_id))
                .collect();
            makers
                .into_iter()
                .map(|maker| maker.join().unwrap())
                .collect()
        });
        assert_eq!(ids.len(), 1, "{ids:?}");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.len() == 65 && text.ends_with('\n'));
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_key_is_refused_by_name_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(KEY_FILE);
        for text in ["", "short", &"g".repeat(64), &"0".repeat(66)] {
            fs::write(&file, text).unwrap();
            let error = Sealer::open_or_create(&file).unwrap_err().to_string();
            assert!(error.contains("secret.key must hold 64"), "{error}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        assert!(Sealer::from_hex("x").is_err());
    }
}
