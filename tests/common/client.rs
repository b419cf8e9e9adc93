//! A sandbox with a bucket, and clients of it.

use apsfetch::{Client, ClientBuilder, ItemResult, Request, Result};
use apsfetch_sandbox::Sandbox;

pub fn sandbox_with(bucket: &str) -> Sandbox {
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    sandbox.add_bucket(bucket);
    sandbox
}

pub fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder()
        .base_url(&sandbox.info().api)
        .unwrap()
        .proxy("")
        .unwrap()
        .access_token(&sandbox.access_token("data:read data:write viewables:read"))
        .unwrap()
}

/// Downloads one file.
pub fn one(client: &Client, request: Request) -> Result<ItemResult> {
    client
        .download(vec![request], |_| true)
        .unwrap()
        .pop()
        .unwrap()
}
