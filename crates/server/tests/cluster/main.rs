//! Three nodes, PostgreSQL and NATS, each of which fails in its turn while people write and read at the sockets of all:
//! everybody sees everything that is stored, once and in order (trust 3.5, 3.6). `parlour bench cluster` does the same with
//! longer outages.

use std::time::Duration;

use bench::durability::{self, ClusterOptions, Options};
use testing::nats_server;

/// Each fault comes once.
const ROUNDS: u64 = 4;

/// How long NATS is gone, and a node frozen.
const OUTAGE: Duration = Duration::from_secs(4);

#[test]
fn nothing_is_lost_or_doubled_while_nodes_and_what_joins_them_fail() {
    let options = Options {
        binary: env!("CARGO_BIN_EXE_parlour").into(),
        rounds: ROUNDS,
        directory: std::env::temp_dir(),
        seed: 1,
    };
    let cluster = ClusterOptions {
        outage: OUTAGE,
        nats_server: Some(nats_server::program()),
    };
    let report = durability::cluster(&options, &cluster).expect("the experiment can be made");
    println!("{report}");
    assert!(report.is_clean(), "{report}");
    let live = report.live.expect("there were people");
    assert!(
        live.acknowledged > ROUNDS * 40,
        "the load was too small to tell anything"
    );
}
