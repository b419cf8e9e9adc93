//! Addresses that expire, and signings that go wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use super::*;

const SIZE: usize = 16 * PART;
const CONNECTIONS: u64 = 8;
const S3: &[u8] = b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
const TOKEN: &[u8] =
    b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>";
const CLOUDFRONT: &[u8] =
    b"<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>";
const PAGE: &[u8] = b"<html><body>403 Forbidden</body></html>";

/// After six answers, everything that was signed before has expired; a new signing works.
#[test]
fn many_connections_find_it_expired_and_one_signs_again() {
    let file = data(SIZE, 71);
    for (status, body) in [(403, S3), (400, TOKEN), (403, CLOUDFRONT), (403, PAGE)] {
        let bytes = file.clone();
        let (answered, refused) = (AtomicU64::new(0), Arc::new(AtomicU64::new(0)));
        let counted = refused.clone();
        let server = aps(Some(SIZE), move |asked| {
            // The number of the signing is the end of the address.
            let fresh = !asked.target.ends_with("CANARY1");
            match fresh || answered.fetch_add(1, SeqCst) < 6 {
                true => vec![Act::Send(good(asked, &bytes, Some("\"a\"")))],
                false => {
                    counted.fetch_add(1, SeqCst);
                    send(status, &[], body)
                }
            }
        });
        let client = builder()
            .base_url(&server.origin())
            .unwrap()
            .max_connections(CONNECTIONS as u32)
            .unwrap()
            .build()
            .unwrap();
        succeeds(&client, object(), &file);
        assert_eq!(
            signings(&server),
            2,
            "one more signing, whoever found it expired"
        );
        // Each connection heard of it once. How often rests were cut in two says nothing: that is a matter of time.
        let refused = refused.load(SeqCst);
        assert!((1..=CONNECTIONS).contains(&refused), "{refused}");
    }
}

#[test]
fn an_address_that_is_never_good_is_an_error_and_no_loop() {
    for (status, body, kinds) in [
        (403, S3, &[ErrorKind::Expired][..]),
        (403, CLOUDFRONT, &[ErrorKind::Forbidden]),
        (403, PAGE, &[ErrorKind::Forbidden]),
        (401, b"", &[ErrorKind::Auth]),
    ] {
        let server = aps(Some(SIZE), move |_| send(status, &[], body));
        let error = fails(&client_of(&server), object(), kinds);
        // S3 and CloudFront never see the token, so it is not to blame.
        let message = error.message();
        assert!(
            message.contains("signed again") && !message.contains("token"),
            "{error}"
        );
        assert!(signings(&server) <= 5, "{}", signings(&server));
        assert!(server.asked().len() < 60, "{}", server.asked().len());
    }
}

#[test]
fn a_signing_that_says_it_is_another_file_now_is_not_mixed_with_the_old_one() {
    let (old, new) = (data(SIZE, 72), data(SIZE + 1000, 73));
    let expected = new.clone();
    let expired = Arc::new(AtomicBool::new(false));
    let answered = AtomicU64::new(0);
    let server = RawServer::start(move |asked| {
        let host = asked.header("host").unwrap().to_owned();
        let size = if expired.load(SeqCst) {
            new.len()
        } else {
            old.len()
        };
        if let Some(answer) = signed(asked, &host, Some(size)) {
            return answer;
        }
        if !asked.target.ends_with("CANARY1") {
            return vec![Act::Send(good(asked, &new, None))];
        }
        match answered.fetch_add(1, SeqCst) < 5 {
            true => vec![Act::Send(good(asked, &old, None))],
            false => {
                expired.store(true, SeqCst);
                send(403, &[], S3)
            }
        }
    });
    let place = Place::new();
    match place.try_it(&client_of(&server), object()) {
        Ok(_) => place.is_exactly(&expected),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Changed, "{error}");
            place.is_exactly(OLD);
        }
    }
}

#[test]
fn a_signing_that_fails_in_the_middle_says_why() {
    let file = data(SIZE, 74);
    let answered = AtomicU64::new(0);
    let server = RawServer::start(move |asked| {
        let host = asked.header("host").unwrap().to_owned();
        match signed(asked, &host, Some(SIZE)) {
            Some(answer) if asked.number == 1 => answer,
            Some(_) => send(
                404,
                &[("Content-Type", "application/json")],
                br#"{"reason":"Object not found"}"#,
            ),
            None if answered.fetch_add(1, SeqCst) < 5 => vec![Act::Send(good(asked, &file, None))],
            None => send(403, &[], S3),
        }
    });
    fails(&client_of(&server), object(), &[ErrorKind::NotFound]);
}

#[test]
fn an_address_that_works_once_is_used_once() {
    let file = data(SIZE, 75);
    let request = |server: &RawServer| by_url(server).single_use(true).unwrap();
    let bytes = file.clone();
    let server = RawServer::start(move |asked| vec![Act::Send(good(asked, &bytes, None))]);
    succeeds(&builder().build().unwrap(), request(&server), &file);
    assert_eq!(server.asked().len(), 1);
    assert_eq!(server.asked()[0].range(), None);
    // Whatever goes wrong, there is no second try.
    let broken: [fn(&[u8]) -> Answer; 3] = [
        |file| {
            vec![
                Act::Send(reply(200, &[], file)[..5000].to_vec()),
                Act::Close,
            ]
        },
        |_| send(503, &[], b""),
        |_| vec![Act::Close],
    ];
    for broken in broken {
        let bytes = file.clone();
        let server = RawServer::start(move |_| broken(&bytes));
        fails(
            &builder().build().unwrap(),
            request(&server),
            &[ErrorKind::Network, ErrorKind::Http],
        );
        assert_eq!(server.asked().len(), 1);
    }
}
