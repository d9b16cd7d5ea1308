//! A delivery: one event on its way to one endpoint, and when it is tried again (trust 1.4).

use crate::{
    id::{ConversationId, DeliveryId, EndpointNumber, WebhookEventNumber},
    time::{HOUR_MS, MINUTE_MS, Millis},
    webhook::{Lane, WebhookEventKind},
};

/// One event on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The event.
    pub event: WebhookEventNumber,
    /// The endpoint.
    pub endpoint: EndpointNumber,
    /// Public id, and the `webhook-id` of every attempt.
    pub id: DeliveryId,
    /// What happened.
    pub kind: WebhookEventKind,
    /// What became of it.
    pub status: DeliveryStatus,
    /// When it is tried next; none where it waits behind another of its lane, or is done.
    pub due_at: Option<Millis>,
    /// When the event happened.
    pub created_at: Millis,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It will be tried, or tried again.
    Pending,
    /// The receiver took it.
    Delivered,
    /// It was tried for the last time.
    Failed,
    /// The endpoint was deleted before.
    Cancelled,
}

impl DeliveryStatus {
    /// Every status with its name in the API and the store.
    pub const ALL: [(DeliveryStatus, &'static str); 4] = [
        (DeliveryStatus::Pending, "pending"),
        (DeliveryStatus::Delivered, "delivered"),
        (DeliveryStatus::Failed, "failed"),
        (DeliveryStatus::Cancelled, "cancelled"),
    ];

    /// The status's name.
    pub fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The status of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(status, _)| *status)
    }
}

/// A delivery that a worker has leased, with all that is sent.
#[derive(Clone, Debug)]
pub struct LeasedDelivery {
    /// The event.
    pub event: WebhookEventNumber,
    /// The endpoint.
    pub endpoint: EndpointNumber,
    /// The `webhook-id` of every attempt.
    pub id: DeliveryId,
    /// What keeps its order.
    pub lane: Lane,
    /// Goes up with every lease; a worker whose number is no longer the row's has lost it.
    pub fence: i64,
    /// Attempts since it was made or replayed, this one included: its place in the schedule.
    pub tries: i64,
    /// The conversation it is about.
    pub conversation_id: Option<ConversationId>,
    /// The conversation's `seq` when it happened.
    pub seq: Option<i64>,
    /// What is sent.
    pub body: String,
}

/// One attempt, as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Millis,
    /// What the receiver answered, where it did.
    pub http_status: Option<u16>,
    /// Why it counts as failed.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
}

/// How long the receiver may ask to be left alone (trust 1.4).
const RETRY_AFTER_MS_MAX: i64 = HOUR_MS;

/// When failed deliveries are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Ten attempts in 75 hours: the example of Standard Webhooks. Only 2xx is success.
    Standard {
        /// The wait after the first attempt, in milliseconds.
        first_retry_ms: i64,
    },
    /// Brevo's five attempts in 11 hours; an answer of 4xx except 408 and 429 is final.
    Brevo,
    /// The same, and an answer of 5xx is final too, as Brevo documents it. Loses what a failing receiver missed.
    StrictBrevo,
}

impl Schedule {
    /// How long to wait after the `tries`th attempt, before jitter; none after the last.
    pub fn wait_ms(self, tries: i64) -> Option<i64> {
        let standard = [
            5 * MINUTE_MS,
            30 * MINUTE_MS,
            2 * HOUR_MS,
            5 * HOUR_MS,
            10 * HOUR_MS,
            14 * HOUR_MS,
            20 * HOUR_MS,
            24 * HOUR_MS,
        ];
        let brevo = [10 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 8 * HOUR_MS];
        let place = usize::try_from(tries - 1).ok()?;
        match self {
            Schedule::Standard { first_retry_ms } if place == 0 => Some(first_retry_ms),
            Schedule::Standard { .. } => standard.get(place - 1).copied(),
            Schedule::Brevo | Schedule::StrictBrevo => brevo.get(place).copied(),
        }
    }

    /// Whether a failure is tried again at all.
    fn retries(self, http_status: Option<u16>) -> bool {
        match (self, http_status) {
            (Schedule::Standard { .. }, _) | (_, None | Some(408 | 429)) => true,
            (Schedule::Brevo, Some(status)) => !(400..500).contains(&status),
            (Schedule::StrictBrevo, Some(status)) => status < 400,
        }
    }

    /// How long to wait after the `tries`th attempt failed, with `jitter` from -1 to 1 for ±10 % and what the receiver
    /// asked for; none where it is not tried again.
    pub fn retry_ms(
        self,
        tries: i64,
        http_status: Option<u16>,
        retry_after_ms: Option<i64>,
        jitter: f64,
    ) -> Option<i64> {
        let wait_ms = self.wait_ms(tries).filter(|_| self.retries(http_status))?;
        let spread_ms = (wait_ms as f64 * 0.1 * jitter) as i64;
        let asked_ms = retry_after_ms.unwrap_or(0).min(RETRY_AFTER_MS_MAX);
        Some((wait_ms + spread_ms).max(asked_ms))
    }
}

/// Whether a failed delivery lets the next of its lane go first: an answer of 4xx says that the receiver lives and
/// does not want this one, so after its first retry it steps aside; an outage holds its lane, or order would be lost.
pub fn steps_aside(tries: i64, http_status: Option<u16>) -> bool {
    tries >= 2
        && http_status
            .is_some_and(|status| (400..500).contains(&status) && status != 408 && status != 429)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDARD: Schedule = Schedule::Standard {
        first_retry_ms: 5_000,
    };

    #[test]
    fn the_standard_schedule_takes_ten_attempts_and_75_hours() {
        let waits: Vec<i64> = (1..).map_while(|tries| STANDARD.wait_ms(tries)).collect();
        assert_eq!(waits.len(), 9);
        assert_eq!(
            waits.iter().sum::<i64>(),
            5_000 + 35 * MINUTE_MS + 75 * HOUR_MS
        );
    }

    #[test]
    fn brevos_schedule_takes_five_attempts() {
        assert_eq!(
            (1..)
                .map_while(|tries| Schedule::Brevo.wait_ms(tries))
                .count(),
            4
        );
    }

    #[test]
    fn jitter_stays_within_a_tenth_and_a_receiver_is_left_alone_for_an_hour_at_most() {
        assert_eq!(STANDARD.retry_ms(2, Some(500), None, 1.0), Some(330_000));
        assert_eq!(STANDARD.retry_ms(2, Some(500), None, -1.0), Some(270_000));
        assert_eq!(
            STANDARD.retry_ms(1, Some(429), Some(30_000), 0.0),
            Some(30_000)
        );
        assert_eq!(
            STANDARD.retry_ms(1, Some(429), Some(99 * HOUR_MS), 0.0),
            Some(HOUR_MS)
        );
        assert_eq!(STANDARD.retry_ms(10, None, None, 0.0), None);
    }

    #[test]
    fn what_is_final_depends_on_the_schedule() {
        let tried_again =
            |schedule: Schedule, status| schedule.retry_ms(1, status, None, 0.0).is_some();
        for (status, standard, brevo, strict) in [
            (None, true, true, true),
            (Some(302), true, true, true),
            (Some(400), true, false, false),
            (Some(408), true, true, true),
            (Some(429), true, true, true),
            (Some(503), true, true, false),
        ] {
            assert_eq!(tried_again(STANDARD, status), standard, "{status:?}");
            assert_eq!(tried_again(Schedule::Brevo, status), brevo, "{status:?}");
            assert_eq!(
                tried_again(Schedule::StrictBrevo, status),
                strict,
                "{status:?}"
            );
        }
    }

    #[test]
    fn only_what_a_living_receiver_refuses_steps_aside_and_only_after_a_retry() {
        assert!(steps_aside(2, Some(400)));
        for (tries, status) in [(1, Some(400)), (9, Some(500)), (9, Some(429)), (9, None)] {
            assert!(!steps_aside(tries, status), "{tries} {status:?}");
        }
    }

    #[test]
    fn every_status_has_its_name() {
        for (status, name) in DeliveryStatus::ALL {
            assert_eq!(
                (status.as_str(), DeliveryStatus::parse(name)),
                (name, Some(status))
            );
        }
    }
}
