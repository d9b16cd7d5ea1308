//! Looks up names with the system's resolver.

use std::{
    net::{IpAddr, ToSocketAddrs},
    sync::Arc,
};

use tokio::sync::Semaphore;

use super::OutgoingError;

/// Look-ups at the same time. Each holds a thread until the system gives up, which may be long after the request has:
/// this is half of the threads that the runtime has for everything of the kind.
const LOOK_UPS_MAX: usize = 256;

/// Who is asked.
#[derive(Clone)]
pub(super) enum Resolver {
    /// The system.
    System(Arc<Semaphore>),
    /// A list of answers, one for each look-up, with the name that must be asked for.
    #[cfg(test)]
    Scripted(Script),
}

/// Names and answers, in the order in which they will be asked for.
#[cfg(test)]
pub(super) type Script = Arc<std::sync::Mutex<std::collections::VecDeque<(String, Vec<IpAddr>)>>>;

impl Resolver {
    /// The system's resolver.
    pub(super) fn system() -> Self {
        Resolver::System(Arc::new(Semaphore::new(LOOK_UPS_MAX)))
    }

    /// All addresses of a name; at least one.
    pub(super) async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, OutgoingError> {
        let ips = match self {
            Resolver::System(places) => ask_system(places, name.to_owned()).await,
            #[cfg(test)]
            Resolver::Scripted(script) => {
                let next = script.lock().expect("no test panics here").pop_front();
                let (expected, ips) = next.expect("no further look-up");
                assert_eq!(name, expected);
                ips
            }
        };
        if ips.is_empty() {
            Err(OutgoingError::Name)
        } else {
            Ok(ips)
        }
    }
}

async fn ask_system(places: &Arc<Semaphore>, name: String) -> Vec<IpAddr> {
    let place = Arc::clone(places).acquire_owned().await;
    let asked = tokio::task::spawn_blocking(move || {
        // Kept until the thread is free again, not only until nobody waits for it.
        let _place = place;
        (name, 0)
            .to_socket_addrs()
            .map(|addresses| addresses.map(|address| address.ip()).collect())
    });
    // Why a name is not known is the resolver's business; that it is not is all that can be said.
    match asked.await {
        Ok(Ok(ips)) => ips,
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}
