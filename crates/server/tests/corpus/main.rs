//! Whatever the fuzzers of `fuzz/` found once, given again to what reads the bytes of strangers.

use std::{fs, path::Path};

use server::fuzz::ENTRIES;

#[test]
fn everything_that_was_found_once_is_read_without_a_panic() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, read) in ENTRIES {
        let folder = fs::read_dir(corpus.join(name)).expect("every entry has a corpus");
        let mut count = 0;
        for file in folder {
            let path = file.expect("the folder can be read").path();
            let bytes = fs::read(&path).expect("the file can be read");
            // The harness shows which file it was where this panics.
            println!("{}", path.display());
            read(&bytes);
            count += 1;
        }
        assert!(count > 0, "the corpus of {name} is empty");
    }
}

#[test]
fn every_fuzzer_has_an_entry_and_every_entry_a_fuzzer() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
    let mut fuzzers: Vec<String> = fs::read_dir(targets)
        .expect("there are fuzzers")
        .filter_map(|file| {
            let name = file.ok()?.file_name().into_string().ok()?;
            name.strip_suffix(".rs").map(str::to_owned)
        })
        .collect();
    fuzzers.sort_unstable();
    let mut entries: Vec<String> = ENTRIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    entries.sort_unstable();
    assert_eq!(fuzzers, entries);
}
