//! Every function with every wrong value in every argument.

use std::collections::BTreeSet;

use apsfetch_sandbox::{Content, Sandbox};

use crate::arguments;
use crate::common::c::{self, Workshop};
use crate::common::{header, header_text, root};

/// What the programs around `tests/c/every_kind.h` take: base URL, token, bucket, URNs of a design and a derivative, and
/// a file that exists.
pub(crate) fn sandbox() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    sandbox.add_bucket("boundary");
    let design = sandbox.add_design("urn:boundary", "US");
    let derivative = "urn:adsk.viewing:fs.file:boundary/output/a.obj";
    sandbox.add_derivative(&design, derivative, Content::bytes("a few bytes"));
    let arguments = vec![
        sandbox.info().api.clone(),
        sandbox.access_token("data:read data:write viewables:read"),
        "boundary".to_owned(),
        design,
        derivative.to_owned(),
        root().join("Cargo.toml").display().to_string(),
    ];
    (sandbox, arguments)
}

#[test]
fn every_wrong_value_in_every_argument_of_every_function_is_survived() {
    let Some(workshop) = Workshop::new("boundary") else {
        return;
    };
    let header = header_text();
    let functions = header::functions(&header);
    assert!(functions.len() > 200, "the header was not understood");
    let source = workshop.folder().join("wrong_arguments.c");
    std::fs::write(&source, arguments::program(&functions)).unwrap();
    let (_sandbox, mut arguments) = sandbox();
    arguments.push(if c::is_watched() { "3" } else { "200" }.to_owned());
    workshop.build(&source).run(arguments);
}

/// The program would leave out a type that it does not know of.
#[test]
fn every_type_of_the_header_is_among_the_kinds() {
    let header = header_text();
    let types: BTreeSet<&str> = header
        .lines()
        .filter_map(|line| {
            line.strip_prefix("typedef struct apsfetch_")?
                .split(' ')
                .next()
        })
        .collect();
    assert_eq!(types, arguments::NOUNS.into_iter().collect());
}
