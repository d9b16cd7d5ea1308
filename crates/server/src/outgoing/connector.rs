//! Connects to addresses that were checked, and to no other: the guard sits where the connection is made, so that there
//! is no second look-up that could answer otherwise.

use std::{
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use hyper::{Uri, http::uri::Scheme};
use model::address::OutgoingPolicy;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};
use tower::Service;

use super::{OutgoingError, TlsError, connection::Connection, resolver::Resolver, tls};

/// Addresses of one name that are tried before it is given up.
const TRIED_MAX: usize = 8;

/// Makes connections for the door.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) policy: Arc<OutgoingPolicy>,
    pub(super) resolver: Resolver,
    pub(super) tls: TlsConnector,
    pub(super) timeout: Duration,
    /// Tells this machine's own addresses: [`is_own`].
    pub(super) is_own: fn(SocketAddr) -> bool,
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = OutgoingError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, OutgoingError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OutgoingError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move {
            let deadline = Instant::now() + connector.timeout;
            timeout_at(deadline, connector.connect(&uri, deadline))
                .await
                .unwrap_or(Err(OutgoingError::ConnectTimeout))
        })
    }
}

impl Connector {
    async fn connect(&self, uri: &Uri, deadline: Instant) -> Result<Connection, OutgoingError> {
        let scheme = uri.scheme().unwrap_or(&Scheme::HTTP);
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_tls = *scheme == Scheme::HTTPS;
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });

        let addresses: Vec<_> = self.addresses(host, port).await?;
        for address in &addresses {
            self.check(scheme, *address)?;
        }
        let stream = reach(&addresses, deadline).await?;
        // Whatever stands between us and the network, the other end is one that may be talked to.
        let peer = stream.peer_addr().map_err(|_| OutgoingError::Connect)?;
        self.policy.check_connection(scheme.as_str(), peer)?;
        stream
            .set_nodelay(true)
            .map_err(|_| OutgoingError::Connect)?;
        if !is_tls {
            return Ok(Connection::plain(stream));
        }
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| OutgoingError::Tls(TlsError::WrongName))?;
        let stream = self.tls.connect(name, stream).await;
        stream
            .map(Connection::tls)
            .map_err(|error| tls::failure(&error))
    }

    /// What a host leads to: itself where it is an address, this machine where it is its name, and what the resolver says.
    async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, OutgoingError> {
        let ips = if let Ok(ip) = host.parse::<IpAddr>() {
            vec![ip]
        } else if host == "localhost" {
            // It always has both addresses (RFC 6761), and the operator may have allowed only one.
            let both = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            let listed: Vec<_> = both
                .into_iter()
                .filter(|ip| self.policy.lists(*ip))
                .collect();
            if listed.is_empty() {
                both.into()
            } else {
                listed
            }
        } else if self.policy.lists_any() {
            self.resolver.look_up(host).await?
        } else {
            // With the dot at its end a name is whole: no search domain of this machine is put behind it.
            self.resolver.look_up(&format!("{host}.")).await?
        };
        Ok(ips
            .into_iter()
            .map(|ip| SocketAddr::new(ip.to_canonical(), port))
            .collect())
    }

    fn check(&self, scheme: &Scheme, address: SocketAddr) -> Result<(), OutgoingError> {
        self.policy.check_connection(scheme.as_str(), address)?;
        if !self.policy.lists(address.ip()) && (self.is_own)(address) {
            return Err(OutgoingError::Own);
        }
        Ok(())
    }
}

/// Connects to the first address that answers. Each gets an equal share of the time that is left.
async fn reach(addresses: &[SocketAddr], deadline: Instant) -> Result<TcpStream, OutgoingError> {
    let tried = &addresses[..addresses.len().min(TRIED_MAX)];
    let mut failure = OutgoingError::Name;
    for (number, address) in tried.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / (tried.len() - number) as u32;
        failure = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
                OutgoingError::Refused
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::TimedOut => {
                OutgoingError::ConnectTimeout
            }
            Ok(Err(_)) => OutgoingError::Connect,
            Err(_) => OutgoingError::ConnectTimeout,
        };
    }
    Err(failure)
}

/// Whether an address is one of this machine's: then what is sent there comes from the same address. A socket that is
/// connected but has no stream asks the system for the way and sends nothing.
pub(super) fn is_own(address: SocketAddr) -> bool {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let way = UdpSocket::bind(any).and_then(|socket| {
        socket.connect(address)?;
        socket.local_addr()
    });
    way.is_ok_and(|way| way.ip() == address.ip())
}
