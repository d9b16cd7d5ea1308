//! Attacks and bad input, each named by its case in trust 4: what must be refused, clearly and without a trace.

mod authentication;
mod framing;
mod input;
mod repetition;

use testing::{client::Client, server::TestServer};

/// Runs a case: whatever it sends, nothing changes, and the server still answers.
fn without_a_trace(server: &TestServer, case: impl FnOnce(&Client)) {
    let before = server.world();
    case(&server.client());
    assert_eq!(server.world(), before);
    server.client().get("/api/v1/me").json(200);
}
