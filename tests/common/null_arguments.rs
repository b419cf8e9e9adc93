//! Makes a C program that calls every function of the header with NULL in every argument: once in all of them,
//! and once in each of them that must not be NULL, with good values in the others.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::header::{Function, Parameter};

/// Arguments that may be NULL, as their function's comment says.
const OPTIONAL: [(&str, &str); 11] = [
    ("", "error"),
    ("", "cancel"),
    ("", "callback"),
    ("", "user_data"),
    ("", "options"),
    ("", "filter"),
    ("", "outcome_out"),
    ("apsfetch_list_objects_page", "page"),
    ("apsfetch_download", "job_out"),
    ("apsfetch_login_start", "callback_host"),
    ("apsfetch_login_start", "callback_path"),
];

pub fn program(functions: &[Function]) -> String {
    let mut text = String::from(OPENING);
    let outs: BTreeSet<String> = functions
        .iter()
        .flat_map(|function| &function.parameters)
        .filter_map(|parameter| noun_of_out(&parameter.kind))
        .filter(|noun| noun != "error")
        .collect();
    // Behind the start of the program, where C99 still takes declarations.
    for noun in &outs {
        writeln!(text, "    apsfetch_{noun} *out_{noun} = NULL;").unwrap();
    }
    for function in functions {
        let handles_nothing_else = function.name.ends_with("_free");
        call(&mut text, function, None);
        for (at, parameter) in function.parameters.iter().enumerate() {
            if parameter.is_pointer() && !handles_nothing_else && !may_be_null(function, parameter)
            {
                call(&mut text, function, Some(at));
            }
        }
    }
    for noun in &outs {
        writeln!(text, "    CHECK(out_{noun} == NULL);").unwrap();
    }
    text += CLOSING;
    text
}

fn may_be_null(function: &Function, parameter: &Parameter) -> bool {
    OPTIONAL.iter().any(|(name, optional)| {
        *optional == parameter.name && (name.is_empty() || *name == function.name)
    })
}

/// One call: with NULL and 0 everywhere, or with NULL in one place.
fn call(text: &mut String, function: &Function, null_at: Option<usize>) {
    let values: Vec<String> = function
        .parameters
        .iter()
        .enumerate()
        .map(|(at, parameter)| match null_at {
            None if parameter.is_pointer() => "NULL".to_owned(),
            None => "0".to_owned(),
            Some(null) if null == at => "NULL".to_owned(),
            Some(_) => good_value(function, parameter),
        })
        .collect();
    let call = format!("{}({})", function.name, values.join(", "));
    let is_status = function.result == "int32_t";
    match null_at {
        // Whether it fails differs; that it comes back is what counts.
        None => writeln!(text, "    (void){call};"),
        Some(at) => {
            let handle = is_handle(&function.parameters[at].kind);
            if is_status && function.parameters.iter().any(|one| one.name == "error") {
                let status = if handle { "HANDLE" } else { "ARGUMENT" };
                writeln!(text, "    fails({call}, APSFETCH_E_INVALID_{status});")
            } else if is_status {
                writeln!(text, "    CHECK({call} <= 0);")
            } else if function.result.contains('*') {
                writeln!(text, "    CHECK({call} == NULL);")
            } else if function.result == "int64_t" {
                writeln!(text, "    CHECK({call} == -1);")
            } else {
                writeln!(text, "    CHECK({call} == 0);")
            }
        }
    }
    .unwrap();
}

/// `const apsfetch_client *` and the like, without the `out` pointers.
fn is_handle(kind: &str) -> bool {
    kind.matches('*').count() == 1
        && kind.contains("apsfetch_")
        && !kind.contains("apsfetch_progress")
}

/// A value that the function would take, if it were not for the NULL.
fn good_value(function: &Function, parameter: &Parameter) -> String {
    let kind = parameter.kind.trim_start_matches("const ").trim();
    if is_handle(&parameter.kind) {
        let noun = kind.trim_start_matches("apsfetch_").trim_end_matches(" *");
        return format!("a_{noun}");
    }
    match (kind, parameter.name.as_str()) {
        ("apsfetch_error **", "error") => "&error".to_owned(),
        ("apsfetch_request *const *", _) => "requests".to_owned(),
        ("apsfetch_progress *", _) => "&progress".to_owned(),
        ("apsfetch_progress_callback", _) => "callback".to_owned(),
        ("apsfetch_upload_callback", _) => "upload_callback".to_owned(),
        ("apsfetch_manifest_callback", _) => "manifest_callback".to_owned(),
        ("void *", _) => "&progress".to_owned(),
        ("uint16_t *", _) => "utf16".to_owned(),
        ("size_t", "count") => "1".to_owned(),
        ("size_t", _) => "0".to_owned(),
        ("int32_t" | "uint32_t", _) => "1".to_owned(),
        ("uint64_t", _) => "1048576".to_owned(),
        ("char *", "url" | "base_url" | "address") => r#""http://127.0.0.1:1""#.to_owned(),
        ("char *", "sha1") => r#""da39a3ee5e6b4b0d3255bfef95601890afd80709""#.to_owned(),
        ("char *", "http_date") => r#""Wed, 15 Jan 2025 00:00:00 GMT""#.to_owned(),
        ("char *", _) => r#""text""#.to_owned(),
        other => match noun_of_out(kind) {
            Some(noun) => format!("&out_{noun}"),
            None => panic!("{}: a value for {other:?} is missing here", function.name),
        },
    }
}

/// What an `apsfetch_noun **` receives.
fn noun_of_out(kind: &str) -> Option<String> {
    let noun = kind.strip_prefix("apsfetch_")?.strip_suffix(" **")?;
    Some(noun.to_owned())
}

const OPENING: &str = r#"/* Made by tests/common/null_arguments.rs. Argument: a file that exists. */
#include <string.h>

#include "setup.h"

static apsfetch_error *error;

static void fails(int32_t status, int32_t expected)
{
    CHECK(status == expected);
    CHECK(apsfetch_error_status(error) == expected);
    CHECK(strstr(apsfetch_error_message(error), "NULL") != NULL);
    CHECK(apsfetch_error_free(error) == APSFETCH_OK);
}

static int32_t callback(const apsfetch_progress *progress, void *user_data)
{
    (void)progress;
    (void)user_data;
    return 0;
}

static int32_t upload_callback(uint64_t sent, uint64_t total, void *user_data)
{
    (void)sent;
    (void)total;
    (void)user_data;
    return 0;
}

static int32_t manifest_callback(const apsfetch_manifest *manifest, void *user_data)
{
    (void)manifest;
    (void)user_data;
    return 0;
}

int main(int argc, char **argv)
{
    static const uint16_t utf16[] = {'t', 'e', 'x', 't', 0};
    apsfetch_progress progress = APSFETCH_PROGRESS_INIT;
    apsfetch_client *a_client = make_offline_client();
    apsfetch_request *a_request = make_kept(argv[argc - 1]);
    apsfetch_job *a_job = start(a_client, a_request);
    apsfetch_result *a_result = wait_for_result(a_job);
    const apsfetch_request *requests[1];
    apsfetch_config *a_config = NULL;
    apsfetch_cancel_token *a_cancel_token = NULL;
    apsfetch_signed *a_signed = NULL;
    apsfetch_upload_options *a_upload_options = NULL;
    apsfetch_list_options *a_list_options = NULL;
    apsfetch_manifest *a_manifest = NULL;
    apsfetch_design_filter *a_design_filter = NULL;
    apsfetch_object_filter *a_object_filter = NULL;
    apsfetch_plan *a_plan = NULL;
    apsfetch_upload_job *a_upload_job = NULL;
    apsfetch_manifest_watch *a_manifest_watch = NULL;

    requests[0] = a_request;
    CHECK_OK(apsfetch_config_new(&a_config, &error));
    CHECK_OK(apsfetch_cancel_token_new(&a_cancel_token, &error));
    CHECK_OK(apsfetch_sign(a_client, requests, 1, NULL, &a_signed, &error));
    CHECK_OK(apsfetch_upload_options_new(&a_upload_options, &error));
    CHECK_OK(apsfetch_list_options_new(&a_list_options, &error));
    CHECK_OK(apsfetch_manifest_from_json("{\"urn\":\"dXJuOmE\"}", &a_manifest, &error));
    CHECK_OK(apsfetch_design_filter_new(&a_design_filter, &error));
    CHECK_OK(apsfetch_object_filter_new(&a_object_filter, &error));
    CHECK_OK(apsfetch_plan_design(a_client, a_manifest, NULL, "folder", &a_plan, &error));
    CHECK_OK(apsfetch_upload_job_start(a_client, "http://127.0.0.1:1", argv[argc - 1], NULL, &a_upload_job, &error));
    CHECK_OK(apsfetch_manifest_watch_start(a_client, "dXJuOmE", 0, &a_manifest_watch, &error));

"#;

const CLOSING: &str = r#"
    CHECK(apsfetch_manifest_watch_free(a_manifest_watch) == APSFETCH_OK);
    CHECK(apsfetch_upload_job_free(a_upload_job) == APSFETCH_OK);
    CHECK(apsfetch_plan_free(a_plan) == APSFETCH_OK);
    CHECK(apsfetch_object_filter_free(a_object_filter) == APSFETCH_OK);
    CHECK(apsfetch_design_filter_free(a_design_filter) == APSFETCH_OK);
    CHECK(apsfetch_manifest_free(a_manifest) == APSFETCH_OK);
    CHECK(apsfetch_list_options_free(a_list_options) == APSFETCH_OK);
    CHECK(apsfetch_upload_options_free(a_upload_options) == APSFETCH_OK);
    CHECK(apsfetch_signed_free(a_signed) == APSFETCH_OK);
    CHECK(apsfetch_cancel_token_free(a_cancel_token) == APSFETCH_OK);
    CHECK(apsfetch_config_free(a_config) == APSFETCH_OK);
    CHECK(apsfetch_result_free(a_result) == APSFETCH_OK);
    CHECK(apsfetch_job_free(a_job) == APSFETCH_OK);
    CHECK(apsfetch_request_free(a_request) == APSFETCH_OK);
    CHECK(apsfetch_client_free(a_client) == APSFETCH_OK);
    return 0;
}
"#;
