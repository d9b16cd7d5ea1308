//! How much a key, an agent or an address may ask (trust 1.15). Each node counts for itself, except the hours of keys.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};
use model::{
    id::{KeyNumber, OrganizationNumber, VisitorNumber},
    time::{Millis, SECOND_MS},
};
use moka::sync::Cache;

use super::{
    hours::{Hour, Unshared},
    problem::Problem,
};
use crate::config::LimitsConfig;

/// Keys, agents and addresses that are counted at the same time; the least used are forgotten first.
const COUNTED_MAX: u64 = 100_000;

/// How long somebody who asks nothing stays counted: longer than the longest window.
const COUNTED_FOR: Duration = Duration::from_secs(2 * 3_600);

/// How long an address that tried too many wrong keys waits.
const FAILED_KEYS_WAIT_SECONDS: u64 = 300;

type Bucket = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// How much of a quota is left; every answer says it (contract A.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) reset_seconds: u64,
}

impl Standing {
    /// The header that shows whether an answer says it already.
    pub(crate) const LIMIT: HeaderName = HeaderName::from_static("x-sib-ratelimit-limit");

    /// Writes the headers. The reset is in seconds, as Brevo's is (contract G-19).
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let figures = [
            (Self::LIMIT, HeaderValue::from(self.limit)),
            (
                HeaderName::from_static("x-sib-ratelimit-remaining"),
                HeaderValue::from(self.remaining),
            ),
            (
                HeaderName::from_static("x-sib-ratelimit-reset"),
                HeaderValue::from(self.reset_seconds),
            ),
        ];
        for (name, value) in figures {
            headers.insert(name, value);
        }
    }
}

/// What one key has used.
struct KeyUse {
    burst: Bucket,
    hour: Mutex<Hour>,
}

/// What every address has used of a quota.
struct Counted {
    quota: Quota,
    addresses: Cache<IpAddr, Arc<Bucket>>,
}

impl Counted {
    fn new(quota: Quota) -> Self {
        Self {
            quota,
            addresses: forgetful(COUNTED_FOR),
        }
    }
}

/// Everything that is counted.
pub(crate) struct Limits {
    per_key: Quota,
    per_second: u32,
    per_hour: u32,
    per_agent: Quota,
    failed: Quota,
    visitor_tokens: Counted,
    unknown_visitor_ids: Counted,
    failed_files: Counted,
    per_visitor: Quota,
    visitors: Cache<VisitorNumber, Arc<Bucket>>,
    keys: Cache<KeyNumber, Arc<KeyUse>>,
    /// Where nodes share a database.
    unshared: Option<Unshared>,
    agents: Cache<(OrganizationNumber, String), Arc<Bucket>>,
    addresses: Cache<IpAddr, Arc<Bucket>>,
    blocked: Cache<IpAddr, ()>,
    clock: DefaultClock,
}

impl Limits {
    pub(crate) fn new(config: &LimitsConfig) -> Self {
        let positive = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let burst = config.api_key_burst.max(config.api_key_per_second);
        Self {
            per_key: Quota::per_second(positive(config.api_key_per_second))
                .allow_burst(positive(burst)),
            per_second: config.api_key_per_second,
            per_hour: config.api_key_per_hour,
            per_agent: Quota::per_minute(positive(config.ping_per_agent_per_minute))
                .allow_burst(positive(config.ping_burst)),
            failed: Quota::per_minute(positive(config.failed_keys_per_minute)),
            visitor_tokens: Counted::new(Quota::per_hour(positive(config.visitor_tokens_per_hour))),
            unknown_visitor_ids: Counted::new(Quota::per_minute(positive(
                config.unknown_visitor_ids_per_minute,
            ))),
            failed_files: Counted::new(Quota::per_minute(positive(config.failed_files_per_minute))),
            per_visitor: Quota::per_minute(positive(config.visitor_calls_per_minute)),
            visitors: forgetful(COUNTED_FOR),
            keys: forgetful(COUNTED_FOR),
            unshared: None,
            agents: forgetful(COUNTED_FOR),
            addresses: forgetful(COUNTED_FOR),
            blocked: Cache::builder()
                .max_capacity(COUNTED_MAX)
                .time_to_live(Duration::from_secs(FAILED_KEYS_WAIT_SECONDS))
                .build(),
            clock: DefaultClock::default(),
        }
    }

    /// The same, where the hours of keys are shared with other nodes.
    pub(crate) fn shared(config: &LimitsConfig) -> Self {
        Self {
            unshared: Some(Unshared::default()),
            ..Self::new(config)
        }
    }

    /// What is to be shared, where it is.
    pub(super) fn unshared(&self) -> Option<&Unshared> {
        self.unshared.as_ref()
    }

    /// Does something with the hour of a key that is counted.
    pub(super) fn with_hour<T>(
        &self,
        key: KeyNumber,
        change: impl FnOnce(&mut Hour) -> T,
    ) -> Option<T> {
        let counted = self.keys.get(&key)?;
        let mut hour = counted.hour.lock().unwrap_or_else(PoisonError::into_inner);
        Some(change(&mut hour))
    }

    /// Counts a request of a key. Tells what is left, and the refusal if it was one too many.
    pub(crate) fn count_request(&self, key: KeyNumber, now: Millis) -> (Standing, Option<Problem>) {
        let counted = self.keys.get_with(key, || {
            Arc::new(KeyUse {
                burst: bucket(self.per_key),
                hour: Mutex::default(),
            })
        });
        let mut hour = counted.hour.lock().unwrap_or_else(PoisonError::into_inner);
        hour.begin(now);
        let reset_seconds =
            u64::try_from((hour.ends_at() - now + SECOND_MS - 1) / SECOND_MS).unwrap_or(0);
        let standing = |used: u32| Standing {
            limit: self.per_hour,
            remaining: self.per_hour.saturating_sub(used),
            reset_seconds,
        };
        if hour.used() >= self.per_hour {
            let message = format!("more than {} requests in an hour", self.per_hour);
            return (
                standing(hour.used()),
                Some(Problem::too_many(message, reset_seconds)),
            );
        }
        if let Err(early) = counted.burst.check() {
            let seconds = self.seconds_until(&early);
            let message = format!("more than {} requests a second", self.per_second);
            return (
                Standing {
                    remaining: 0,
                    reset_seconds: seconds,
                    ..standing(hour.used())
                },
                Some(Problem::too_many(message, seconds)),
            );
        }
        if hour.count()
            && let Some(unshared) = &self.unshared
        {
            unshared.add(key);
        }
        (standing(hour.used()), None)
    }

    /// Counts a ping for an agent, by whatever it is named with.
    pub(crate) fn count_ping(
        &self,
        organization: OrganizationNumber,
        agent: String,
    ) -> (Standing, Option<Problem>) {
        let counted = self
            .agents
            .get_with((organization, agent), || Arc::new(bucket(self.per_agent)));
        let limit = self.per_agent.burst_size().get();
        match counted.check() {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let refill = self.per_agent.replenish_interval() * limit.saturating_sub(remaining);
                (
                    Standing {
                        limit,
                        remaining,
                        reset_seconds: refill.as_secs(),
                    },
                    None,
                )
            }
            Err(early) => {
                let seconds = self.seconds_until(&early);
                let problem = Problem::too_many(
                    "too many pings for this agent; one a minute keeps it online",
                    seconds,
                );
                (
                    Standing {
                        limit,
                        remaining: 0,
                        reset_seconds: seconds,
                    },
                    Some(problem),
                )
            }
        }
    }

    /// Counts a wrong key from an address; the refusal when there were too many. Right keys are never refused for it.
    pub(crate) fn count_failed_key(&self, address: IpAddr) -> (Standing, Option<Problem>) {
        let network = network_of(address);
        let limit = self.failed.burst_size().get();
        let refused = Standing {
            limit,
            remaining: 0,
            reset_seconds: FAILED_KEYS_WAIT_SECONDS,
        };
        let problem = || {
            Problem::too_many(
                "too many wrong keys from this address",
                FAILED_KEYS_WAIT_SECONDS,
            )
        };
        if self.blocked.contains_key(&network) {
            return (refused, Some(problem()));
        }
        let counted = self
            .addresses
            .get_with(network, || Arc::new(bucket(self.failed)));
        match counted.check() {
            Ok(state) => (
                Standing {
                    limit,
                    remaining: state.remaining_burst_capacity(),
                    reset_seconds: 60,
                },
                None,
            ),
            Err(_) => {
                self.blocked.insert(network, ());
                (refused, Some(problem()))
            }
        }
    }

    /// Counts a new token of a visitor at an address.
    pub(crate) fn count_visitor_token(&self, address: IpAddr) -> Result<(), Problem> {
        self.count_at(&self.visitor_tokens, address, "visitors in an hour")
    }

    /// Counts an id of a site that nobody had heard of: whoever tries many is guessing.
    pub(crate) fn count_unknown_visitor_id(&self, address: IpAddr) -> Result<(), Problem> {
        self.count_at(
            &self.unknown_visitor_ids,
            address,
            "unknown ids in a minute",
        )
    }

    /// Counts a link to a file that is none: whoever tries many is guessing.
    pub(crate) fn count_failed_file(&self, address: IpAddr) -> Result<(), Problem> {
        self.count_at(
            &self.failed_files,
            address,
            "wrong links to files in a minute",
        )
    }

    /// Counts a request of a visitor's panel that writes.
    pub(crate) fn count_visitor_call(&self, visitor: VisitorNumber) -> Result<(), Problem> {
        let counted = self
            .visitors
            .get_with(visitor, || Arc::new(bucket(self.per_visitor)));
        counted.check().map(drop).map_err(|early| {
            Problem::too_many(
                "too many requests of this visitor",
                self.seconds_until(&early),
            )
        })
    }

    fn count_at(&self, counted: &Counted, address: IpAddr, what: &str) -> Result<(), Problem> {
        let bucket = counted
            .addresses
            .get_with(network_of(address), || Arc::new(bucket(counted.quota)));
        let limit = counted.quota.burst_size();
        bucket.check().map(drop).map_err(|early| {
            let message = format!("more than {limit} {what} from this address");
            Problem::too_many(message, self.seconds_until(&early))
        })
    }

    fn seconds_until(&self, early: &governor::NotUntil<<DefaultClock as Clock>::Instant>) -> u64 {
        early
            .wait_time_from(self.clock.now())
            .as_secs_f64()
            .ceil()
            .max(1.0) as u64
    }
}

fn bucket(quota: Quota) -> Bucket {
    RateLimiter::direct(quota).with_middleware()
}

fn forgetful<K: std::hash::Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static>(
    idle: Duration,
) -> Cache<K, V> {
    Cache::builder()
        .max_capacity(COUNTED_MAX)
        .time_to_idle(idle)
        .build()
}

/// An IPv6 network of 64 bits counts as one address, as its owner has all of them.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}
