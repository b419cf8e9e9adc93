//! Scripting the sandbox: the same actions from Rust and, as JSON, over `/sandbox/…` on the API origin.

mod actions;
mod endpoint;

pub use actions::Sha1;
pub(crate) use endpoint::handle;
