//! The power is cut under load: what was acknowledged is there exactly once and in order (trust 3.2). `parlour bench
//! powercut` does the same for as long as one likes.

use std::io::Write;

use bench::durability::{self, Options};

/// How often the power is cut.
const ROUNDS: u64 = 3;

#[test]
fn every_acknowledged_message_survives_a_power_cut() {
    let options = Options {
        binary: env!("CARGO_BIN_EXE_parlour").into(),
        rounds: ROUNDS,
        directory: std::env::temp_dir(),
        seed: 1,
    };
    let report = durability::powercut(&options).expect("the experiment can be made");
    println!("{report}");
    if let Some(reason) = &report.skipped {
        // Said past the test's captured output: nobody is to think that this was shown.
        let line = format!("POWER CUT SKIPPED, NOTHING WAS PROVED: {reason}\n");
        return std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    assert!(report.is_clean(), "{report}");
    assert!(
        report.acknowledged > ROUNDS * 10,
        "the load was too small to tell anything"
    );
}
