//! A server that is measured: where it is, and as whom it is asked.

use std::net::{SocketAddr, ToSocketAddrs};

use serde_json::Value;

use crate::load::Connection;

/// A server that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What requests call it.
    pub(crate) host: String,
    /// The key that requests carry.
    pub(crate) api_key: String,
    /// The agent that sends.
    pub(crate) agent_id: String,
}

impl Target {
    /// The server at a URL; its first agent is the one that sends.
    pub(crate) async fn at(url: &str, api_key: &str) -> Result<Self, String> {
        let host = host(url)?;
        let addresses = host.to_socket_addrs();
        let address = addresses
            .map_err(|error| format!("{host} is not known: {error}"))?
            .next()
            .ok_or_else(|| format!("{host} has no address"))?;
        let mut target = Self {
            address,
            host,
            api_key: api_key.to_owned(),
            agent_id: String::new(),
        };
        let agents = target.get("/api/v1/agents?limit=1").await?;
        let first = agents["items"][0]["id"].as_str();
        target.agent_id = first.ok_or("the server has no agent")?.to_owned();
        Ok(target)
    }

    /// The bytes of a request without a body.
    pub(crate) fn request(&self, method: &str, path: &str) -> Vec<u8> {
        let Self { host, api_key, .. } = self;
        format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\napi-key: {api_key}\r\n\r\n")
            .into_bytes()
    }

    /// The bytes of a request with a JSON body.
    pub(crate) fn request_with(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let (Self { host, api_key, .. }, length) = (self, body.len());
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\napi-key: {api_key}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// The bytes of a POST that can be sent again with the same key.
    pub(crate) fn request_once(&self, path: &str, key: &str, body: &str) -> Vec<u8> {
        let (Self { host, api_key, .. }, length) = (self, body.len());
        format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\napi-key: {api_key}\r\nidempotency-key: {key}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// Reads something, on a connection of its own.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, String> {
        match self.ask(&self.request("GET", path)).await? {
            (200, value) => Ok(value),
            (status, value) => Err(format!("GET {path} was answered {status}: {value}")),
        }
    }

    /// Posts something, on a connection of its own; tells the status and what was answered.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<(u16, Value), String> {
        self.ask(&self.request_with("POST", path, &body.to_string()))
            .await
    }

    async fn ask(&self, request: &[u8]) -> Result<(u16, Value), String> {
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.ask(request).await?;
        let value = match answer.body {
            [] => Value::Null,
            body => serde_json::from_slice(body)
                .map_err(|error| format!("an answer that is not JSON: {error}"))?,
        };
        Ok((answer.status, value))
    }
}

/// Host and port of a URL.
fn host(url: &str) -> Result<String, String> {
    let rest = url.strip_prefix("http://").ok_or_else(|| {
        format!("{url} must begin with http://: the bench speaks to the server itself, without TLS")
    })?;
    let host = rest.strip_suffix('/').unwrap_or(rest);
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        return Err(format!("{url} must be http://HOST:PORT and nothing more"));
    }
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Ok(if has_port {
        host.to_owned()
    } else {
        format!("{host}:80")
    })
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn urls_are_hosts_and_ports() {
        assert_eq!(
            host("http://127.0.0.1:8080").as_deref(),
            Ok("127.0.0.1:8080")
        );
        assert_eq!(
            host("http://chat.example/").as_deref(),
            Ok("chat.example:80")
        );
        assert_eq!(host("http://[::1]:80").as_deref(), Ok("[::1]:80"));
        for wrong in [
            "https://chat.example",
            "chat.example",
            "http://",
            "http://a/b",
            "http://a@b",
        ] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }
}
