//! What every handler can reach.

use std::sync::Arc;

use app::App;

use super::{callers::Callers, limits::Limits};
use crate::{config::Config, lifecycle::Lifecycle, metrics::Metrics};

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct HttpState {
    pub(crate) app: Arc<App>,
    pub(crate) callers: Arc<Callers>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) openapi: Arc<str>,
}

impl HttpState {
    pub(crate) fn new(app: Arc<App>, config: &Config, lifecycle: Lifecycle) -> Self {
        Self {
            app,
            callers: Arc::new(Callers::new()),
            limits: Arc::new(Limits::new(&config.limits)),
            metrics: Arc::new(Metrics::new()),
            lifecycle,
            openapi: super::openapi::text().into(),
        }
    }
}
