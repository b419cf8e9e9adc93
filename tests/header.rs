//! The header is current, is C and C++, and says the truth about versions, layout and how to use it.

mod common;

use std::process::Command;

use common::c::{self, WARNINGS, Workshop};
use common::{header, header_text, root, skip};

const DIALECTS: [(&str, &str, &[&str]); 4] = [
    ("C99", "c", &["-std=c99"]),
    ("C11", "c", &["-std=c11"]),
    // A standard has a working title at first.
    ("C23", "c", &["-std=c23", "-std=c2x"]),
    ("C++11", "c++", &["-std=c++11"]),
];

#[test]
fn the_committed_header_is_the_one_that_the_sources_make() {
    let made = include_str!(concat!(env!("OUT_DIR"), "/apsfetch.h"));
    assert!(
        header_text() == made,
        "include/apsfetch.h is stale: run `cargo xtask header` and commit it"
    );
}

#[test]
fn the_header_compiles_in_every_dialect_with_every_compiler_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("header.c");
    // Twice, so that the include guard is tried too; and an empty file would not be standard C.
    std::fs::write(
        &source,
        "#include <apsfetch.h>\n#include <apsfetch.h>\nextern int nothing;\n",
    )
    .unwrap();
    for (compiler, language) in [
        ("cc", "c"),
        ("gcc", "c"),
        ("clang", "c"),
        ("c++", "c++"),
        ("g++", "c++"),
        ("clang++", "c++"),
    ] {
        if c::find(&[compiler]).is_none() {
            skip("header", &format!("{compiler} is not here"));
            continue;
        }
        for (name, _, standards) in DIALECTS.iter().filter(|dialect| dialect.1 == language) {
            let Some(standard) = standards
                .iter()
                .find(|standard| c::knows(compiler, language, standard))
            else {
                skip("header", &format!("{compiler} is too old for {name}"));
                continue;
            };
            let output = Command::new(compiler)
                .arg(standard)
                .args(WARNINGS)
                .args(["-fsyntax-only", "-x", language])
                .arg(format!("-I{}", root().join("include").display()))
                .arg(&source)
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{compiler} {standard}:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

#[test]
fn the_example_of_the_contract_is_a_program() {
    let Some(workshop) = Workshop::new("header") else {
        return;
    };
    let text = header_text();
    let lines = text
        .lines()
        .skip_while(|line| !line.contains("#include <apsfetch.h>"))
        .take_while(|line| !line.starts_with(" * Versions"))
        .map(|line| line.trim_start_matches(" *"));
    let source = workshop.folder().join("example.c");
    std::fs::write(&source, lines.collect::<Vec<_>>().join("\n")).unwrap();
    // It would ask the real service, so it is only built.
    workshop.build(&source);
}

#[test]
fn the_versions_of_the_header_are_those_of_the_library() {
    let text = header_text();
    let number = |name: &str| header::constant(&text, name).unwrap().to_string();
    assert_eq!(
        [
            number("APSFETCH_VERSION_MAJOR"),
            number("APSFETCH_VERSION_MINOR"),
            number("APSFETCH_VERSION_PATCH")
        ]
        .join("."),
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(number("APSFETCH_ABI_VERSION"), "1");
    let Some(workshop) = Workshop::new("header") else {
        return;
    };
    let said = workshop.test_program("version.c").run(["argument"; 0]);
    assert_eq!(said, concat!(env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn every_declaration_has_a_comment() {
    let text = header_text();
    let lines: Vec<&str> = text.lines().collect();
    let declares = |line: &&str| {
        line.starts_with("#define APSFETCH_E")
            || (line.contains(" apsfetch_") || line.contains("*apsfetch_"))
                && line.contains('(')
                && !line.starts_with(' ')
                && !line.starts_with("/*")
    };
    let mut count = 0;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| declares(line)) {
        count += 1;
        assert!(lines[at - 1].ends_with("*/"), "no comment before: {line}");
    }
    assert!(count > 100, "{count}");
}
