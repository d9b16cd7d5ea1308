//! The origins of our own pages, shared by the doors.

use std::net::SocketAddr;

use app::widget::Site;
use url::Url;

use crate::{address::origin_of, config::Config};

/// The origins of our own pages: the one that others know first.
#[derive(Debug)]
pub(crate) struct Origins(Vec<String>);

impl Origins {
    /// Those that are set.
    pub(crate) fn of(config: &Config) -> Result<Self, String> {
        let listen = config.listen_address()?;
        let allowed = config.live.origins()?;
        Ok(Self::new(&config.public_url, listen, &allowed))
    }

    /// Those of the public address and of where we listen, and others that are allowed.
    fn new(public_url: &str, listen: SocketAddr, allowed: &[String]) -> Self {
        let mut origins: Vec<String> = [public_url]
            .into_iter()
            .chain(allowed.iter().map(String::as_str))
            .filter_map(origin_of)
            .collect();
        origins.extend(origin_of(&format!("http://{listen}")));
        let (ip, port) = (listen.ip(), listen.port());
        if ip.is_loopback() || ip.is_unspecified() {
            // A browser on the same machine calls it by any of these names.
            for name in ["localhost", "127.0.0.1", "[::1]"] {
                origins.extend(origin_of(&format!("http://{name}:{port}")));
            }
        }
        Self(origins)
    }

    /// Whether a page of this origin is one of ours.
    pub(crate) fn contains(&self, origin: &str) -> bool {
        origin_of(origin).is_some_and(|origin| self.0.contains(&origin))
    }

    /// Where a page is.
    pub(crate) fn site_of(&self, link: &str) -> Site {
        let Ok(url) = Url::parse(link) else {
            return Site::Unknown;
        };
        let is_web = matches!(url.scheme(), "http" | "https");
        match url.host_str() {
            Some(_) if self.0.contains(&url.origin().ascii_serialization()) => Site::Own,
            Some(host) if is_web => Site::Host(host.to_owned()),
            _ => Site::Unknown,
        }
    }

    /// Where a page is that tells its host, with a port where it has one of its own. Its scheme is not known.
    pub(crate) fn site_of_host(&self, host: &str) -> Site {
        let sites = ["https", "http"].map(|scheme| self.site_of(&format!("{scheme}://{host}")));
        match sites {
            [Site::Own, _] | [_, Site::Own] => Site::Own,
            [site, _] => site,
        }
    }

    /// What a policy calls the sockets of our own origin, by the name that a request called us: not for every browser is
    /// a socket of the same host the page itself (CSP3 section 6.7.2.8).
    pub(crate) fn sockets(&self, host: Option<&str>) -> String {
        let authority_of = |origin: &String| {
            let (_, authority) = origin.split_once("://")?;
            Some(authority.to_owned())
        };
        let mut all = self.0.iter().filter_map(authority_of);
        let called = all.find(|authority| Some(authority.as_str()) == host);
        match called.or_else(|| self.0.first().and_then(authority_of)) {
            Some(authority) => format!("ws://{authority} wss://{authority}"),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins() -> Origins {
        let listen = "127.0.0.1:8080".parse().expect("an address");
        let allowed = ["https://desk.example".to_owned()];
        Origins::new("https://chat.example/", listen, &allowed)
    }

    #[test]
    fn d1_only_our_own_origins_are_known() {
        let origins = origins();
        for good in [
            "https://chat.example",
            "https://CHAT.example:443",
            "https://desk.example",
            "http://127.0.0.1:8080",
            "http://localhost:8080",
        ] {
            assert!(origins.contains(good), "{good}");
        }
        for evil in [
            "",
            "null",
            "http://chat.example",
            "https://chat.example:8443",
            "https://chat.example.evil",
            "https://evil.example",
            "https://chat.example@evil.example",
            "http://localhost:9090",
            "file://",
        ] {
            assert!(!origins.contains(evil), "{evil}");
        }
    }

    #[test]
    fn a_page_is_ours_a_sites_or_nowhere() {
        let host = |host: &str| Site::Host(host.to_owned());
        for (link, site) in [
            ("https://chat.example/chat/5f0c?lang=de#top", Site::Own),
            ("http://localhost:8080/demo", Site::Own),
            ("http://localhost/", host("localhost")),
            ("https://Shop.example:8443/a", host("shop.example")),
            ("https://chat.example@evil.example/", host("evil.example")),
            ("file:///home/anna/page.html", Site::Unknown),
            ("about:srcdoc", Site::Unknown),
            ("shop.example", Site::Unknown),
            ("", Site::Unknown),
        ] {
            assert_eq!(origins().site_of(link), site, "{link}");
        }
        for (told, site) in [
            ("chat.example", Site::Own),
            ("localhost:8080", Site::Own),
            ("localhost:9090", host("localhost")),
            ("Shop.example:8443", host("shop.example")),
            ("shop.example/chat.example", host("shop.example")),
            ("evil.example@chat.example", Site::Own),
            ("", Site::Unknown),
            ("a b", Site::Unknown),
        ] {
            assert_eq!(origins().site_of_host(told), site, "{told}");
        }
    }

    #[test]
    fn sockets_are_those_of_the_name_that_was_called() {
        let called = "ws://localhost:8080 wss://localhost:8080";
        assert_eq!(origins().sockets(Some("localhost:8080")), called);
        let known = "ws://chat.example wss://chat.example";
        for unknown in [None, Some("evil.example"), Some("x; script-src *")] {
            assert_eq!(origins().sockets(unknown), known);
        }
    }
}
