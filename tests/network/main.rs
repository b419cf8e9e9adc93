//! Firm networks and bad ones: proxies, TLS that is inspected, names that lead nowhere, peers that say nothing.
//!
//! Never a hang, and never a wrong file: each fault is made for real, by a peer on loopback that misbehaves.

mod child;
mod dns;
mod environment;
mod proxy;
mod proxy_failures;
mod replies;
mod retries;
mod scripted_proxy;
mod server;
mod slow_down;
mod squid;
mod tls_failures;
mod waits;
mod warm;

#[path = "../common/skip.rs"]
mod skip;

use std::time::{Duration, Instant};

use apsfetch::{CancelToken, Client, ClientBuilder, Error, Request, Result};
use apsfetch_sandbox::{Content, Fault, Match, Rule, Sandbox};
use skip::skip;

const BUCKET: &str = "network-tests";
/// Long enough to be told from every limit that a test sets.
const LONG: Duration = Duration::from_secs(30);
/// What ends "at once" ends within this, on a machine that has other things to do.
const SOON: Duration = Duration::from_secs(2);

fn sandbox(tls: bool) -> Sandbox {
    let sandbox = Sandbox::builder().tls(tls).no_samples().start().unwrap();
    sandbox.add_bucket(BUCKET);
    sandbox.add_object(BUCKET, "x", Content::synthetic(3 << 20, 5));
    sandbox
}

/// A client that reaches `api` without a proxy and gives up at the first failure but one.
fn impatient(api: &str) -> ClientBuilder {
    Client::builder()
        .base_url(api)
        .unwrap()
        .proxy("")
        .unwrap()
        .access_token("token")
        .unwrap()
        .retry_timeout(Duration::from_millis(50))
        .unwrap()
}

/// A client of a sandbox that gives up as early.
fn of_sandbox(sandbox: &Sandbox) -> ClientBuilder {
    let builder = impatient(&sandbox.info().api)
        .access_token(&sandbox.access_token("data:read data:write viewables:read"))
        .unwrap();
    match &sandbox.info().ca_file {
        Some(authority) => builder.ca_file(authority),
        None => builder,
    }
}

fn object() -> Request {
    Request::object(BUCKET, "x").unwrap().to_memory(4 << 20)
}

fn sign(client: &Client) -> Result<()> {
    sign_until(client, None)
}

fn sign_until(client: &Client, cancel: Option<&CancelToken>) -> Result<()> {
    client.sign(&[object()], cancel).remove(0).map(drop)
}

/// The error of signing, and how long it took.
fn refused(client: &Client) -> (Error, Duration) {
    let begun = Instant::now();
    let error = sign(client).unwrap_err();
    (error, begun.elapsed())
}

fn download(client: &Client) -> Result<()> {
    let result = client.download(vec![object()], |_| true)?.remove(0)?;
    let mut expected = vec![0; 3 << 20];
    Content::synthetic(3 << 20, 5)
        .read_at(0, &mut expected)
        .unwrap();
    assert!(*result.data.unwrap() == expected, "the bytes differ");
    Ok(())
}

fn fault(sandbox: &Sandbox, endpoint: &str, times: Option<u64>, fault: Fault) -> u64 {
    let mut rule = Rule::new(fault);
    rule.matching = Match {
        endpoint: Some(endpoint.to_owned()),
        times,
        ..Match::default()
    };
    sandbox.fault(rule)
}
