//! A service that asks to slow down is asked by fewer connections, and by more again when it is well.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::server::Server;
use super::*;

const SIZE: usize = 256 << 20;
/// What one connection gets: enough of them for the whole take a few seconds.
const BLOCK: usize = 64 * 1024;
/// Of 32, with some that are just between two requests.
const MANY: usize = 26;
/// Half of 32, with some that have not heard of it.
const FEW: usize = 22;
const PAUSE: Duration = Duration::from_millis(20);

/// How many requests are being answered, and the most of late.
#[derive(Default)]
struct Load {
    now: AtomicUsize,
    most: AtomicUsize,
    refuse: AtomicUsize,
    refused: AtomicUsize,
}

impl Load {
    fn most_of_late(&self) -> usize {
        self.most.swap(0, Ordering::SeqCst)
    }
}

struct Busy<'a>(&'a Load);

impl<'a> Busy<'a> {
    fn begin(load: &'a Load) -> Self {
        let now = load.now.fetch_add(1, Ordering::SeqCst) + 1;
        load.most.fetch_max(now, Ordering::SeqCst);
        Busy(load)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

fn serve(load: Arc<Load>) -> Server {
    Server::start(move |mut peer| {
        while let Some(head) = peer.head() {
            if load.refuse.load(Ordering::SeqCst) > 0 {
                load.refused.fetch_add(1, Ordering::SeqCst);
                peer.say("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n");
                continue;
            }
            let _busy = Busy::begin(&load);
            let lower = head.to_lowercase();
            let range = lower.split_once("range: bytes=").unwrap().1;
            let (from, rest) = range.split_once('-').unwrap();
            let from: usize = from.parse().unwrap();
            let to: usize = rest.split("\r\n").next().unwrap().parse().unwrap();
            let to = to.min(SIZE - 1);
            peer.say(format!(
                "HTTP/1.1 206 Partial\r\nContent-Range: bytes {from}-{to}/{SIZE}\r\nContent-Length: {}\r\nETag: \"1\"\r\n\r\n",
                to + 1 - from
            ));
            let mut left = to + 1 - from;
            let block = vec![7; BLOCK];
            while left > 0 {
                let count = left.min(BLOCK);
                if std::io::Write::write_all(&mut peer.socket, &block[..count]).is_err() {
                    return;
                }
                left -= count;
                load.most
                    .fetch_max(load.now.load(Ordering::SeqCst), Ordering::SeqCst);
                std::thread::sleep(PAUSE);
                if load.refuse.load(Ordering::SeqCst) > 0 {
                    // The end of this connection; its rest is asked for anew and refused.
                    return;
                }
            }
        }
    })
}

#[test]
fn fewer_connections_after_slow_down_and_more_again() {
    let load = Arc::new(Load::default());
    let server = serve(load.clone());
    let client = impatient(&server.http())
        .retry_timeout(LONG)
        .unwrap()
        .max_connections(32)
        .unwrap()
        .build()
        .unwrap();
    let request = Request::url(&format!("{}/x", server.http())).unwrap();
    let job = client.start(vec![request.to_memory(SIZE as u64)]).unwrap();
    let wait_for = |what: &str, done: &dyn Fn() -> bool| {
        let give_up = Instant::now() + LONG;
        while !done() {
            assert!(Instant::now() < give_up, "{what}");
            assert!(!job.is_finished(), "over before {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    // Each connection is slow, so it takes as many as it may.
    wait_for("many connections", &|| {
        load.now.load(Ordering::SeqCst) >= MANY
    });
    load.refuse.store(1, Ordering::SeqCst);
    wait_for("a refusal", &|| load.refused.load(Ordering::SeqCst) >= 1);
    let refused = Instant::now();
    std::thread::sleep(Duration::from_millis(150));
    load.refuse.store(0, Ordering::SeqCst);
    // By now all have come back that may: the first pause before a retry is 300 ms at most. After a second there may be
    // more again.
    std::thread::sleep(Duration::from_millis(350));
    load.most_of_late();
    std::thread::sleep(Duration::from_millis(900).saturating_sub(refused.elapsed()));
    let fewer = load.most_of_late();
    assert!((1..=FEW).contains(&fewer), "{fewer} connections after 503");
    wait_for("as many connections again", &|| {
        load.now.load(Ordering::SeqCst) >= MANY
    });
    assert!(job.wait(Duration::from_secs(60)));
    assert_eq!(job.result(0).unwrap().unwrap().bytes, SIZE as u64);
}
