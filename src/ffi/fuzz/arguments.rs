//! What the words of a line mean.
//!
//! Each argument takes the next word, and each has a good value when there is none, or a `.`:
//!
//! - a handle: the latest of its type; or `-` for NULL, a digit for what was put there, `#` and a number as it is;
//! - where a handle goes: nowhere in particular; or a digit, or `-` for NULL;
//! - a text: percent-decoded, or `-` for NULL; a path goes below a folder of the run, an address to its server;
//! - a number; an array of the four latest requests; a callback (`n` cancels, `f` frees the client, `-` is NULL).

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_void};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use percent_encoding::percent_decode_str;

use super::server::SECRET;
use crate::ffi::client::{apsfetch_client, apsfetch_client_free};
use crate::ffi::config::{apsfetch_config, apsfetch_config_set_base_url};
use crate::ffi::error::{
    apsfetch_error, apsfetch_error_free, apsfetch_error_message, apsfetch_error_status,
};
use crate::ffi::handle::{self, Handle};
use crate::ffi::manifest::{apsfetch_manifest, apsfetch_manifest_callback};
use crate::ffi::progress::{apsfetch_progress, apsfetch_progress_callback};
use crate::ffi::request::apsfetch_request;
use crate::ffi::status::{APSFETCH_E_PANIC, APSFETCH_OK};
use crate::ffi::upload::apsfetch_upload_callback;

/// Longer waits only cost time.
const LONGEST_WAIT_MS: u64 = 30;
const MOST_CONNECTIONS: u64 = 8;
/// How many requests an array has.
const ARRAY: usize = 4;

/// A program as it runs.
pub(super) struct Program {
    server: String,
    folder: PathBuf,
    name: &'static str,
    words: std::vec::IntoIter<String>,
    places: [usize; 10],
    latest: BTreeMap<&'static str, Vec<usize>>,
    /// Every handle that was ever given.
    given: Vec<usize>,
    /// What the arguments of this call point to.
    texts: Vec<CString>,
    wide: Vec<Vec<u16>>,
    array: Box<[*const apsfetch_request; ARRAY]>,
    has_array: bool,
    progress: Box<apsfetch_progress>,
    texts_taken: usize,
    outs: Vec<Out>,
    mode: Box<Mode>,
}

/// Where a call puts a handle, and what becomes of it then.
struct Out {
    cell: Box<usize>,
    noun: &'static str,
    place: Option<usize>,
}

/// What a callback does.
struct Mode {
    cancels: bool,
    frees: Cell<usize>,
}

impl Program {
    pub(super) fn new(server: String) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("apsfetch-fuzz-{}-{count}", std::process::id()));
        let made = std::fs::create_dir_all(&folder);
        assert!(made.is_ok(), "{made:?}");
        Program {
            server,
            folder,
            name: "",
            words: Vec::new().into_iter(),
            places: [0; 10],
            latest: BTreeMap::new(),
            given: Vec::new(),
            texts: Vec::new(),
            wide: Vec::new(),
            array: Box::new([std::ptr::null(); ARRAY]),
            has_array: false,
            progress: Box::default(),
            texts_taken: 0,
            outs: Vec::new(),
            mode: Box::new(Mode {
                cancels: false,
                frees: Cell::new(0),
            }),
        }
    }

    pub(super) fn begin(&mut self, name: &'static str, words: Vec<String>) {
        self.name = name;
        self.words = words.into_iter();
        self.texts.clear();
        self.wide.clear();
        self.outs.clear();
        self.texts_taken = 0;
        self.has_array = false;
    }

    /// All handles that there ever were.
    pub(super) fn handles(&self, backwards: bool) -> Vec<usize> {
        match backwards {
            false => self.given.clone(),
            true => self.given.iter().rev().copied().collect(),
        }
    }

    pub(super) fn check_all_freed(&self) {
        for given in &self.given {
            let config = std::ptr::without_provenance::<apsfetch_config>(*given);
            let text = handle::get(config)
                .err()
                .map(|error| error.message().to_owned());
            assert!(text.is_some_and(|text| text.contains("freed already")));
        }
    }

    fn word(&mut self) -> Option<String> {
        self.words.next().filter(|word| word != ".")
    }

    fn number(&mut self) -> u64 {
        let number = self.word().map_or(0, |word| {
            word.parse()
                .or_else(|_| word.parse::<i64>().map(|number| number as u64))
                .unwrap_or(0)
        });
        match self.name {
            name if name.ends_with("_wait") || name.ends_with("wait_ms") => {
                number.min(LONGEST_WAIT_MS)
            }
            "apsfetch_details_fetch" | "apsfetch_manifest_watch_start" => {
                number.min(LONGEST_WAIT_MS)
            }
            "apsfetch_config_set_max_connections" if number <= 256 => number.min(MOST_CONNECTIONS),
            // Any free port: one by number may be somebody's.
            "apsfetch_login_start" if number <= 65_535 => 0,
            _ => number,
        }
    }

    fn handle(&mut self, noun: &'static str) -> usize {
        let latest = self.latest.get(noun).and_then(|all| all.last().copied());
        match self.word().as_deref() {
            None => latest.unwrap_or(0),
            Some("-") => 0,
            Some(word) => match word.strip_prefix('#') {
                Some(number) => number.parse().unwrap_or(usize::MAX),
                None => {
                    let place = word.parse().unwrap_or(0);
                    self.places.get::<usize>(place).copied().unwrap_or(0)
                }
            },
        }
    }

    /// The text of the next word, or `None` for NULL.
    fn text(&mut self) -> Option<String> {
        let word = self.word();
        let at = self.texts_taken;
        self.texts_taken = self.texts_taken.saturating_add(1);
        let word = match word.as_deref() {
            Some("-") => return None,
            Some(word) => percent_decode_str(word).decode_utf8_lossy().into_owned(),
            None => "my-bucket".to_owned(),
        };
        Some(match (self.name, at) {
            (
                "apsfetch_upload"
                | "apsfetch_upload_utf16"
                | "apsfetch_upload_job_start"
                | "apsfetch_upload_job_start_utf16",
                0,
            )
            | ("apsfetch_request_new_url" | "apsfetch_config_set_base_url", _) => {
                self.address(&word)
            }
            // Whatever could be a host is not to be asked for.
            ("apsfetch_config_set_proxy", _) => word.replace(char::is_alphanumeric, ":"),
            ("apsfetch_request_set_path" | "apsfetch_config_set_ca_file", 0)
            | ("apsfetch_plan_design", 0)
            | ("apsfetch_plan_objects" | "apsfetch_upload" | "apsfetch_upload_job_start", 1)
            | ("apsfetch_download_design" | "apsfetch_download_objects", 1)
            | ("apsfetch_upload_object" | "apsfetch_upload_job_start_object", 2) => {
                self.path(&word)
            }
            _ => word,
        })
    }

    /// An address of the run's own server. Nothing else is ever asked.
    fn address(&self, word: &str) -> String {
        match word.contains("//") {
            true => word.replace("//", "/"),
            false if word.is_empty() => String::new(),
            false => format!("{}/{}", self.server, word.trim_start_matches('/')),
        }
    }

    fn path(&self, word: &str) -> String {
        if word.is_empty() {
            return String::new();
        }
        let name: String = word
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == '/')
            .collect();
        format!("{}/{name}", self.folder.display())
    }

    fn out(&mut self, noun: &'static str) -> *mut usize {
        let word = self.word();
        if word.as_deref() == Some("-") {
            return std::ptr::null_mut();
        }
        let place = word.and_then(|word| word.parse().ok());
        // Not empty, so that it shows when the call leaves it as it was.
        let mut cell = Box::new(usize::MAX);
        let pointer: *mut usize = &raw mut *cell;
        self.outs.push(Out { cell, noun, place });
        pointer
    }

    fn callback(&mut self) -> bool {
        let word = self.word().unwrap_or_default();
        *self.mode = Mode {
            cancels: word == "n",
            frees: Cell::new(0),
        };
        if word == "f" {
            let client = self
                .latest
                .get("client")
                .and_then(|all| all.last().copied());
            self.mode.frees.set(client.unwrap_or(0));
        }
        word != "-"
    }

    /// After a call that returned this.
    fn end(&mut self, status: Option<i32>) {
        let outs = std::mem::take(&mut self.outs);
        let returns_status = outs.iter().any(|out| out.noun == "error");
        let failed = returns_status && status.is_some_and(|status| status < 0);
        assert_ne!(status, Some(APSFETCH_E_PANIC), "{}", self.name);
        for out in outs {
            let handle = *out.cell;
            let name = self.name;
            if returns_status {
                assert_ne!(handle, usize::MAX, "{name} left {} as it was", out.noun);
            }
            if out.noun == "error" {
                assert_eq!(handle != 0, failed, "{name}: {status:?}");
                check_error(handle, status);
            } else {
                // A download gives what there is to know of its files also when some of them failed.
                let gives_always = name.starts_with("apsfetch_download");
                assert!(
                    !failed || handle == 0 || gives_always,
                    "{name} failed and gave a {}",
                    out.noun
                );
            }
            if handle == 0 || handle == usize::MAX {
                continue;
            }
            if out.noun == apsfetch_config::NAME {
                // Before anything could ask the real service.
                self.point_at_server(handle);
            }
            if let Some(place) = out.place.and_then(|place| self.places.get_mut(place)) {
                *place = handle;
            } else if out.noun == "error" {
                let error = std::ptr::without_provenance_mut(handle);
                assert_eq!(apsfetch_error_free(error), APSFETCH_OK);
            }
            self.given.push(handle);
            self.latest.entry(out.noun).or_default().push(handle);
        }
    }

    fn point_at_server(&self, config: usize) {
        let url = CString::new(self.server.as_str()).unwrap_or_default();
        let config = std::ptr::without_provenance_mut::<apsfetch_config>(config);
        // SAFETY: the text is NUL-terminated, and NULL is no error object.
        let status =
            unsafe { apsfetch_config_set_base_url(config, url.as_ptr(), std::ptr::null_mut()) };
        assert_eq!(status, APSFETCH_OK);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn check_error(handle: usize, status: Option<i32>) {
    if handle == 0 {
        return;
    }
    let error = std::ptr::without_provenance_mut::<apsfetch_error>(handle);
    assert_eq!(Some(apsfetch_error_status(error)), status);
    let message = check_text(apsfetch_error_message(error));
    assert!(message.is_some_and(|text| !text.is_empty()));
}

/// A text that the library gave.
fn check_text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not NULL, NUL-terminated as the contract says, and its object is not freed meanwhile.
    let text = unsafe { CStr::from_ptr(text) }.to_str();
    assert!(text.is_ok(), "a text that is not UTF-8");
    text.ok().map(str::to_owned)
}

/// A kind of argument.
pub(super) trait Argument {
    fn take(program: &mut Program) -> Self;
}

impl<H: Handle> Argument for *const H {
    fn take(program: &mut Program) -> Self {
        std::ptr::without_provenance(program.handle(H::NAME))
    }
}

impl<H: Handle> Argument for *mut H {
    fn take(program: &mut Program) -> Self {
        std::ptr::without_provenance_mut(program.handle(H::NAME))
    }
}

impl<H: Handle> Argument for *mut *mut H {
    fn take(program: &mut Program) -> Self {
        program.out(H::NAME).cast()
    }
}

impl Argument for *const c_char {
    fn take(program: &mut Program) -> Self {
        let Some(text) = program.text() else {
            return std::ptr::null();
        };
        let bytes: Vec<u8> = text.bytes().take_while(|byte| *byte != 0).collect();
        let text = CString::new(bytes).unwrap_or_default();
        let pointer = text.as_ptr();
        program.texts.push(text);
        pointer
    }
}

impl Argument for *const u16 {
    fn take(program: &mut Program) -> Self {
        let word = program.word();
        if word.as_deref() == Some("-") {
            return std::ptr::null();
        }
        let path = program.path(&word.unwrap_or_default());
        let units: Vec<u16> = path.encode_utf16().chain([0]).collect();
        let pointer = units.as_ptr();
        program.wide.push(units);
        pointer
    }
}

impl Argument for *const *const apsfetch_request {
    fn take(program: &mut Program) -> Self {
        program.has_array = true;
        let latest = program.latest.get("request").cloned().unwrap_or_default();
        let handles = latest.iter().rev().copied().chain(std::iter::repeat(0));
        for (place, handle) in program.array.iter_mut().zip(handles) {
            *place = std::ptr::without_provenance(handle);
        }
        match program.word().as_deref() {
            Some("-") => std::ptr::null(),
            _ => program.array.as_ptr(),
        }
    }
}

impl Argument for usize {
    fn take(program: &mut Program) -> Self {
        let has_array = program.has_array;
        let number = usize::try_from(program.number()).unwrap_or(usize::MAX);
        match has_array {
            // As many as there are, or fewer; without a word, one.
            true => (number % (ARRAY + 1)).max(1),
            false => number,
        }
    }
}

impl Argument for u64 {
    fn take(program: &mut Program) -> Self {
        program.number()
    }
}

impl Argument for u32 {
    fn take(program: &mut Program) -> Self {
        program.number() as u32
    }
}

impl Argument for i32 {
    fn take(program: &mut Program) -> Self {
        program.number() as i32
    }
}

impl Argument for *mut apsfetch_progress {
    fn take(program: &mut Program) -> Self {
        let size = program.word().and_then(|word| word.parse().ok());
        let whole = size_of::<apsfetch_progress>() as u32;
        *program.progress = apsfetch_progress::default();
        // A size beyond the structure would be the caller's lie.
        program.progress.struct_size = size.unwrap_or(whole).min(whole);
        &raw mut *program.progress
    }
}

impl Argument for apsfetch_progress_callback {
    fn take(program: &mut Program) -> Self {
        program.callback().then_some(on_progress)
    }
}

impl Argument for apsfetch_upload_callback {
    fn take(program: &mut Program) -> Self {
        program.callback().then_some(on_upload)
    }
}

impl Argument for apsfetch_manifest_callback {
    fn take(program: &mut Program) -> Self {
        program.callback().then_some(on_manifest)
    }
}

impl Argument for *mut c_void {
    fn take(program: &mut Program) -> Self {
        (&raw mut *program.mode).cast()
    }
}

unsafe extern "C-unwind" fn on_progress(
    progress: *const apsfetch_progress,
    user_data: *mut c_void,
) -> i32 {
    // SAFETY: the library gives a progress for as long as the call.
    let progress = unsafe { *progress };
    assert_eq!(
        progress.struct_size as usize,
        size_of::<apsfetch_progress>()
    );
    assert!(progress.items_finished <= progress.items_total);
    called_back(user_data)
}

unsafe extern "C-unwind" fn on_upload(sent: u64, total: u64, user_data: *mut c_void) -> i32 {
    assert!(sent <= total);
    called_back(user_data)
}

unsafe extern "C-unwind" fn on_manifest(
    manifest: *const apsfetch_manifest,
    user_data: *mut c_void,
) -> i32 {
    assert!(handle::get(manifest).is_ok());
    called_back(user_data)
}

fn called_back(user_data: *mut c_void) -> i32 {
    // SAFETY: what `*mut c_void` takes above is the program's mode, which outlives the call.
    let mode = unsafe { &*user_data.cast::<Mode>() };
    let client = mode.frees.replace(0);
    if client != 0 {
        let client = std::ptr::without_provenance_mut::<apsfetch_client>(client);
        let _ = apsfetch_client_free(client);
    }
    i32::from(mode.cancels)
}

/// What a call returns.
pub(super) trait Answer {
    fn check(self, program: &mut Program);
}

impl Answer for i32 {
    fn check(self, program: &mut Program) {
        program.end(Some(self));
    }
}

impl Answer for *const c_char {
    fn check(self, program: &mut Program) {
        let text = check_text(self);
        if program.name.contains("_error_") {
            assert!(!text.is_some_and(|text| text.contains(SECRET)));
        }
        program.end(None);
    }
}

macro_rules! plain_answers {
    ($($kind:ty)*) => {$(
        impl Answer for $kind {
            fn check(self, program: &mut Program) {
                program.end(None);
            }
        }
    )*};
}
plain_answers!(u32 i64 u64 usize *const c_void);

/// A function of the header.
pub(super) trait Call {
    fn call(&self, program: &mut Program);
}

macro_rules! calls {
    ($abi:literal: $($kind:ident)*) => {
        impl<R: Answer, $($kind: Argument),*> Call for unsafe extern $abi fn($($kind),*) -> R {
            fn call(&self, program: &mut Program) {
                // SAFETY: texts, arrays and cells live as long as the program, handles may be anything, and the
                // counts are those of the arrays.
                let answer = unsafe { self($($kind::take(program)),*) };
                answer.check(program);
            }
        }
    };
}
calls!("C":);
calls!("C": A);
calls!("C": A B);
calls!("C": A B C);
calls!("C": A B C D);
calls!("C": A B C D E);
calls!("C": A B C D E F);
calls!("C": A B C D E F G);
calls!("C": A B C D E F G H);
calls!("C": A B C D E F G H I);
calls!("C": A B C D E F G H I J);
calls!("C-unwind": A B C D E F G);
calls!("C-unwind": A B C D E F G H);
calls!("C-unwind": A B C D E F G H I);
calls!("C-unwind": A B C D E F G H I J);
