//! What every handler can reach.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use app::App;

use super::{callers::Callers, limits::Limits};
use crate::{config::Config, lifecycle::Lifecycle, metrics::Metrics};

/// What every handler can reach. One pointer, as it is copied several times for each request.
#[derive(Clone)]
pub(crate) struct HttpState(Arc<Reach>);

/// What is behind the pointer.
pub(crate) struct Reach {
    pub(crate) app: Arc<App>,
    pub(crate) callers: Callers,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    pub(crate) lifecycle: Lifecycle,
    openapi: OnceLock<String>,
}

impl HttpState {
    pub(crate) fn new(app: Arc<App>, config: &Config, lifecycle: Lifecycle) -> Self {
        Self(Arc::new(Reach {
            app,
            callers: Callers::new(),
            limits: Limits::new(&config.limits),
            metrics: Metrics::new(),
            lifecycle,
            openapi: OnceLock::new(),
        }))
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
