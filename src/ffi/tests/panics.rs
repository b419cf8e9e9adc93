//! A panic at a place of every layer: the call has a status, the host lives, and all else goes on.

use std::ffi::CString;
use std::time::{Duration, Instant};

use apsfetch_sandbox::{Content, Sandbox};

use crate::failpoint::armed;
use crate::ffi::client::{apsfetch_client, apsfetch_client_free, apsfetch_client_new};
use crate::ffi::config::{
    apsfetch_config, apsfetch_config_free, apsfetch_config_new, apsfetch_config_set_base_url,
    apsfetch_config_set_client_credentials, apsfetch_config_set_proxy,
};
use crate::ffi::download::apsfetch_download;
use crate::ffi::request::{
    apsfetch_request, apsfetch_request_free, apsfetch_request_new_object,
    apsfetch_request_set_memory,
};
use crate::ffi::status::{APSFETCH_E_CANCELLED, APSFETCH_E_DNS, APSFETCH_E_PANIC, APSFETCH_OK};
use crate::ffi::upload::apsfetch_upload_object;
use crate::ffi::upload_result::{apsfetch_upload_result, apsfetch_upload_result_free};

const PLACE: &str = "APSFETCH_TEST_PANIC";
/// More than the checksum's first step.
const SIZE: u64 = 20 << 20;

/// A call that panics, the place, and how often it is come by before. The first time is not always the one that hurts.
const PLACES: [(&str, u32); 17] = [
    ("entry", 0),
    ("entry", 1),
    ("entry", 2),
    ("entry", 3),
    ("next", 0),
    ("next", 1),
    ("next", 2),
    ("send", 0),
    ("send", 1),
    ("send", 3),
    ("fetch", 0),
    ("fetch", 1),
    ("checksum", 0),
    ("retire", 0),
    ("resolver", 0),
    ("token", 0),
    ("call", 0),
];

#[test]
fn a_panic_at_any_place_is_a_status_and_all_else_goes_on() {
    for (place, before) in PLACES.iter().copied().chain([("task", 0), ("upload", 0)]) {
        let begun = Instant::now();
        // In a process of its own: other tests come by the place, too.
        let output = super::this_program()
            .args(["--exact", "ffi::tests::panics::with_a_panic"])
            .args(["--ignored", "--nocapture"])
            .env(PLACE, format!("{place} {before}"))
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{place} {before}: {output:?}");
        assert!(out.contains("1 passed"), "{place} {before}: {out}");
        // Nothing of ours comes to the host's standard error.
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{place}");
        println!("{place} {before}: {:?}", begun.elapsed());
    }
}

struct Scene {
    client: *mut apsfetch_client,
    request: *mut apsfetch_request,
    file: CString,
}

impl Scene {
    fn new(sandbox: &Sandbox) -> Self {
        let info = sandbox.info();
        let text = |text: &str| CString::new(text).unwrap();
        // By name, so that the resolver takes part.
        let base_url = text(&info.api.replace("127.0.0.1", "localhost"));
        let (id, secret) = (text(&info.client_id), text(&info.client_secret));
        let mut config: *mut apsfetch_config = std::ptr::null_mut();
        let mut client = std::ptr::null_mut();
        let mut request = std::ptr::null_mut();
        let none = std::ptr::null_mut();
        // SAFETY: the pointers are to variables and to texts that live until the end of the function.
        unsafe {
            assert_eq!(apsfetch_config_new(&raw mut config, none), 0);
            assert_eq!(
                apsfetch_config_set_base_url(config, base_url.as_ptr(), none),
                0
            );
            let scopes = c"data:read data:write".as_ptr();
            let (id, secret) = (id.as_ptr(), secret.as_ptr());
            assert_eq!(
                apsfetch_config_set_client_credentials(config, id, secret, scopes, none),
                0
            );
            assert_eq!(apsfetch_config_set_proxy(config, c"".as_ptr(), none), 0);
            assert_eq!(apsfetch_client_new(config, &raw mut client, none), 0);
            assert_eq!(apsfetch_config_free(config), 0);
            let (bucket, key) = (c"panics".as_ptr(), c"a.bin".as_ptr());
            assert_eq!(
                apsfetch_request_new_object(bucket, key, &raw mut request, none),
                0
            );
            assert_eq!(apsfetch_request_set_memory(request, SIZE, none), 0);
        }
        Scene {
            client,
            request,
            file: text(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")),
        }
    }

    /// The statuses of a download, and of an upload that has a callback and so a thread of its own.
    fn work(&self) -> [i32; 2] {
        extern "C-unwind" fn go_on(_: u64, _: u64, _: *mut std::ffi::c_void) -> i32 {
            0
        }
        let requests = [self.request.cast_const()];
        let (null, none) = (std::ptr::null_mut(), std::ptr::null_mut());
        let mut uploaded: *mut apsfetch_upload_result = std::ptr::null_mut();
        // SAFETY: the pointers are to variables and constants, or NULL where that is fine.
        unsafe {
            let downloaded = apsfetch_download(
                self.client,
                requests.as_ptr(),
                1,
                None,
                null,
                std::ptr::null_mut(),
                none,
            );
            let sent = apsfetch_upload_object(
                self.client,
                c"panics".as_ptr(),
                c"uploaded".as_ptr(),
                self.file.as_ptr(),
                std::ptr::null(),
                Some(go_on),
                null,
                std::ptr::null(),
                &raw mut uploaded,
                none,
            );
            assert_eq!(apsfetch_upload_result_free(uploaded), 0);
            [downloaded, sent]
        }
    }

    fn free(self) {
        assert_eq!(apsfetch_request_free(self.request), APSFETCH_OK);
        assert_eq!(apsfetch_client_free(self.client), APSFETCH_OK);
    }
}

#[test]
#[ignore = "panics on purpose, when another test runs it"]
fn with_a_panic() {
    let Ok(armed) = std::env::var(PLACE) else {
        return;
    };
    let (place, before) = armed.split_once(' ').unwrap();
    // A hang is a failure too.
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_secs(60));
        println!("it hangs");
        std::process::exit(1);
    });
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    sandbox.add_bucket("panics");
    sandbox.add_object("panics", "a.bin", Content::synthetic(SIZE, 9));
    let (scene, other) = (Scene::new(&sandbox), Scene::new(&sandbox));

    armed::arm(place, before.parse().unwrap());
    let statuses = scene.work();
    assert!(!armed::disarm(), "nothing came by");
    for status in statuses {
        let documented = match place {
            // Nobody knows whose the panic was: the client's jobs are over.
            "next" => [APSFETCH_E_PANIC, APSFETCH_E_CANCELLED],
            // As if there were no answer.
            "resolver" => [APSFETCH_E_PANIC, APSFETCH_E_DNS],
            _ => [APSFETCH_E_PANIC; 2],
        };
        assert!(
            status == APSFETCH_OK || documented.contains(&status),
            "{statuses:?}"
        );
    }
    println!("{place} {before}: {statuses:?}");

    // No lock is poisoned, no worker is lost.
    assert_eq!(scene.work(), [APSFETCH_OK; 2], "the same client");
    assert_eq!(other.work(), [APSFETCH_OK; 2], "another client");
    scene.free();
    other.free();
    #[cfg(target_os = "linux")]
    no_thread_is_left();
}

#[cfg(target_os = "linux")]
fn no_thread_is_left() {
    // The first thread has the program's name, which begins like ours.
    let first = std::process::id().to_string();
    let ours = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        tasks
            .map(|task| task.unwrap())
            .filter(|task| task.file_name().to_string_lossy() != first)
            .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok())
            .filter(|name| name.starts_with("apsfetch-") && !name.starts_with("apsfetch-sandbo"))
            .count()
    };
    // The kernel takes a thread off the list a moment after it was joined.
    let give_up = Instant::now() + Duration::from_secs(10);
    while ours() > 0 && Instant::now() < give_up {
        std::thread::yield_now();
    }
    assert_eq!(ours(), 0);
}
