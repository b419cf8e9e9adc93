//! Trying again: long enough for a network to come back, not for ever, and as the service asks.

use std::sync::Arc;
use std::sync::Mutex;

use apsfetch::ErrorKind;

use super::server::Server;
use super::*;

/// Answers nothing for this long after the first connection, and then properly.
const AWAY: Duration = Duration::from_secs(3);
const CONTENT: &[u8] = b"content";

/// A file behind a server that is away at first.
fn away(long: Duration, how: impl Fn(&mut super::server::Peer) + Send + Sync + 'static) -> Server {
    let first = Arc::new(Mutex::new(None));
    Server::start(move |mut peer| {
        while let Some(head) = peer.head() {
            let first = *first.lock().unwrap().get_or_insert_with(Instant::now);
            if first.elapsed() < long {
                return how(&mut peer);
            }
            let length = CONTENT.len();
            let status = match head.contains("\r\nrange:") {
                true => format!(
                    "206 Partial\r\nContent-Range: bytes 0-{}/{length}",
                    length - 1
                ),
                false => "200 OK".to_owned(),
            };
            peer.say(format!(
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n"
            ));
            peer.say(CONTENT);
        }
    })
}

fn files(server: &Server, count: usize) -> Vec<Request> {
    (0..count)
        .map(|number| {
            let url = format!("{}/{number}", server.http());
            Request::url(&url).unwrap().to_memory(100)
        })
        .collect()
}

/// As many files as there are connections, each of which has to wait.
fn outlasts(server: &Server) {
    let client = impatient(&server.http())
        .retry_timeout(AWAY * 3)
        .unwrap()
        .build()
        .unwrap();
    let begun = Instant::now();
    for result in client.download(files(server, 32), |_| true).unwrap() {
        assert_eq!(*result.unwrap().data.unwrap(), CONTENT);
    }
    assert!(begun.elapsed() >= AWAY);
}

#[test]
fn a_busy_service_is_outlasted() {
    outlasts(&away(AWAY, |peer| {
        peer.say("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n");
    }));
}

#[test]
fn connections_that_break_are_outlasted() {
    outlasts(&away(AWAY, |_| {}));
}

/// By the clock on the wall, with the limits that a client has by itself.
#[test]
#[ignore = "takes half a minute"]
fn half_a_minute_is_outlasted_by_default() {
    let long = Duration::from_secs(25);
    let busy = away(long, |peer| {
        peer.say("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n");
    });
    let broken = away(long, |_| {});
    std::thread::scope(|scope| {
        for server in [&busy, &broken] {
            scope.spawn(|| {
                let client = Client::builder().proxy("").unwrap().build().unwrap();
                let begun = Instant::now();
                for result in client.download(files(server, 32), |_| true).unwrap() {
                    assert_eq!(*result.unwrap().data.unwrap(), CONTENT);
                }
                println!(
                    "after {:?}, {} connections",
                    begun.elapsed(),
                    server.accepted()
                );
                assert!(begun.elapsed() >= long);
            });
        }
    });
}

#[test]
fn the_patience_ends() {
    for answer in ["HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n", ""] {
        let server = Server::start(move |mut peer| {
            peer.head();
            peer.say(answer);
        });
        let patience = Duration::from_millis(800);
        let client = impatient(&server.http()).retry_timeout(patience).unwrap();
        let (error, took) = refused(&client.build().unwrap());
        assert!(matches!(error.kind(), ErrorKind::Http | ErrorKind::Network));
        assert!((patience..patience + SOON).contains(&took), "{took:?}");
        let tries = server.accepted();
        // The fewer, the slower the machine; without an end to the waits between them it would be hundreds.
        assert!((2..=10).contains(&tries), "{tries}");
    }
}

#[test]
fn a_pause_of_days_is_an_error_at_once_that_says_so() {
    let sandbox = sandbox(false);
    let client = of_sandbox(&sandbox).retry_timeout(LONG).unwrap();
    let client = client.build().unwrap();
    for (status, kind) in [(503, ErrorKind::Http), (429, ErrorKind::RateLimited)] {
        sandbox.clear_faults();
        sandbox.clear_requests();
        let answer = Fault::Status {
            status,
            body: String::new(),
            headers: [("Retry-After".to_owned(), "999999".to_owned())].into(),
        };
        fault(&sandbox, "batchsigneds3download", None, answer);
        let (error, took) = refused(&client);
        assert_eq!(error.kind(), kind);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(999_999)));
        assert!(error.message().contains("999999 s"), "{error}");
        assert!(took < SOON, "{took:?}");
        assert_eq!(sandbox.requests().len(), 1);
    }
}

#[test]
fn a_pause_is_kept_in_both_forms_and_one_of_yesterday_is_none() {
    let date = |seconds: i64| {
        let at = std::time::SystemTime::now();
        let at = match u64::try_from(seconds) {
            Ok(ahead) => at + Duration::from_secs(ahead),
            Err(_) => at - Duration::from_secs(seconds.unsigned_abs()),
        };
        httpdate::fmt_http_date(at)
    };
    for (value, least, most) in [
        ("2".to_owned(), Duration::from_secs(2), LONG),
        // Dates are of whole seconds.
        (date(3), Duration::from_secs(1), LONG),
        (date(-86_400), Duration::ZERO, SOON),
        ("0".to_owned(), Duration::ZERO, SOON),
        ("soon".to_owned(), Duration::ZERO, SOON),
    ] {
        let sandbox = sandbox(false);
        let answer = Fault::Status {
            status: 503,
            body: String::new(),
            headers: [("Retry-After".to_owned(), value.clone())].into(),
        };
        fault(&sandbox, "batchsigneds3download", Some(1), answer);
        let client = of_sandbox(&sandbox).retry_timeout(LONG).unwrap();
        let begun = Instant::now();
        sign(&client.build().unwrap()).unwrap();
        let took = begun.elapsed();
        assert!((least..most).contains(&took), "{value}: {took:?}");
    }
}

#[test]
fn a_network_that_is_gone_is_not_waited_for_file_by_file() {
    // Each of the files alone would take two limits.
    let limit = Duration::from_millis(300);
    let server = Server::silent();
    let client = impatient(&server.http())
        .max_connections(4)
        .unwrap()
        .reply_timeout(limit)
        .unwrap()
        .retry_timeout(limit)
        .unwrap()
        .build()
        .unwrap();
    let begun = Instant::now();
    let results = client.download(files(&server, 400), |_| true).unwrap();
    let took = begun.elapsed();
    assert!(took < 5 * limit + SOON, "{took:?}");
    let errors: Vec<Error> = results
        .into_iter()
        .map(|result| result.unwrap_err())
        .collect();
    assert!(
        errors[0].message().contains("did not answer"),
        "{}",
        errors[0]
    );
    assert!(
        errors[399].message().contains("not tried any more"),
        "{}",
        errors[399]
    );
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    let builder = Client::builder;
    for limit in [Duration::ZERO, Duration::from_secs(24 * 3600 + 1)] {
        for outcome in [
            builder().connect_timeout(limit),
            builder().reply_timeout(limit),
            builder().stall_timeout(limit),
            builder().retry_timeout(limit),
        ] {
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }
}
