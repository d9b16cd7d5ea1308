//! Kill -9 under load, again and again: what was acknowledged is there exactly once and in order, and its webhooks arrive
//! (trust 3.1). `parlour bench crash` does the same for as long as one likes.

use bench::durability::{self, Options};

/// How often the server is killed.
const ROUNDS: u64 = 60;

#[test]
fn every_acknowledged_message_survives_exactly_once_and_in_order() {
    let options = Options {
        binary: env!("CARGO_BIN_EXE_parlour").into(),
        rounds: ROUNDS,
        directory: std::env::temp_dir(),
        seed: 1,
    };
    let report = durability::crash(&options).expect("the experiment can be made");
    println!("{report}");
    assert!(report.is_clean(), "{report}");
    assert!(
        report.acknowledged > ROUNDS * 10,
        "the load was too small to tell anything"
    );
}
