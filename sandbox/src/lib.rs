//! Autodesk Platform Services (APS), its CDN and its S3 on loopback, for building and testing without an account or a
//! network.
//!
//! Three servers run inside the process that starts a [`Sandbox`]: the API (authentication, Model Derivative, Object
//! Storage), the CDN, which checks CloudFront's signatures, and S3, which checks pre-signed URLs. The README tells what
//! they do and where they differ from the real ones.
//!
//! ```
//! use apsfetch_sandbox::{Content, Sandbox};
//!
//! let sandbox = Sandbox::start()?;
//! sandbox.add_object("my-bucket", "a.bin", Content::synthetic(1 << 40, 7));
//! let token = sandbox.access_token("data:read");
//! println!("{} with {token}", sandbox.info().api);
//! sandbox.stop();
//! # Ok::<(), apsfetch_sandbox::Error>(())
//! ```

#![forbid(unsafe_code)]

mod api;
mod builder;
mod cdn;
mod clock;
mod content;
mod control;
mod error;
mod faults;
mod info;
mod limits;
mod log;
mod s3;
mod sandbox;
mod server;
mod state;
mod synthetic;
mod text;
mod tokens;
mod world;

pub use builder::Builder;
pub use content::Content;
pub use control::Sha1;
pub use error::Error;
pub use faults::{Fault, Match, Rule};
pub use info::{BucketInfo, DerivativeInfo, DesignInfo, Info, ObjectInfo};
pub use limits::RateLimit;
pub use log::{Origin, RequestRecord};
pub use sandbox::{Sandbox, Stopper};
pub use world::{Settings, TranslationState};

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
