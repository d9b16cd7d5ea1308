//! What every handler can reach.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use app::App;
use model::address::Networks;

use super::{callers::Callers, limits::Limits, visitor::VisitorCallers, widget::Texts};
use crate::{
    assets::Assets, config::Config, files::Files, geo::Geo, lifecycle::Lifecycle, metrics::Metrics,
    origins::Origins,
};

/// What every handler can reach. One pointer, as it is copied several times for each request.
#[derive(Clone)]
pub(crate) struct HttpState(Arc<Reach>);

/// What is behind the pointer.
pub(crate) struct Reach {
    pub(crate) app: Arc<App>,
    pub(crate) callers: Callers,
    pub(crate) visitors: VisitorCallers,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) proxies: Networks,
    pub(crate) geo: Geo,
    pub(crate) files: Arc<Files>,
    pub(crate) origins: Origins,
    pub(crate) assets: Assets,
    pub(super) texts: Texts,
    /// What links to files begin with.
    pub(crate) file_link_base: String,
    /// Whether visitors may ask for mail.
    pub(crate) has_mail: bool,
    openapi: OnceLock<String>,
}

impl HttpState {
    pub(crate) fn new(
        app: Arc<App>,
        config: &Config,
        lifecycle: Lifecycle,
        geo: Geo,
        files: Arc<Files>,
    ) -> Result<Self, String> {
        Ok(Self(Arc::new(Reach {
            app,
            callers: Callers::new(),
            visitors: VisitorCallers::new(),
            limits: if config.database_url.is_empty() {
                Limits::new(&config.limits)
            } else {
                Limits::shared(&config.limits)
            },
            metrics: Metrics::new(),
            lifecycle,
            // The text was read before.
            proxies: config.http.proxies().unwrap_or_default(),
            geo,
            files,
            origins: Origins::of(config)?,
            assets: Assets::new(config.web_dev.clone()),
            texts: Texts::default(),
            file_link_base: config.file_link_base(),
            has_mail: config.mail.is_configured(),
            openapi: OnceLock::new(),
        })))
    }
}

impl Reach {
    /// The OpenAPI document, made when somebody first asks for it: starting does not wait for it.
    pub(crate) fn openapi(&self) -> &str {
        self.openapi.get_or_init(super::openapi::text)
    }
}

impl Deref for HttpState {
    type Target = Reach;

    fn deref(&self) -> &Reach {
        &self.0
    }
}
