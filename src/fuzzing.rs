//! What must hold whatever arrives, as functions that take any bytes and panic when it does not.
//!
//! The programs in `fuzz/` feed them with bytes that libFuzzer makes up; the test below feeds them with the corpus
//! that is kept there, on every machine. What a function checks stands beside the code it checks, in a file `fuzz.rs`.
//! This is no part of the API: it is hidden, and exists only in tests and with the feature `fuzzing`.
// The lists of a target and its functions are for `fuzz/` and the tests alone.
#![allow(missing_docs)]

/// A target: its name, which is that of its program and of its folder in `fuzz/corpus`, and its function.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: &[Target] = &[
    ("batch", crate::aps::fuzz::batch),
    #[cfg(feature = "capi")]
    ("c_api", crate::ffi::fuzz::program),
    ("encoding", crate::aps::fuzz::encoding),
    ("error_body", crate::transport::fuzz::error_body),
    ("file_names", crate::folder::fuzz::file_names),
    ("headers", crate::transport::fuzz::headers),
    ("journal", crate::transfer::fuzz::journal),
    ("listing_file", crate::folder::fuzz::listing_file),
    ("listing_page", crate::aps::fuzz::listing_page),
    ("login_request", crate::login::fuzz::request),
    ("manifest", crate::aps::fuzz::manifest),
    ("redirect", crate::transport::fuzz::redirect),
    ("signed_cookies", crate::aps::fuzz::signed_cookies),
    ("signed_url", crate::aps::fuzz::signed_url),
    ("token", crate::aps::fuzz::token),
];

/// Runs the target of this name, as the programs in `fuzz/fuzz_targets` do.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    assert!(target.is_some(), "there is no target {name}");
    if let Some((_, run)) = target {
        run(data);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::TARGETS;

    fn folder(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz")
            .join(name)
    }

    fn names(path: &Path) -> BTreeSet<String> {
        fs::read_dir(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            .map(|entry| {
                let path = entry.unwrap().path();
                path.file_stem().unwrap().to_str().unwrap().to_owned()
            })
            .collect()
    }

    #[test]
    fn every_target_has_a_program_and_a_corpus() {
        let targets: BTreeSet<String> =
            TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(targets, names(&folder("fuzz_targets")));
        assert_eq!(targets, names(&folder("corpus")));
        let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
        for target in targets {
            assert!(manifest.contains(&format!("name = \"{target}\"")));
        }
    }

    #[test]
    fn the_corpus_holds() {
        let mut failed = Vec::new();
        for (name, run) in TARGETS {
            let mut files: Vec<PathBuf> = fs::read_dir(folder("corpus").join(name))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
            files.sort();
            assert!(files.len() >= 3, "{name} has hardly any corpus");
            for file in files {
                let data = fs::read(&file).unwrap();
                if std::panic::catch_unwind(|| run(&data)).is_err() {
                    failed.push(file);
                }
            }
        }
        assert!(failed.is_empty(), "these do not hold: {failed:#?}");
    }
}
