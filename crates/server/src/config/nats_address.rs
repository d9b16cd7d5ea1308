//! Where NATS is: addresses, and what proves to it who we are. The proof is kept apart, so that no log shows it.

use std::fmt;

use percent_encoding::percent_decode_str;
use url::Url;

/// Servers that may be named: a cluster tells the others itself.
const SERVERS_MAX: usize = 16;

/// One NATS server, or some of one cluster.
#[derive(Clone)]
pub struct NatsAddress {
    servers: Vec<Url>,
    proof: NatsProof,
}

/// What proves to NATS who we are.
#[derive(Clone)]
pub enum NatsProof {
    /// Nothing; NATS takes anybody.
    None,
    /// A token: `nats://token@host`.
    Token(String),
    /// `nats://user:password@host`.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
}

impl NatsAddress {
    /// Reads the setting beside the one of the database, without which it means nothing.
    pub(super) fn read(nats_url: &str, database_url: &str) -> Result<Option<Self>, String> {
        if nats_url.is_empty() {
            return Ok(None);
        }
        if database_url.is_empty() {
            return Err(
                "nats_url needs database_url: NATS connects nodes that share a PostgreSQL; SQLite has one node"
                    .to_owned(),
            );
        }
        Self::parse(nats_url)
            .map(Some)
            .map_err(|error| format!("nats_url {error}"))
    }

    /// Reads addresses with commas between. An error does not repeat them, as they may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut servers = Vec::new();
        let mut proof = NatsProof::None;
        for part in text.split(',').map(str::trim) {
            let mut url = Url::parse(part)
                .map_err(|error| format!("must be of the form nats://host:4222: {error}"))?;
            if !["nats", "tls"].contains(&url.scheme()) {
                return Err("must begin with nats:// or tls://".to_owned());
            }
            if url.host_str().is_none_or(str::is_empty) {
                return Err("must name a host, as nats://host:4222".to_owned());
            }
            if matches!(proof, NatsProof::None) {
                proof = proof_of(&url)?;
            }
            let is_stripped = url.set_username("").is_ok() && url.set_password(None).is_ok();
            assert!(is_stripped, "a URL with a host may have no user");
            servers.push(url);
        }
        if servers.len() > SERVERS_MAX {
            return Err(format!("must name at most {SERVERS_MAX} servers"));
        }
        Ok(Self { servers, proof })
    }

    /// The servers, without the proof.
    pub fn servers(&self) -> &[Url] {
        &self.servers
    }

    /// The proof.
    pub fn proof(&self) -> &NatsProof {
        &self.proof
    }
}

fn proof_of(url: &Url) -> Result<NatsProof, String> {
    let decoded = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|_| "has a user or password that is not UTF-8".to_owned())
    };
    let user = decoded(url.username())?;
    Ok(match url.password() {
        Some(password) => NatsProof::Password {
            user,
            password: decoded(password)?,
        },
        None if user.is_empty() => NatsProof::None,
        None => NatsProof::Token(user),
    })
}

impl fmt::Display for NatsAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, server) in self.servers.iter().enumerate() {
            let separator = if place == 0 { "" } else { "," };
            write!(formatter, "{separator}{server}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proof_is_kept_apart_and_never_shown() {
        let address = NatsAddress::parse("tls://parlour:p%40ss%3Aword@one:4222, nats://two");
        let address = address.expect("good");
        assert_eq!(address.to_string(), "tls://one:4222,nats://two");
        assert!(
            matches!(address.proof(), NatsProof::Password { user, password } if user == "parlour" && password == "p@ss:word")
        );
        let address = NatsAddress::parse("nats://s3cr3t@[::1]:4222").expect("good");
        assert_eq!(address.to_string(), "nats://[::1]:4222");
        assert!(matches!(address.proof(), NatsProof::Token(token) if token == "s3cr3t"));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let many = vec!["nats://h"; SERVERS_MAX + 1].join(",");
        for (text, expected) in [
            ("s3cr3t@host:4222", "nats://"),
            ("http://a:s3cr3t@host", "begin with nats://"),
            ("nats://a:s3cr3t@", "nats://host:4222"),
            ("nats://host,", "nats://host:4222"),
            ("nats://a:s3cr3t@host:port", "nats://host:4222"),
            (many.as_str(), "at most 16"),
        ] {
            let error = NatsAddress::parse(text).map(drop).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
            assert!(!error.contains("s3cr3t"), "{error}");
        }
        let error = NatsAddress::read("nats://host", "").map(drop);
        assert!(error.is_err_and(|error| error.contains("needs database_url")));
        assert!(NatsAddress::read("", "").is_ok_and(|address| address.is_none()));
    }
}
