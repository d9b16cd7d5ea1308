//! Bounds of what people and programs may send. Each is refused with its name and number.

/// Longest message text, in characters (trust 1.15).
pub const TEXT_LENGTH_MAX: usize = 5_000;

/// Longest text of an automatic message that a page shows, in characters.
pub const AUTO_MESSAGE_LENGTH_MAX: usize = 1_000;

/// Longest comment to a rating, in characters.
pub const RATING_COMMENT_LENGTH_MAX: usize = 1_000;

/// Longest name of an organization, agent, group or key, in characters.
pub const NAME_LENGTH_MAX: usize = 200;

/// Longest e-mail address, in bytes (RFC 5321 section 4.5.3.1.3, without the angle brackets).
pub const EMAIL_LENGTH_MAX: usize = 254;

/// Longest `receivedFrom` label, in characters.
pub const RECEIVED_FROM_LENGTH_MAX: usize = 200;

/// Longest address of a picture, in bytes.
pub const USERPIC_LENGTH_MAX: usize = 2_048;

/// Longest address that something is sent to, in bytes.
pub const URL_LENGTH_MAX: usize = 2_048;

/// Longest host name, in bytes (RFC 1035 section 2.3.4, as text).
pub const HOST_LENGTH_MAX: usize = 253;

/// Length of a client-made message id, in bytes: 128 bits of text fit in any encoding.
pub const CID_LENGTH: std::ops::RangeInclusive<usize> = 8..=64;

/// Longest `Idempotency-Key`, in bytes.
pub const IDEMPOTENCY_KEY_LENGTH_MAX: usize = 255;

/// Longest note about a visitor, in characters.
pub const VISITOR_NOTES_LENGTH_MAX: usize = 10_000;

/// Most attributes a visitor may have.
pub const ATTRIBUTES_MAX: usize = 100;

/// Longest attribute name, in characters.
pub const ATTRIBUTE_NAME_LENGTH_MAX: usize = 100;

/// Longest attribute value, in characters.
pub const ATTRIBUTE_VALUE_LENGTH_MAX: usize = 1_000;

/// Longest address of a page that a visitor looks at, in bytes.
pub const PAGE_LINK_LENGTH_MAX: usize = 2_048;

/// Longest title of such a page, in characters.
pub const PAGE_TITLE_LENGTH_MAX: usize = 300;

/// Visits of one visitor that are kept, the latest.
pub const VISITS_MAX: i64 = 100;

/// Longest `User-Agent` header that is kept, in bytes; longer ones are cut. Those of browsers have less than 300.
pub const USER_AGENT_LENGTH_MAX: usize = 512;

/// Longest name of a file, in bytes: with room for what a file system adds to it.
pub const FILE_NAME_LENGTH_MAX: usize = 150;

/// Most files of one message.
pub const FILES_PER_MESSAGE_MAX: usize = 10;

/// Most webhook endpoints of one organization.
pub const ENDPOINTS_MAX: usize = 100;

/// Most headers that a webhook endpoint is sent besides.
pub const HEADERS_MAX: usize = 20;

/// Longest name of such a header, in bytes.
pub const HEADER_NAME_LENGTH_MAX: usize = 100;

/// Longest value of such a header, in bytes.
pub const HEADER_VALUE_LENGTH_MAX: usize = 1_000;

/// Most agents in one group.
pub const GROUP_AGENTS_MAX: usize = 1_000;

/// Rows of a page when the caller names no number.
pub const PAGE_DEFAULT: u32 = 50;

/// Most rows of a page.
pub const PAGE_MAX: u32 = 100;

/// Shortest password, in characters (trust 1.8, 6.2.1).
pub const PASSWORD_LENGTH_MIN: usize = 8;

/// Longest password, in characters.
pub const PASSWORD_LENGTH_MAX: usize = 128;
