//! What is different on Windows: names and paths, files that others hold open, DLLs in a process, what is in the DLL, the
//! settings of the user. Under Wine as well as on Windows.
#![cfg(windows)]

#[path = "../common/mod.rs"]
mod common;

mod dll;
mod held;
mod image;
mod names;
mod proxy;
mod version;

use std::ffi::OsStr;
use std::os::windows::ffi::OsStrExt as _;
use std::path::Path;

use apsfetch::{Client, ItemResult, Request, Result};
use apsfetch_sandbox::{Content, Sandbox};
use common::client::{builder, one};

const BUCKET: &str = "windows-tests";
const TEXT: &str = "a few bytes";

/// A sandbox with one small object.
fn sandbox() -> Sandbox {
    let sandbox = common::client::sandbox_with(BUCKET);
    sandbox.add_object(BUCKET, "small", Content::bytes(TEXT));
    sandbox
}

fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

fn download(client: &Client, target: impl AsRef<Path>) -> Result<ItemResult> {
    let request = Request::object(BUCKET, "small").unwrap();
    one(client, request.to_file(target.as_ref()))
}

/// A text as Windows takes it.
fn wide(text: impl AsRef<OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}
