//! One connection that asks and waits: as little of HTTP/1.1 as that takes, so that the machine is left to the server.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Headers of an answer.
const HEADERS_MAX: usize = 48;

/// Most bytes of an answer: a page of 100 of the longest messages.
const ANSWER_BYTES_MAX: usize = 16 * 1_024 * 1_024;

/// A kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// What the server answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: &'a [u8],
}

/// Where an answer's parts are in what was received.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    length: usize,
    body_length: usize,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, String> {
        let opened = TcpStream::connect(address).await;
        let stream = opened.map_err(|error| format!("{address} cannot be reached: {error}"))?;
        stream
            .set_nodelay(true)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(4_096),
        })
    }

    /// Sends a whole request and waits for the whole answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>, String> {
        let broken = |error: std::io::Error| format!("a connection broke: {error}");
        self.stream.write_all(request).await.map_err(broken)?;
        self.received.clear();
        let mut head = None;
        let head = loop {
            let count = self.stream.read_buf(&mut self.received).await;
            if count.map_err(broken)? == 0 {
                return Err("the server closed a connection in the middle of an answer".to_owned());
            }
            if head.is_none() {
                head = read_head(&self.received)?;
            }
            match head {
                Some(Head {
                    length,
                    body_length,
                    ..
                }) if body_length > ANSWER_BYTES_MAX - length => {
                    return Err(format!("an answer of {body_length} bytes"));
                }
                Some(Head {
                    status,
                    length,
                    body_length,
                }) if self.received.len() >= length + body_length => {
                    break (status, length..length + body_length);
                }
                None if self.received.len() > ANSWER_BYTES_MAX => {
                    return Err("an answer whose head does not end".to_owned());
                }
                _ => {}
            }
        };
        Ok(Answer {
            status: head.0,
            body: &self.received[head.1],
        })
    }
}

/// Reads an answer's head; none where it is not all there.
fn read_head(received: &[u8]) -> Result<Option<Head>, String> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut headers);
    let parsed = answer.parse(received);
    let httparse::Status::Complete(length) =
        parsed.map_err(|error| format!("an answer that is not HTTP: {error}"))?
    else {
        return Ok(None);
    };
    let status = answer.code.unwrap_or(0);
    let header = |name: &str| {
        answer
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
    };
    let body_length = match header("content-length") {
        Some(header) => std::str::from_utf8(header.value)
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .ok_or("a content-length that is no number")?,
        None if status == 204 => 0,
        None => return Err(format!("an answer {status} without a content-length")),
    };
    Ok(Some(Head {
        status,
        length,
        body_length,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_when_they_are_whole() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        for length in 0..answer.len() - 2 {
            assert_eq!(read_head(&answer[..length]), Ok(None), "{length} bytes");
        }
        let expected = Head {
            status: 200,
            length: answer.len() - 2,
            body_length: 2,
        };
        assert_eq!(read_head(answer), Ok(Some(expected)));
    }

    #[test]
    fn only_no_content_needs_no_length() {
        let head = read_head(b"HTTP/1.1 204 No Content\r\n\r\n").expect("a good answer");
        assert_eq!(head.map(|head| head.body_length), Some(0));
        assert!(read_head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(read_head(b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n").is_err());
        assert!(read_head(b"SSH-2.0-OpenSSH\r\n\r\n").is_err());
    }
}
