//! A file that becomes another one while it is being downloaded.

use super::*;

const SIZE: usize = 8 * PART;

/// A server that has `old` for its first requests and then `new`, under what each reply says of its version, and that
/// does not look at conditions.
fn replaced(say: fn(u64) -> Option<(&'static str, &'static str)>, at: u64) -> (RawServer, Vec<u8>) {
    let (old, new) = (data(SIZE, 21), data(SIZE, 22));
    let expected = new.clone();
    let server = RawServer::start(move |asked| {
        let bytes = if asked.number >= at { &new } else { &old };
        let headers: Vec<_> = say(asked.number).into_iter().collect();
        vec![Act::Send(partial(asked, bytes, &headers))]
    });
    (server, expected)
}

/// The new file as a whole, or an error: never some of each.
#[track_caller]
fn is_never_mixed(say: fn(u64) -> Option<(&'static str, &'static str)>, at: u64) {
    let (server, new) = replaced(say, at);
    let client = builder().max_connections(1).unwrap().build().unwrap();
    let place = Place::new();
    // It can be signed again, as an object can: the version is fetched anew.
    match place.try_it(&client, sized(&server, SIZE)) {
        Ok(_) => place.is_exactly(&new),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Changed, "{error}");
            place.is_exactly(OLD);
        }
    }
}

#[test]
fn by_its_etag() {
    is_never_mixed(
        |number| Some(("ETag", if number < 4 { "\"a\"" } else { "\"b\"" })),
        4,
    );
}

#[test]
fn by_a_weak_etag() {
    is_never_mixed(
        |number| Some(("ETag", if number < 4 { "W/\"a\"" } else { "W/\"b\"" })),
        4,
    );
}

#[test]
fn by_its_date() {
    is_never_mixed(
        |number| {
            let (old, new) = (
                "Sat, 21 Nov 2026 10:00:00 GMT",
                "Sat, 21 Nov 2026 10:00:01 GMT",
            );
            Some(("Last-Modified", if number < 4 { old } else { new }))
        },
        4,
    );
}

/// Some servers behind one name leave the ETag out.
#[test]
fn by_an_etag_that_only_later_replies_have() {
    is_never_mixed(
        |number| match number {
            1 => None,
            2..4 => Some(("ETag", "\"a\"")),
            _ => Some(("ETag", "\"b\"")),
        },
        4,
    );
}

#[test]
fn an_etag_that_some_replies_leave_out_is_no_change() {
    let file = data(SIZE, 23);
    let bytes = file.clone();
    let server = RawServer::start(move |asked| {
        let etag = (asked.number % 2 == 0).then_some(("ETag", "\"a\""));
        let headers: Vec<_> = etag.into_iter().collect();
        vec![Act::Send(partial(asked, &bytes, &headers))]
    });
    succeeds(&builder().build().unwrap(), sized(&server, SIZE), &file);
}

#[test]
fn what_nothing_tells_apart_the_checksum_does() {
    let (server, _) = replaced(|_| None, 4);
    let of_the_old = "9c3b4cb9c8d6a2fd0f3f46bc6dc32bbcc7e2b0c6";
    let client = builder().max_connections(1).unwrap().build().unwrap();
    let request = sized(&server, SIZE).sha1(of_the_old).unwrap();
    fails(&client, request, &[ErrorKind::Integrity]);
}

#[test]
fn a_condition_that_always_fails_is_no_loop() {
    let file = data(SIZE, 24);
    let expected = file.clone();
    let server = RawServer::start(move |asked| match asked.header("if-match") {
        Some(_) => send(412, &[], b""),
        None => vec![Act::Send(good(asked, &file, Some("\"a\"")))],
    });
    let place = Place::new();
    match place.try_it(&builder().build().unwrap(), sized(&server, SIZE)) {
        Ok(_) => place.is_exactly(&expected),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Changed, "{error}"),
    }
    assert!(server.asked().len() < 60, "{}", server.asked().len());
}
