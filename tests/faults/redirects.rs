//! Redirects: where they may lead, and what goes along.

use super::*;

const SIZE: usize = 2 * PART;

/// Nothing of the request but what any server may see.
fn carries_nothing(second: &RawServer) {
    assert!(!second.asked().is_empty());
    for asked in second.asked() {
        for (name, value) in &asked.headers {
            assert!(
                matches!(
                    name.as_str(),
                    "host" | "user-agent" | "accept" | "accept-encoding" | "range" | "if-match"
                ),
                "{name}"
            );
            assert!(!holds_marker(value.as_bytes()), "{name}");
        }
        assert!(!holds_marker(asked.target.as_bytes()));
    }
}

#[test]
fn another_host_sees_no_secret() {
    let file = data(SIZE, 61);
    for status in [301, 302, 303, 307, 308] {
        let bytes = file.clone();
        let second =
            RawServer::start(move |asked| vec![Act::Send(good(asked, &bytes, Some("\"a\"")))]);
        let there = format!("{}/elsewhere", second.origin());
        let first = aps(Some(SIZE), move |_| {
            send(status, &[("Location", &there)], b"moved")
        });
        let client = client_of(&first);
        succeeds(&client, object(), &file);
        succeeds(&client, derivative(), &file);
        let with_headers = by_url(&first)
            .header("x-ads-token", MARKER)
            .unwrap()
            .header("Cookie", MARKER)
            .unwrap();
        succeeds(&client, with_headers, &file);
        carries_nothing(&second);
    }
}

#[test]
fn the_api_is_not_followed_elsewhere_with_the_token() {
    let second = RawServer::start(|_| send(404, &[], b""));
    let there = format!("{}/elsewhere", second.origin());
    let first = RawServer::start(move |_| send(302, &[("Location", &there)], b""));
    let client = client_of(&first);
    let kinds = [ErrorKind::BadResponse, ErrorKind::NotFound];
    fails(&client, derivative(), &kinds);
    fails(&client, object(), &kinds);
    for asked in second.asked() {
        assert_eq!(asked.header("authorization"), None);
    }
}

#[test]
fn redirects_that_lead_nowhere_are_refused() {
    each(
        [
            "",
            "http://",
            "//",
            "ftp://127.0.0.1/x",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http://files.example/x",
            "http://user:secret@127.0.0.1:1/x",
            "http://127.0.0.1:99999/",
            "http://[::1",
        ],
        |to| {
            let server = RawServer::start(move |_| send(302, &[("Location", to)], b""));
            let kinds = [ErrorKind::BadResponse, ErrorKind::Http];
            fails(&builder().build().unwrap(), sized(&server, SIZE), &kinds);
        },
    );
    let twice = [("Location", "/a"), ("Location", "/b")];
    let server = RawServer::start(move |_| send(302, &twice, b""));
    let kinds = [ErrorKind::BadResponse, ErrorKind::Http];
    fails(&builder().build().unwrap(), sized(&server, SIZE), &kinds);
}

#[test]
fn a_loop_ends() {
    let server = RawServer::start(|asked| send(302, &[("Location", &asked.target)], b""));
    let client = builder().max_connections(1).unwrap().build().unwrap();
    fails(&client, by_url(&server), &[ErrorKind::BadResponse]);
    assert!(server.asked().len() < 30, "{}", server.asked().len());
}

#[test]
fn a_redirect_whose_body_never_ends_holds_nobody_up() {
    let file = data(SIZE, 62);
    let bytes = file.clone();
    let server = RawServer::start(move |asked| match asked.target.as_str() {
        "/there" => vec![Act::Send(good(asked, &bytes, None))],
        _ => {
            let mut acts = vec![Act::Send(reply(
                302,
                &[("Location", "/there"), ("Content-Length", "9999")],
                b"",
            ))];
            for _ in 0..500 {
                acts.push(Act::Send(vec![b'x']));
                acts.push(Act::Wait(Duration::from_millis(100)));
            }
            acts
        }
    });
    succeeds(&builder().build().unwrap(), sized(&server, SIZE), &file);
}
