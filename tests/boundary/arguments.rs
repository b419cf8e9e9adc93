//! Makes a C program that calls every function of the header with every wrong value in every argument: one at a
//! time, in all at once, and by chance. The values, and what each answer has to keep to, are in
//! `tests/c/wrong_values.h`.

use std::fmt::Write as _;

use crate::common::header::{Function, Parameter};

/// The types of handles, in the order of `kinds` in `tests/c/every_kind.h`.
pub(crate) const NOUNS: [&str; 24] = [
    "error",
    "config",
    "client",
    "request",
    "job",
    "result",
    "signed",
    "cancel_token",
    "text",
    "details",
    "oss_url",
    "upload_options",
    "upload_result",
    "login",
    "manifest",
    "list_options",
    "objects",
    "design_filter",
    "object_filter",
    "plan",
    "outcome",
    "upload_job",
    "manifest_watch",
    "access_token",
];

/// Arguments that may be NULL, as their function's comment says.
const MAY_BE_NULL: [&str; 9] = [
    "error",
    "cancel",
    "options",
    "filter",
    "outcome_out",
    "job_out",
    "page",
    "callback_host",
    "callback_path",
];

pub(crate) fn program(functions: &[Function]) -> String {
    let mut text =
        String::from("/* Made by tests/boundary/arguments.rs. */\n#include \"wrong_values.h\"\n\n");
    for function in functions {
        wrapper(&mut text, function);
    }
    text += "static const function functions[] = {\n";
    for function in functions {
        entry(&mut text, function);
    }
    text += CLOSING;
    text
}

/// A C function that makes the call with the values that were picked.
fn wrapper(text: &mut String, function: &Function) {
    let arguments: Vec<String> = function
        .parameters
        .iter()
        .enumerate()
        .map(|(at, parameter)| value(function, parameter, at))
        .collect();
    let keep = match function.result.as_str() {
        "int32_t" => "status = ",
        "int64_t" => "number = ",
        result if result.contains('*') => "pointer = ",
        _ => "number = (int64_t)",
    };
    let name = &function.name;
    let unused = if arguments.is_empty() {
        "(void)pick; "
    } else {
        ""
    };
    writeln!(
        text,
        "static void call_{name}(const int *pick) {{ {unused}{keep}{name}({}); }}",
        arguments.join(", ")
    )
    .unwrap();
}

fn value(function: &Function, parameter: &Parameter, at: usize) -> String {
    match what(parameter) {
        What::Handle(noun) => format!("handle_value({noun}, pick[{at}])"),
        What::Text => format!(
            "text_value({:?}, pick[{at}])",
            good_text(function, parameter)
        ),
        What::WideText => format!(
            "wide_value({:?}, pick[{at}])",
            good_text(function, parameter)
        ),
        What::Requests => format!("requests_value(pick[{at}])"),
        What::Count => format!("counts[pick[{at}]]"),
        What::Index => format!("indexes[pick[{at}]]"),
        What::SignedNumber => format!("signed_numbers[pick[{at}]]"),
        // A free port; the smallest one is that of the server that is not there.
        What::Number if parameter.name == "callback_port" => {
            format!("pick[{at}] <= 1 ? 0 : numbers[pick[{at}]]")
        }
        What::Number => format!("numbers[pick[{at}]]"),
        What::LargeNumber => format!("large_numbers[pick[{at}]]"),
        What::Progress => format!("progress_value(pick[{at}])"),
        What::Callback(callback) => format!("pick[{at}] ? NULL : {callback}"),
        What::UserData => format!("pick[{at}] ? slots : NULL"),
        What::Out(_) | What::Error => {
            format!("({})out_value({at}, pick[{at}])", parameter.kind)
        }
    }
}

/// A line of the table.
fn entry(text: &mut String, function: &Function) {
    let has_error = function
        .parameters
        .iter()
        .any(|one| one.name == "error" && one.kind.contains("**"));
    let answer = match function.result.as_str() {
        "int32_t" if has_error => "STATUS",
        "int32_t" => "NUMBER_OR_STATUS",
        "int64_t" => "UNKNOWN_IS_MINUS_ONE",
        result if result.contains('*') => "POINTER",
        _ => "ZERO",
    };
    let name = &function.name;
    writeln!(
        text,
        "    {{\"{name}\", {answer}, call_{name}, {}, {{",
        function.parameters.len()
    )
    .unwrap();
    for parameter in &function.parameters {
        let (kind, noun) = match what(parameter) {
            What::Handle(noun) => ("HANDLE", noun),
            What::Text => ("TEXT", 0),
            What::WideText => ("WIDE_TEXT", 0),
            What::Requests => ("REQUESTS", 0),
            What::Count => ("COUNT", 0),
            What::Index => ("INDEX", 0),
            What::SignedNumber => ("SIGNED_NUMBER", 0),
            What::Number => ("NUMBER", 0),
            What::LargeNumber => ("LARGE_NUMBER", 0),
            What::Progress => ("PROGRESS", 0),
            What::Callback(_) => ("CALLBACK", 0),
            What::UserData => ("USER_DATA", 0),
            What::Out(noun) => ("OUT", noun),
            What::Error => ("ERROR", 0),
        };
        // The object of a `_free` function, too.
        let may_be_null = MAY_BE_NULL.contains(&parameter.name.as_str()) || name.ends_with("_free");
        let changes = !parameter.kind.starts_with("const");
        writeln!(
            text,
            "        {{{kind}, {noun}, {}, {}}},",
            i32::from(may_be_null),
            i32::from(changes)
        )
        .unwrap();
    }
    if function.parameters.is_empty() {
        text.push_str("        {INDEX, 0, 0, 0},\n");
    }
    text.push_str("    }},\n");
}

enum What {
    /// With the noun's place in [`NOUNS`], as for `Out`.
    Handle(usize),
    Text,
    WideText,
    Requests,
    Count,
    Index,
    SignedNumber,
    Number,
    LargeNumber,
    Progress,
    Callback(&'static str),
    UserData,
    Out(usize),
    Error,
}

fn what(parameter: &Parameter) -> What {
    let kind = parameter.kind.trim_start_matches("const ").trim();
    match (kind, parameter.name.as_str()) {
        ("char *", _) => What::Text,
        ("uint16_t *", _) => What::WideText,
        ("apsfetch_request *const *", _) => What::Requests,
        ("size_t", "count") => What::Count,
        ("size_t", _) => What::Index,
        ("int32_t", _) => What::SignedNumber,
        ("uint32_t", _) => What::Number,
        ("uint64_t", _) => What::LargeNumber,
        ("apsfetch_progress *", _) => What::Progress,
        ("apsfetch_progress_callback", _) => What::Callback("on_progress"),
        ("apsfetch_upload_callback", _) => What::Callback("on_upload"),
        ("apsfetch_manifest_callback", _) => What::Callback("on_manifest"),
        ("void *", "user_data") => What::UserData,
        ("apsfetch_error **", "error") => What::Error,
        _ => {
            let rest = kind.strip_prefix("apsfetch_");
            let place = |noun: &str| NOUNS.iter().position(|other| *other == noun);
            let out = rest.and_then(|rest| place(rest.strip_suffix(" **")?));
            let handle = rest.and_then(|rest| place(rest.strip_suffix(" *")?));
            match (out, handle) {
                (Some(noun), _) => What::Out(noun),
                (_, Some(noun)) => What::Handle(noun),
                _ => panic!("wrong values for {kind:?} are missing here"),
            }
        }
    }
}

/// A text that the function would take. "FILE" stands for a file that exists.
fn good_text(function: &Function, parameter: &Parameter) -> &'static str {
    match parameter.name.as_str() {
        "url" | "address" => "http://127.0.0.1:1",
        "path" if !function.name.contains("request") => "FILE",
        "sha1" => "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "http_date" => "Wed, 15 Jan 2025 00:00:00 GMT",
        "json" => "{\"urn\":\"dXJuOmE\"}",
        "callback_host" => "127.0.0.1",
        "callback_path" => "/callback",
        "scopes" => "data:read",
        _ => "text",
    }
}

const CLOSING: &str = r#"};

int main(int argc, char **argv)
{
    size_t i;

    begin(argc, argv);
    for (i = 0; i < sizeof functions / sizeof functions[0]; i++)
        call_wrongly(&functions[i], atoi(argv[7]));
    end();
    return 0;
}
"#;
