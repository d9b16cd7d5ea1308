//! A PostgreSQL server of one's own, on a free port, that can be stopped in any way and is gone when dropped.

use bench::durability::postgres_server;

pub use postgres_server::Stop;

/// A server that runs until it is dropped, or until this process is gone.
pub struct PostgresServer(postgres_server::PostgresServer);

impl PostgresServer {
    /// Makes an empty cluster and starts it.
    pub fn start() -> Self {
        Self(postgres_server::PostgresServer::start().expect("PostgreSQL starts"))
    }

    /// The address of the database that is there from the beginning.
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// The same through a proxy of this machine that listens on another port.
    pub fn url_through(&self, port: u16) -> String {
        self.0.url_through(port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.0.port()
    }

    /// Stops it; nothing listens any more when this returns.
    pub fn stop(&mut self, how: Stop) {
        self.0.stop(how).expect("PostgreSQL stops");
    }

    /// Starts it again; it accepts connections when this returns.
    pub fn start_again(&mut self) {
        self.0.start_again().expect("PostgreSQL starts again");
    }
}
