//! What cannot be seen from C: deliberate panics, and that constants and Rust agree.

mod panics;

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::callback::Body;
use super::error::{apsfetch_error, apsfetch_error_free, apsfetch_error_message};
use super::guard::{self, Outcome};
use super::job::{apsfetch_job, apsfetch_job_free, apsfetch_job_result, apsfetch_job_wait};
use super::result::apsfetch_result;
use super::status::{
    APSFETCH_E_INVALID_ARGUMENT, APSFETCH_E_PANIC, APSFETCH_OK, KINDS, apsfetch_status_text,
};
use super::text::Text;
use super::{callback, handle, job, output};
use crate::request::{ExistingFile, Target};
use crate::threads::Threads;
use crate::transfer::{Engine, EngineOptions, Locate, Located, NewItem};
use crate::transport::Context;
use crate::{Client, Error, Job};

fn read(text: *const c_char) -> String {
    assert!(!text.is_null());
    // SAFETY: not NULL, and what the library returns is NUL-terminated.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().unwrap().to_owned()
}

fn message(error: *mut apsfetch_error) -> String {
    let message = read(apsfetch_error_message(error));
    assert_eq!(apsfetch_error_free(error), APSFETCH_OK);
    message
}

#[test]
fn every_kind_of_error_has_its_constant_and_the_same_words() {
    for (kind, number, constant, text) in KINDS {
        assert_eq!(kind.code(), *number);
        let mut name = String::from("APSFETCH_E");
        for letter in format!("{kind:?}").chars() {
            if letter.is_uppercase() {
                name.push('_');
            }
            name.push(letter.to_ascii_uppercase());
        }
        assert_eq!(name, *constant);
        assert_eq!(text.to_str().unwrap(), kind.describe());
        assert_eq!(read(apsfetch_status_text(*number)), kind.describe());
    }
}

#[test]
fn a_panic_in_an_export_is_a_status() {
    let mut error = std::ptr::null_mut();
    // SAFETY: the pointer is to a variable.
    let status = unsafe { guard::call(&raw mut error, || panic!("deliberate")) };
    assert_eq!(status, APSFETCH_E_PANIC);
    let message = message(error);
    assert!(
        message.starts_with("A bug in apsfetch was caught."),
        "{message}"
    );
    assert!(!message.contains("deliberate"), "{message}");
    // SAFETY: NULL is fine.
    let status = unsafe { guard::call(std::ptr::null_mut(), || panic!("deliberate")) };
    assert_eq!(status, APSFETCH_E_PANIC);
    assert_eq!(guard::number(|| panic!("deliberate")), APSFETCH_E_PANIC);
    assert_eq!(guard::value(7, || panic!("deliberate")), 7);
}

#[test]
fn a_panic_in_an_operation_that_calls_back_is_a_status() {
    for is_asked in [false, true] {
        let mut calls = 0;
        let mut error = std::ptr::null_mut();
        let prepare = || {
            let body: Body<(), ()> = Box::new(|ask| {
                assert!(ask(()));
                panic!("deliberate")
            });
            Ok(body)
        };
        let tell = is_asked.then_some(|()| {
            calls += 1;
            true
        });
        // SAFETY: the pointer is to a variable.
        let status =
            unsafe { callback::run(&raw mut error, prepare, tell, |()| Ok(Outcome::Done)) };
        assert_eq!(status, APSFETCH_E_PANIC);
        let message = message(error);
        assert!(!message.contains("deliberate"), "{message}");
        assert_eq!(calls, u32::from(is_asked));
    }
}

#[test]
fn an_operation_has_ended_when_its_callback_is_left_by_unwinding() {
    static WENT_ON: AtomicU32 = AtomicU32::new(2);
    let prepare = || {
        let body: Body<(), ()> = Box::new(|ask| {
            let go_on = ask(());
            WENT_ON.store(go_on.into(), Ordering::SeqCst);
            Ok(())
        });
        Ok(body)
    };
    let tell = Some(|()| panic!("in the callback"));
    let left = catch_unwind(AssertUnwindSafe(|| {
        let error = std::ptr::null_mut();
        // SAFETY: NULL is fine.
        unsafe { callback::run(error, prepare, tell, |()| Ok(Outcome::Done)) }
    }));
    assert!(left.is_err());
    assert_eq!(WENT_ON.load(Ordering::SeqCst), 0);
}

/// Panics on a worker thread, before it has located anything.
struct Panicking;

impl Locate for Panicking {
    fn groups(&self) -> Vec<Vec<usize>> {
        vec![vec![0]]
    }

    fn locate(&self, _: &Context, _: &[usize]) -> Vec<crate::Result<Located>> {
        panic!("deliberate")
    }

    fn can_renew(&self, _: usize) -> bool {
        false
    }

    fn refused(&self, _: usize) {}

    fn fingerprint(&self, _: usize) -> String {
        String::new()
    }

    fn explain(&self, _: usize, error: Error) -> Error {
        error
    }
}

#[test]
fn a_panic_in_a_worker_is_the_status_of_its_item() {
    // Any call installs the hook.
    assert_eq!(guard::value(1, || Ok(2)), 2);
    let client = Client::builder().build().unwrap();
    let options = EngineOptions {
        max_connections: 1,
        at_once: 1,
        part_size: 0,
        durable: false,
        disk_timeout: std::time::Duration::from_secs(60),
    };
    let engine = Engine::new(
        options,
        client.api().network.throttle().clone(),
        Threads::default(),
    );
    let item = NewItem {
        label: "the item".to_owned(),
        target: Target::Memory(1),
        existing: ExistingFile::Replace,
        sha1: None,
        size: None,
        known: None,
        resume: false,
    };
    let session = client.context(None).session;
    let inner = engine
        .start(vec![item], Box::new(Panicking), session)
        .unwrap();
    let job = Job::new(engine.clone(), inner);
    let job = handle::insert::<apsfetch_job>(job).unwrap();
    let mut result: *mut apsfetch_result = std::ptr::null_mut();
    let mut error = std::ptr::null_mut();
    // SAFETY: the pointers are to variables.
    unsafe {
        let status = apsfetch_job_wait(job, job::APSFETCH_NO_LIMIT, &raw mut error);
        assert_eq!(status, APSFETCH_OK);
        let status = apsfetch_job_result(job, 0, &raw mut result, &raw mut error);
        assert_eq!(status, APSFETCH_E_PANIC);
    }
    assert!(result.is_null());
    let message = message(error);
    assert!(message.contains("the item"), "{message}");
    assert!(!message.contains("deliberate"), "{message}");
    assert_eq!(apsfetch_job_free(job), APSFETCH_OK);
    engine.shut_down();
}

/// For the test below: a panic of the host, which is none of the library's business.
#[test]
#[ignore = "panics on purpose, when another test runs it"]
fn panic_of_the_host() {
    assert_eq!(guard::value(1, || Ok(2)), 2);
    panic!("of the host");
}

#[test]
fn the_librarys_own_panics_print_nothing_and_the_hosts_do() {
    // In a process of its own, because a test's output is captured in many places.
    let run = |test: &str| {
        let output = this_program()
            .args(["--exact", test, "--nocapture", "--include-ignored"])
            .output()
            .unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(out.contains("running 1 test"), "{test}: {out}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(run("ffi::tests::a_panic_in_an_export_is_a_status"), "");
    assert_eq!(
        run("ffi::tests::a_panic_in_a_worker_is_the_status_of_its_item"),
        ""
    );
    let hosts = run("ffi::tests::panic_of_the_host");
    assert!(hosts.contains("of the host"), "{hosts}");
}

#[test]
fn text_ends_where_c_thinks_it_does() {
    assert_eq!(read(Text::new("").as_ptr()), "");
    assert_eq!(read(Text::new("Büro 1+1").as_ptr()), "Büro 1+1");
    assert_eq!(read(Text::new("a\0b").as_ptr()), "a\u{fffd}b");
}

/// A caller that packs its structures is on the architecture where that works.
#[test]
fn pointers_need_not_be_aligned() {
    let mut packed = [0xAAu8; 24];
    // SAFETY: nine bytes of the array are behind each of the two.
    let (error, out) = unsafe {
        let start = packed.as_mut_ptr();
        (
            start.add(1).cast::<*mut apsfetch_error>(),
            start.add(11).cast::<*mut apsfetch_result>(),
        )
    };
    // SAFETY: as above.
    let status = unsafe {
        guard::call(error, || {
            output::clear(out)?;
            Err(Error::invalid("no"))
        })
    };
    assert_eq!(status, APSFETCH_E_INVALID_ARGUMENT);
    // SAFETY: as above.
    let (error, out) = unsafe { (error.read_unaligned(), out.read_unaligned()) };
    assert_eq!(message(error), "no");
    assert!(out.is_null());
    // SAFETY: NULL is fine.
    let status = unsafe { guard::call(std::ptr::null_mut(), || Ok(Outcome::Pending)) };
    assert_eq!(status, 1);
}

/// The tests once more, in a process of their own; behind the words in `APSFETCH_TEST_RUNNER`, such as those that start an
/// emulator, if that is how this process was started.
fn this_program() -> Command {
    let program = std::env::current_exe().unwrap();
    let runner = std::env::var("APSFETCH_TEST_RUNNER").unwrap_or_default();
    let mut words = runner.split_whitespace();
    let Some(first) = words.next() else {
        return Command::new(program);
    };
    let mut command = Command::new(first);
    command.args(words).arg(program);
    command
}
