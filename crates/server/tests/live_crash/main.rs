//! Kill -9 under people at sockets whose connections break as well: everybody sees everything that is stored, once and in
//! order, and what was acknowledged is stored (delivery P1 to P4). `parlour bench live-crash` does the same for as long as
//! one likes.

use bench::durability::{self, Options};

/// How often the server is killed.
const ROUNDS: u64 = 10;

#[test]
fn everybody_at_a_socket_sees_what_is_stored_once_and_in_order() {
    let options = Options {
        binary: env!("CARGO_BIN_EXE_parlour").into(),
        rounds: ROUNDS,
        directory: std::env::temp_dir(),
        seed: 1,
    };
    let report = durability::live_crash(&options).expect("the experiment can be made");
    println!("{report}");
    assert!(report.is_clean(), "{report}");
    let live = report.live.expect("there were people");
    assert!(
        live.acknowledged > ROUNDS * 10,
        "the load was too small to tell anything"
    );
    assert!(live.cut + live.halved > 0, "no connection broke");
}
