//! Names: unknown ones, a resolver that never answers, and a host whose IPv6 is dead.
//!
//! Each in a process with a network of its own, where this test is root and the only name server.
#![cfg(target_os = "linux")]

use apsfetch::{CancelToken, ErrorKind};

use super::server::BlackHole;
use super::*;
use crate::child;

const LIMIT: Duration = Duration::from_millis(600);

/// Names are asked of 127.0.0.1, where nobody answers.
const OWN_NAME_SERVER: &str = "
printf 'nameserver 127.0.0.1\\noptions timeout:2 attempts:1\\n' > $DIR/resolv.conf
printf 'hosts: files dns\\n' > $DIR/nsswitch.conf
printf '127.0.0.1 localhost\\n' > $DIR/hosts
mount --bind $DIR/resolv.conf /etc/resolv.conf
mount --bind $DIR/nsswitch.conf /etc/nsswitch.conf
mount --bind $DIR/hosts /etc/hosts
";
const TWO_FAMILIES: &str = "
printf '::1 localhost\\n127.0.0.1 localhost\\n' > $DIR/hosts
mount --bind $DIR/hosts /etc/hosts
";

fn run(name: &str, setup: &str) {
    let folder = tempfile::tempdir().unwrap();
    match child::command_in_namespace(name, setup) {
        Ok(mut command) => child::succeed(command.env("DIR", folder.path())),
        Err(reason) => skip(name, &reason),
    }
}

/// The time that dropping the client takes, which waits for the thread of the resolver.
fn drop_time(client: Client) -> Duration {
    let begun = Instant::now();
    drop(client);
    begun.elapsed()
}

#[test]
fn an_unknown_name() {
    if !child::is_child() {
        return run("dns::an_unknown_name", OWN_NAME_SERVER);
    }
    // Nobody listens at port 53: the answer is there at once.
    let client = impatient("https://aps.test").retry_timeout(LIMIT).unwrap();
    let (error, took) = refused(&client.build().unwrap());
    assert_eq!(error.kind(), ErrorKind::Dns, "{error}");
    assert!(error.message().contains("aps.test"), "{error}");
    assert!((LIMIT..LIMIT + SOON).contains(&took), "{took:?}");
}

#[test]
fn a_resolver_that_never_answers() {
    if !child::is_child() {
        return run("dns::a_resolver_that_never_answers", OWN_NAME_SERVER);
    }
    let _deaf = std::net::UdpSocket::bind("127.0.0.1:53").unwrap();
    let client = impatient("https://aps.test")
        .connect_timeout(LIMIT)
        .unwrap();
    let client = client.build().unwrap();
    let (error, took) = refused(&client);
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.message().contains("aps.test"), "{error}");
    assert!((LIMIT..3 * LIMIT + SOON).contains(&took), "{took:?}");
    // Cancelled in the midst of it, the caller is free at once.
    let client = impatient("https://other.test").build().unwrap();
    let token = CancelToken::new();
    let begun = Instant::now();
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(200));
            token.cancel();
        });
        sign_until(&client, Some(&token))
    });
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
    let took = begun.elapsed();
    assert!(took < Duration::from_millis(700), "{took:?}");
    // The thread that still asks is waited for, as long as the system's own limits let it ask.
    let dropped = drop_time(client);
    assert!(dropped < LONG, "{dropped:?}");
}

#[test]
fn a_host_whose_ipv6_is_dead_costs_a_quarter_of_a_second_once() {
    if !child::is_child() {
        let name = "dns::a_host_whose_ipv6_is_dead_costs_a_quarter_of_a_second_once";
        return run(name, TWO_FAMILIES);
    }
    let sandbox = sandbox(false);
    let port = sandbox.info().api.rsplit_once(':').unwrap().1.to_owned();
    let Some(_hole) = BlackHole::open(&format!("[::1]:{port}")) else {
        return skip("dns::dead_ipv6", "this system accepts without end");
    };
    let client = of_sandbox(&sandbox)
        .base_url(&format!("http://localhost:{port}"))
        .unwrap();
    let client = client.build().unwrap();
    let begun = Instant::now();
    sign(&client).unwrap();
    let first = begun.elapsed();
    println!("first {first:?}");
    assert!(first < Duration::from_secs(2), "{first:?}");
    assert!(
        first > Duration::from_millis(200),
        "IPv6 was not tried: {first:?}"
    );
    // A new connection knows better: the sandbox has closed the old one.
    fault(&sandbox, "batchsigneds3download", Some(1), Fault::Close);
    sign(&client).unwrap();
    let begun = Instant::now();
    sign(&client).unwrap();
    let second = begun.elapsed();
    println!("second {second:?}");
    assert!(second < Duration::from_millis(200), "{second:?}");
}
