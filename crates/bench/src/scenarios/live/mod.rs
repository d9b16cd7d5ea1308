//! The live door: how soon a message is on a socket, how many sockets there can be, and what a bad one does to others.

mod broadcast;
mod ears;
mod evenly;
mod fanout;
mod people;
mod slow;
mod sockets;

pub(super) use broadcast::run as broadcast;
pub(super) use fanout::run as fanout;
pub(super) use slow::run as slow;
pub(super) use sockets::run as sockets;

use tokio::runtime::{self, Runtime};

/// A runtime whose tasks go on while this thread waits for something else.
fn beside() -> Result<Runtime, String> {
    let built = runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    built.map_err(|error| format!("the runtime cannot start: {error}"))
}

/// A text as people write it, with a number by which it is recognized.
fn text(number: u64) -> String {
    format!(
        "Hello! Thank you for waiting. I have looked at your order: it left our house this morning and will be with you \
         on Thursday. You find the parcel number in our e-mail. Is there anything else that I can do for you? ({number:016})"
    )
}

/// The number of a text, wherever it stands.
fn number_in(text: &str) -> Option<u64> {
    const DIGITS: usize = 16;
    text.match_indices('(').find_map(|(place, _)| {
        let digits = text.get(place + 1..place + 1 + DIGITS)?;
        let ends = text[place + 1 + DIGITS..].starts_with(')');
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        (ends && is_number).then(|| digits.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_recognized_by_its_number() {
        for number in [0, 7, 9_999_999_999_999_999] {
            let frame = format!(r#"{{"t":"ev","data":{{"text":"{}"}}}}"#, text(number));
            assert_eq!(number_in(&frame), Some(number));
        }
        assert_eq!(number_in("no (number) here (12"), None);
    }
}
