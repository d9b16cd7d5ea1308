//! Ids and secrets: the one place that asks for randomness.

use model::{
    id::{
        ALPHABET, AgentId, ConversationId, DeliveryId, EndpointId, FileId, GroupId, ID_LENGTH,
        ID_TIME_LENGTH, KeyId, MessageId, OrganizationId, VisitorId, encode_time,
    },
    time::Millis,
};

/// Random characters of a dummy's id, after the word `Dummy`.
const DUMMY_LENGTH: usize = 12;

/// Characters of a generated visitor's id, as others generate them (contract G-8).
const VISITOR_LENGTH: usize = 32;

/// What such an id is made of.
const LETTERS_AND_DIGITS: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Bytes of a widget id, written as hexadecimal.
const WIDGET_ID_BYTES: usize = 12;

/// Bytes of what a link to a file is kept secret by (trust 1.13).
const ACCESS_TOKEN_BYTES: usize = 16;

/// Bytes of a policy's nonce: the 128 bits that CSP3 asks for.
const POLICY_NONCE_BYTES: usize = 16;

/// Bytes of the name of stored bytes: nobody finds the same twice.
const STORAGE_KEY_BYTES: usize = 16;

/// Bytes of every secret: 256 bits, so that a fast hash is right for keeping it (trust 1.16).
const SECRET_BYTES: usize = 32;

/// An id for a new organization.
pub fn organization() -> OrganizationId {
    OrganizationId::new(characters::<ID_LENGTH>())
}

/// An id for a new agent.
pub fn agent() -> AgentId {
    AgentId::new(characters::<ID_LENGTH>())
}

/// An id for an agent made from an e-mail; integrations look for the word in it (contract A.1).
pub fn dummy_agent() -> AgentId {
    AgentId::new(format!("Dummy{}", characters::<DUMMY_LENGTH>()))
}

/// An id for a new group.
pub fn group() -> GroupId {
    GroupId::new(characters::<ID_LENGTH>())
}

/// An id for a new conversation.
pub fn conversation() -> ConversationId {
    ConversationId::new(characters::<ID_LENGTH>())
}

/// An id for a message made at a time; later ones sort later.
pub fn message(at: Millis) -> MessageId {
    let mut id = String::with_capacity(ID_LENGTH);
    id.extend(encode_time(at).map(char::from));
    id.push_str(&characters::<{ ID_LENGTH - ID_TIME_LENGTH }>());
    MessageId::new(id)
}

/// An id for a new key.
pub fn key() -> KeyId {
    KeyId::new(characters::<ID_LENGTH>())
}

/// An epoch, which names one history of the database.
pub fn epoch() -> String {
    characters::<ID_LENGTH>()
}

/// An id for a new webhook endpoint.
pub fn endpoint() -> EndpointId {
    EndpointId::new(characters::<ID_LENGTH>())
}

/// An id for a new delivery.
pub fn delivery() -> DeliveryId {
    DeliveryId::new(characters::<ID_LENGTH>())
}

/// An id for a file that was uploaded.
pub fn file() -> FileId {
    FileId::new(characters::<ID_LENGTH>())
}

/// What must be shown to fetch a file: 32 lower-case hexadecimal characters.
pub fn access_token() -> String {
    hex::encode(bytes::<ACCESS_TOKEN_BYTES>())
}

/// What lets one answer's own scripts run, and no others: a nonce of a Content-Security-Policy.
pub fn policy_nonce() -> String {
    hex::encode(bytes::<POLICY_NONCE_BYTES>())
}

/// The name under which the bytes of a file are stored, which says nothing of the file.
pub fn storage_key() -> String {
    hex::encode(bytes::<STORAGE_KEY_BYTES>())
}

/// A widget id: 24 lower-case hexadecimal characters.
pub fn widget() -> String {
    hex::encode(bytes::<WIDGET_ID_BYTES>())
}

/// An id for a visitor whom no site named: 32 letters and digits.
pub fn visitor() -> VisitorId {
    VisitorId::known(characters_of::<VISITOR_LENGTH>(LETTERS_AND_DIGITS))
}

/// A secret: 64 lower-case hexadecimal characters.
pub fn secret() -> String {
    hex::encode(bytes::<SECRET_BYTES>())
}

/// What a node is called from its start to its end.
pub fn node() -> String {
    characters::<ID_LENGTH>()
}

/// An id for a request: a random UUID (RFC 9562, version 4).
pub fn request() -> String {
    let mut random = bytes::<16>();
    random[6] = random[6] & 0x0f | 0x40;
    random[8] = random[8] & 0x3f | 0x80;
    let text = hex::encode(random);
    [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ]
    .join("-")
}

/// A salt for a password's hash.
pub(crate) fn salt() -> [u8; 16] {
    bytes()
}

/// A random place in something of a length, which must not be 0.
pub fn place(length: usize) -> usize {
    (u64::from_le_bytes(bytes()) % (length.max(1) as u64)) as usize
}

/// Random characters of the alphabet of ids.
fn characters<const LENGTH: usize>() -> String {
    characters_of::<LENGTH>(ALPHABET)
}

/// Random characters of an alphabet, each equally likely: bytes that would favour some are thrown away.
fn characters_of<const LENGTH: usize>(alphabet: &[u8]) -> String {
    let base = alphabet.len() as u8;
    let unbiased = u8::MAX - u8::MAX % base;
    let mut text = String::with_capacity(LENGTH);
    while text.len() < LENGTH {
        let fair = bytes::<32>().into_iter().filter(|byte| *byte < unbiased);
        let missing = LENGTH - text.len();
        text.extend(
            fair.take(missing)
                .map(|byte| char::from(alphabet[usize::from(byte % base)])),
        );
    }
    text
}

/// Random bytes, for what is neither id nor text.
pub(crate) fn bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place that asks for randomness"
    )]
    getrandom::fill(&mut bytes)
        .expect("the operating system always has randomness once it has started");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_published_forms() {
        let is_plain = |text: &str| text.bytes().all(|byte| ALPHABET.contains(&byte));
        for _ in 0..200 {
            let message = message(1_795_000_000_000);
            assert!(message.as_str().len() == 17 && is_plain(message.as_str()));
            assert_eq!(
                message.as_str().as_bytes()[..8],
                encode_time(1_795_000_000_000)
            );
            let dummy = dummy_agent();
            assert!(
                dummy.as_str().len() == 17
                    && dummy.as_str().strip_prefix("Dummy").is_some_and(is_plain)
            );
            assert!(agent().as_str().len() == 17 && is_plain(agent().as_str()));
            assert!(
                widget().len() == 24
                    && widget()
                        .bytes()
                        .all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
            );
            assert_eq!(secret().len(), 64);
        }
    }

    #[test]
    fn every_character_of_the_alphabet_comes_up() {
        let seen: std::collections::BTreeSet<u8> = (0..300)
            .flat_map(|_| characters::<17>().into_bytes())
            .collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), ALPHABET);
    }
}
