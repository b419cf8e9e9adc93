//! What the sandbox promises, one file for each promise. Everything goes over HTTP, with a client that knows nothing
//! of the sandbox.

mod auth;
mod batch;
mod cdn;
mod client;
mod control;
mod data_dir;
mod derivatives;
mod direct;
mod faults;
mod lifecycle;
mod limits;
mod login;
mod manifest;
mod objects;
mod program;
mod ranges;
mod s3;
mod signed_urls;
mod signedcookies;
mod tls;
