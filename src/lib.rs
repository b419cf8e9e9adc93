//! Gets files out of Autodesk Platform Services (APS) and into programs: derivatives of the Model Derivative
//! service and objects of the Object Storage Service, in parallel ranges, verified, and put in place in one step.
//!
//! ```no_run
//! # fn main() -> apsfetch::Result<()> {
//! use apsfetch::{Client, Request};
//!
//! let client = Client::builder()
//!     .client_credentials("my-client-id", "my-client-secret", "data:read")?
//!     .build()?;
//! let request = Request::object("my-bucket", "models/house.rvt")?.to_file("house.rvt");
//! for result in client.download(vec![request], |progress| {
//!     println!("{} of {} bytes", progress.bytes_done, progress.bytes_total);
//!     true
//! })? {
//!     println!("{} bytes", result?.bytes);
//! }
//! # Ok(()) }
//! ```
//!
//! # Secrets and logging
//!
//! Tokens, client secrets, cookies and signed URLs appear in no error, in no `Debug`, in no file, and in nothing this crate
//! logs, which is nothing. But [ureq](https://docs.rs/ureq) below it logs to the [`log`](https://docs.rs/log) crate. Down to
//! the level `debug` it shows hosts and no more; at the level `trace` it shows every request with its token and its address.
//! A program that installs a logger of its own and lets it go down to `trace` must leave the targets `ureq` and
//! `ureq_proto` out. The shared and the static C library are not concerned: nothing in them is ever logged.
//!
//! The same library has a C ABI, described in `include/apsfetch.h`; names and numbers are the same in both.
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

#[cfg(panic = "abort")]
compile_error!(
    "apsfetch must be built with panic = \"unwind\": a bug in it must not end the host program."
);

#[cfg(not(target_pointer_width = "64"))]
compile_error!(
    "apsfetch supports 64-bit targets only: a C handle is a 64-bit number that is never used again."
);

mod aps;
mod builder;
mod cancel;
mod client;
mod client_folder;
mod error;
mod failpoint;
#[cfg(feature = "capi")]
mod ffi;
mod folder;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod job;
mod locate;
mod login;
mod manifest;
mod manifest_watch;
mod objects;
mod request;
mod secret;
mod signed;
mod sync;
mod task;
mod threads;
mod transfer;
mod transport;
mod upload;

pub use aps::{Access, AccessToken, Details, SignedUrl, SignedUrlOptions};
pub use builder::ClientBuilder;
pub use cancel::CancelToken;
pub use client::Client;
pub use error::{Error, ErrorKind, Result};
pub use folder::{
    DesignFilter, FileStatus, FolderFile, FolderOutcome, FolderPlan, ObjectFilter, PlannedFile,
};
pub use job::Job;
pub use login::{Login, LoginOptions, LoginResult};
pub use manifest::{Manifest, ManifestMessage, ManifestNode, TranslationStatus};
pub use manifest_watch::ManifestWatch;
pub use objects::{ListOptions, ObjectInfo, ObjectPage};
pub use request::{ExistingFile, ObjectSigning, Request};
pub use signed::{Cookie, Signed, SignedChunk, SignedStatus};
pub use transfer::{ItemProgress, ItemResult, ItemStatus, JobState, Progress, Verification};
pub use upload::{UploadJob, UploadOptions, UploadResult};
