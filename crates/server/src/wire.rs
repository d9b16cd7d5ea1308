//! The wiring: which parts there are and in which order they start and stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use app::{App, clock::Clock, feed::Reach};
use tokio::net::TcpListener;

use crate::{
    config::Config,
    files::{self, Files},
    geo::{Geo, GeoError},
    http::{self, Door, HttpState},
    lifecycle::Lifecycle,
    live::{self, LiveDoor},
    metrics::NodeMetrics,
    nodes::Bridge,
    work,
};

/// A server that runs.
pub struct Server {
    app: Arc<App>,
    lifecycle: Lifecycle,
    bridge: Option<Bridge>,
    config: Config,
    address: SocketAddr,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is not acceptable.
    #[error("{0}")]
    Config(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        error: std::io::Error,
    },
    /// The database is not fit.
    #[error("{0}")]
    App(#[from] app::Error),
    /// The database of places is not fit.
    #[error(transparent)]
    Geo(#[from] GeoError),
}

impl Server {
    /// Starts everything; answers requests when this returns.
    pub async fn start(config: Config, clock: Arc<Clock>) -> Result<Self, StartError> {
        // Nobody is answered before everything is ready, but links need to know the port.
        let (listener, address) =
            listen(config.listen_address().map_err(StartError::Config)?).await?;
        let mut config = config;
        config.listen = address.to_string();
        let (options, settings) = (config.database_options(), config.app_settings());
        let outgoing = config.outgoing().map_err(StartError::Config)?;
        let sealer = config.sealer().map_err(StartError::Config)?;
        let files = Arc::new(Files::new(&config).map_err(StartError::Config)?);
        // Opening migrates and blocks, and PostgreSQL's client runs a runtime of its own.
        let geoip_file = config.visitors.geoip_file.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let geo = Geo::open(&geoip_file)?;
            let app = App::open(&options, clock, settings, sealer)?;
            Ok::<_, StartError>((Arc::new(app), geo))
        });
        let (app, geo) = opened.await.expect("opening the database does not panic")?;
        let lifecycle = Lifecycle::new();
        let sweep = files::sweep(Arc::clone(&app), Arc::clone(&files), lifecycle.clone());
        let state = HttpState::new(Arc::clone(&app), &config, lifecycle.clone(), geo, files)
            .map_err(StartError::Config)?;
        let bridge = start_bridge(&app, &config, state.metrics.nodes()).await?;
        let body_timeout = std::time::Duration::from_secs(config.http.body_timeout_seconds);

        if let Some(address) = config.metrics_address().map_err(StartError::Config)? {
            let (listener, _) = listen(address).await?;
            let router = http::metrics_router(state.clone(), body_timeout);
            let door = Door {
                listener,
                router,
                gauge: state.metrics.connections().clone(),
            };
            lifecycle.spawn(http::accept(door, config.http.clone(), lifecycle.clone()));
        }
        if !config.database_url.is_empty() {
            lifecycle.spawn(http::share_quotas(state.clone()));
        }
        let live_metrics = state.metrics.live().clone();
        let live =
            LiveDoor::open(&app, &config, live_metrics, &lifecycle).map_err(StartError::Config)?;
        let gauge = state.metrics.connections().clone();
        let job_metrics = state.metrics.jobs().clone();
        let webhook_metrics = state.metrics.webhooks().clone();
        let door = Door {
            listener,
            router: http::router(state, live::router(live), body_timeout),
            gauge,
        };
        lifecycle.spawn(http::accept(door, config.http.clone(), lifecycle.clone()));
        lifecycle.spawn(work::check(Arc::clone(&app)));
        lifecycle.spawn(work::follow(Arc::clone(&app), lifecycle.clone()));
        let runner = work::run(Arc::clone(&app), lifecycle.clone(), job_metrics);
        lifecycle.spawn(runner);
        let deliver = work::deliver(
            Arc::clone(&app),
            outgoing,
            lifecycle.clone(),
            webhook_metrics,
        );
        lifecycle.spawn(deliver);
        lifecycle.spawn(sweep);
        Ok(Self {
            app,
            lifecycle,
            bridge,
            config,
            address,
        })
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How others reach the server.
    pub fn public_url(&self) -> String {
        if self.config.public_url.is_empty() {
            format!("http://{}", self.address)
        } else {
            self.config.public_url.clone()
        }
    }

    /// The application behind the doors.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Says that it will stop, and goes on; tells for how long it should, so that proxies notice.
    pub fn leave(&self) -> Duration {
        self.lifecycle.leave();
        Duration::from_secs(self.config.http.drain_seconds)
    }

    /// Stops gently: nothing new is taken, what runs ends, and the database is closed. True where nothing was cut off.
    pub async fn stop(self) -> bool {
        let mut is_clean = self.lifecycle.stop(self.config.stop_timeout()).await;
        if let Some(bridge) = &self.bridge {
            is_clean &= bridge.stop().await;
        }
        // Closing waits for threads that write back.
        let closed = tokio::task::spawn_blocking(move || self.app.db().close()).await;
        is_clean && closed.is_ok()
    }

    /// Stops at once; what is committed stays committed.
    pub fn abandon(&self) {
        self.lifecycle.abandon();
        if let Some(bridge) = &self.bridge {
            bridge.abandon();
        }
    }
}

/// Connects this node with others, where there may be some.
async fn start_bridge(
    app: &Arc<App>,
    config: &Config,
    metrics: &NodeMetrics,
) -> Result<Option<Bridge>, StartError> {
    let is_alone = config.database_url.is_empty();
    let reach = if is_alone { Reach::Alone } else { Reach::Cut };
    app.feed().set_reach(reach);
    let Some(address) = config.nats().map_err(StartError::Config)? else {
        return Ok(None);
    };
    let bridge = Bridge::start(app, &address, metrics.clone()).await;
    bridge.map(Some).map_err(StartError::Config)
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound
        .await
        .map_err(|error| StartError::Listen { address, error })
}
