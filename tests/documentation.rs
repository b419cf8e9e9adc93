//! What the documents promise is there.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The source of a test program: one file, or all files of a folder.
fn test_source(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name);
    if !folder.is_dir() {
        return read(&format!("tests/{name}.rs"));
    }
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect()
}

/// The pieces of a text between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_row_of_the_operations_names_tests_that_exist() {
    check_rows("docs/operations.md", "| what", 50);
}

#[test]
fn every_row_of_the_faults_names_tests_that_exist() {
    check_rows("docs/faults.md", "| fault", 50);
}

/// Every row of the tables names its tests in its last column. `least`: there are more rows than that.
fn check_rows(document: &str, head: &str, least: usize) {
    let table = read(document);
    let mut rows = 0;
    for row in table.lines().filter(|line| {
        line.starts_with('|') && !line.starts_with("|---") && !line.starts_with(head)
    }) {
        let tests = row.split('|').nth_back(1).unwrap();
        let mut named = 0;
        for (file, test) in quoted(tests).filter_map(|name| name.split_once("::")) {
            let source = test_source(file);
            assert!(
                source.contains(&format!("fn {test}()")),
                "{document} names {file}::{test}, which does not exist"
            );
            named += 1;
        }
        assert!(named > 0, "no test is named in: {row}");
        rows += 1;
    }
    assert!(rows > least, "the tables were found");
}

#[test]
fn every_kind_of_error_is_explained_with_its_number() {
    let table = read("docs/errors.md");
    let source = read("src/error.rs");
    let kinds = source
        .split_once("pub enum ErrorKind {")
        .and_then(|(_, rest)| rest.split_once("\n}"))
        .unwrap()
        .0;
    let mut count = 0;
    for line in kinds.lines() {
        let Some((name, number)) = line.trim().trim_end_matches(',').split_once(" = ") else {
            continue;
        };
        assert!(
            table.contains(&format!("| {number} | `{name}` |")),
            "docs/errors.md lacks {name} ({number})"
        );
        count += 1;
    }
    assert_eq!(
        count,
        table.lines().filter(|line| line.starts_with("| -")).count()
    );
}

#[test]
fn links_to_files_lead_somewhere() {
    for document in [
        "README.md",
        "docs/architecture.md",
        "docs/operations.md",
        "docs/errors.md",
        "docs/faults.md",
        "docs/testing.md",
        "docs/introduction.md",
        "sandbox/README.md",
        "bindings/python/README.md",
        "bindings/csharp/README.md",
    ] {
        let text = read(document);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(document)
            .parent()
            .unwrap()
            .to_owned();
        for link in text.split("](").skip(1) {
            let target = link.split([')', '#', ' ']).next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(
                folder.join(target).exists(),
                "{document} links to {target}, which does not exist"
            );
        }
    }
}
