//! What a C program may rely on: whatever it does is a status, and nothing of the library is left behind.
//!
//! Each test builds a program of `tests/c` against the header and the shared library, and runs it.

mod common;

use apsfetch_sandbox::{Content, Fault, Match, Origin, Rule, Sandbox};
use common::c::{self, Workshop};
use common::{header, header_text, null_arguments, root};

const BUCKET: &str = "capi-tests";
const SIZE: u64 = 3 * 1024 * 1024 + 7;

/// A server with one object, one that hangs, and a bucket whose signing hangs.
struct Server {
    sandbox: Sandbox,
    content: Content,
}

impl Server {
    fn start() -> Self {
        let sandbox = Sandbox::builder().no_samples().start().unwrap();
        let content = Content::synthetic(SIZE, 5);
        sandbox.add_bucket(BUCKET);
        sandbox.add_object(BUCKET, "models/a b+c.bin", content.clone());
        sandbox.add_object(BUCKET, "hang.bin", Content::synthetic(SIZE, 6));
        for (origin, path) in [(Origin::S3, "hang.bin"), (Origin::Api, "hanging-bucket")] {
            sandbox.fault(Rule {
                matching: Match {
                    origin: Some(origin),
                    path_contains: Some(path.to_owned()),
                    ..Match::default()
                },
                fault: Fault::Hang,
            });
        }
        Server { sandbox, content }
    }

    /// Base URL, token and bucket, which most programs begin with, and what else the program wants.
    fn arguments(&self, others: &[&str]) -> Vec<String> {
        let token = self.sandbox.access_token("data:read");
        let mut arguments = vec![self.sandbox.info().api.clone(), token, BUCKET.to_owned()];
        arguments.extend(others.iter().map(|&other| other.to_owned()));
        arguments
    }
}

/// A file that the tests may find but not change.
fn existing() -> String {
    root().join("Cargo.toml").display().to_string()
}

#[test]
fn null_in_every_argument_of_every_function_is_survived() {
    let Some(workshop) = Workshop::new("capi") else {
        return;
    };
    let functions = header::functions(&header_text());
    let source = workshop.folder().join("null_arguments.c");
    std::fs::write(&source, null_arguments::program(&functions)).unwrap();
    workshop.build(&source).run([existing()]);
}

#[test]
fn a_handle_that_is_freed_forged_or_of_another_type_is_a_status() {
    let Some(workshop) = Workshop::new("capi") else {
        return;
    };
    let server = Server::start();
    let design = server.sandbox.add_design("urn:handles", "US");
    let derivative = "urn:adsk.viewing:fs.file:handles/output/a.obj";
    server
        .sandbox
        .add_derivative(&design, derivative, Content::bytes("a few bytes"));
    let mut arguments = server.arguments(&[&design, derivative, &existing()]);
    arguments[1] = server
        .sandbox
        .access_token("data:read data:write viewables:read");
    workshop.test_program("handles.c").run(arguments);
}

#[test]
fn a_handle_can_be_freed_while_another_thread_is_inside_a_call() {
    let Some(workshop) = Workshop::new("capi") else {
        return;
    };
    let server = Server::start();
    let rounds = match (c::is_watched(), c::is_for_windows()) {
        (true, _) => "20",
        // Where threads begin and end is a matter of milliseconds.
        (_, true) => "100",
        _ => "500",
    };
    workshop
        .test_program("races.c")
        .run(server.arguments(&["hang.bin", rounds]));
}

#[test]
fn a_forked_child_gets_a_status_and_can_begin_anew() {
    if c::is_for_windows() {
        return; // There is no fork.
    }
    let Some(workshop) = Workshop::new("capi") else {
        return;
    };
    let server = Server::start();
    // What another thread held at the fork is lost to the child, which would be called a leak.
    let busy = if c::is_watched() { "0" } else { "1" };
    workshop
        .test_program("fork.c")
        .run(server.arguments(&["models/a b+c.bin", busy]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_fork_a_free_and_a_callback_in_the_worst_moment_are_survived() {
    if c::is_for_windows() {
        return; // There is no fork.
    }
    let Some(workshop) = Workshop::new("capi") else {
        return;
    };
    let server = Server::start();
    // What its parent's threads held is lost to a child, which would be called a leak; and what they had locked inside of
    // a sanitizer stays locked.
    let forks = if c::is_watched() { "0" } else { "20" };
    workshop
        .test_program("held.c")
        .run(server.arguments(&["models/a b+c.bin", "hang.bin", forks]));
}

#[test]
fn a_job_gives_progress_results_and_errors() {
    let Some(workshop) = Workshop::new("capi") else {
        return;
    };
    let server = Server::start();
    let sha1 = server.content.sha1_hex().unwrap();
    let size = SIZE.to_string();
    workshop.test_program("job.c").run(server.arguments(&[
        "models/a b+c.bin",
        &size,
        &sha1,
        "hang.bin",
    ]));
}

#[test]
fn a_signed_list_is_enough_to_fetch_the_file() {
    let Some(workshop) = Workshop::new("capi") else {
        return;
    };
    let server = Server::start();
    let size = SIZE.to_string();
    workshop
        .test_program("signing.c")
        .run(server.arguments(&["models/a b+c.bin", &size]));
}

#[cfg(target_os = "linux")]
#[test]
fn after_the_last_free_no_thread_is_alive() {
    let Some(workshop) = Workshop::new("capi") else {
        return;
    };
    let server = Server::start();
    workshop
        .test_program("threads.c")
        .run(server.arguments(&["models/a b+c.bin", "hang.bin"]));
}

#[cfg(target_os = "linux")]
#[test]
fn the_library_can_be_unloaded_directly_after_the_last_free() {
    if c::is_watched() {
        // A few bytes that crates below make once and keep would be called lost, once nothing points to them.
        return;
    }
    let Some(workshop) = Workshop::new("capi") else {
        return;
    };
    let server = Server::start();
    let mut arguments = vec![common::library().display().to_string()];
    arguments.extend(server.arguments(&["models/a b+c.bin"]));
    arguments.push("1000".to_owned());
    print!("{}", workshop.test_program("unload.c").run(arguments));
}

#[cfg(target_os = "linux")]
#[test]
fn an_exception_of_a_callback_passes_through_the_call() {
    let Some(workshop) = Workshop::new("capi") else {
        return;
    };
    if c::find(&["c++"]).is_none() {
        common::skip("capi", "there is no C++ compiler");
        return;
    }
    let server = Server::start();
    let hanging = format!("{}/hanging-bucket/url", server.sandbox.info().api);
    workshop
        .test_program("exception.cpp")
        .run(server.arguments(&["hang.bin", &hanging, &existing()]));
}
