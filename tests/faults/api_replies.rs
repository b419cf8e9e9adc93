//! Answers of the API that are broken, enormous, endless or lies.

use super::*;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// An API that answers every request alike.
fn says(body: Vec<u8>) -> RawServer {
    RawServer::start(move |_| send(200, &[JSON], &body))
}

fn entry(fields: &str) -> Vec<u8> {
    format!(
        r#"{{"results":{{"model":{{"status":"complete","url":"http://127.0.0.1:1/x",{fields}}}}}}}"#
    )
    .into_bytes()
}

#[test]
fn what_is_no_answer_is_refused() {
    let deep = "[".repeat(200_000);
    let wide = format!("{{\"a\":\"{}\"}}", "x".repeat(9 << 20));
    let utf16: Vec<u8> = "{\"results\":{}}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    each(
        [
            b"".to_vec(),
            b"null".to_vec(),
            b"[]".to_vec(),
            b"{".to_vec(),
            b"{\"results\": NaN}".to_vec(),
            b"{\"results\": [1]}".to_vec(),
            b"{\"results\": {}}".to_vec(),
            b"{\"results\": {}, \"results\": {}}".to_vec(),
            b"\xef\xbb\xbf{}".to_vec(),
            b"\xff\xfe".to_vec(),
            b"<html>log in</html>".to_vec(),
            deep.into_bytes(),
            wide.into_bytes(),
            utf16,
        ],
        |body| {
            let server = says(body);
            fails(&client_of(&server), object(), &[ErrorKind::BadResponse]);
            fails(&client_of(&server), derivative(), &[ErrorKind::BadResponse]);
        },
    );
}

#[test]
fn sizes_that_are_none_are_refused() {
    each(
        [
            "-1",
            "1.5",
            "1e300",
            "\"12abc\"",
            "true",
            "[]",
            "{}",
            "18446744073709551616",
            "\"-5\"",
        ],
        |size| {
            let server = says(entry(&format!("\"size\":{size}")));
            fails(&client_of(&server), object(), &[ErrorKind::BadResponse]);
        },
    );
}

#[test]
fn addresses_that_may_not_be_fetched_are_refused() {
    each(
        [
            "",
            "/relative",
            "ftp://127.0.0.1/x",
            "http://files.example/x",
            "http://127.0.0.1:99999/",
            "http://user:password@127.0.0.1/",
            "http://127.0.0.1/a b",
            "http://127.0.0.1/a\\r\\nX-Evil: 1",
        ],
        |url| {
            let body = format!(
                r#"{{"results":{{"model":{{"status":"complete","size":5,"url":"{url}"}}}}}}"#
            );
            let server = says(body.into_bytes());
            fails(&client_of(&server), object(), &[ErrorKind::BadResponse]);
        },
    );
}

#[test]
fn a_bomb_in_gzip_is_not_unpacked() {
    // 64 MiB of blanks.
    let packed = flate2_of_blanks(64);
    let server =
        RawServer::start(move |_| send(200, &[JSON, ("Content-Encoding", "gzip")], &packed));
    fails(&client_of(&server), object(), &[ErrorKind::BadResponse]);
}

/// Blanks by the MiB, as gzip.
fn flate2_of_blanks(mib: usize) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..mib {
        encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn an_answer_in_gzip_is_unpacked_and_a_damaged_one_refused() {
    use std::io::Write;
    let file = data(1000, 81);
    let bytes = file.clone();
    let server = RawServer::start(move |asked| {
        let host = asked.header("host").unwrap().to_owned();
        let Some(answer) = signed(asked, &host, Some(1000)) else {
            return vec![Act::Send(good(asked, &bytes, None))];
        };
        assert_eq!(asked.header("accept-encoding"), Some("gzip"));
        let Some(Act::Send(plain)) = answer.into_iter().next() else {
            unreachable!();
        };
        let at = plain
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&plain[at + 4..]).unwrap();
        send(
            200,
            &[JSON, ("Content-Encoding", "gzip")],
            &encoder.finish().unwrap(),
        )
    });
    succeeds(&client_of(&server), object(), &file);
    let damaged = RawServer::start(|_| {
        send(
            200,
            &[JSON, ("Content-Encoding", "gzip")],
            b"not gzip at all",
        )
    });
    fails(&client_of(&damaged), object(), &[ErrorKind::BadResponse]);
}

#[test]
fn an_answer_that_never_ends_is_over_in_time() {
    each([200, 400], |status| {
        let server = RawServer::start(move |_| {
            let mut acts = vec![Act::Send(reply(
                status,
                &[JSON, ("Content-Length", "100000")],
                b"{",
            ))];
            for _ in 0..1000 {
                acts.push(Act::Wait(Duration::from_millis(100)));
                acts.push(Act::Send(vec![b' ']));
            }
            acts
        });
        let kinds = [ErrorKind::Timeout, ErrorKind::Http];
        fails(&client_of(&server), object(), &kinds);
    });
}

#[test]
fn an_answer_that_breaks_off_once_is_asked_for_again() {
    let file = data(1000, 82);
    let bytes = file.clone();
    let server = RawServer::start(move |asked| {
        let host = asked.header("host").unwrap().to_owned();
        match signed(asked, &host, Some(1000)) {
            Some(_) if asked.number == 1 => {
                vec![
                    Act::Send(reply(200, &[JSON, ("Content-Length", "500")], b"{\"re")),
                    Act::Close,
                ]
            }
            Some(answer) => answer,
            None => vec![Act::Send(good(asked, &bytes, None))],
        }
    });
    succeeds(&client_of(&server), object(), &file);
}

#[test]
fn chunks_that_do_not_make_a_file_are_refused() {
    let server = |urls: &'static str| {
        says(
            format!(
                r#"{{"results":{{"model":{{"status":"chunked","size":30,"urls":{{{urls}}}}}}}}}"#
            )
            .into_bytes(),
        )
    };
    each(
        [
            "",
            r#""0-9":"http://127.0.0.1:1/a","11-29":"http://127.0.0.1:1/b""#,
            r#""0-10":"http://127.0.0.1:1/a","10-29":"http://127.0.0.1:1/b""#,
            r#""0-9":"http://127.0.0.1:1/a""#,
            r#""0-29":"ftp://127.0.0.1:1/a""#,
            r#""0-18446744073709551615":"http://127.0.0.1:1/a""#,
            r#""a-b":"http://127.0.0.1:1/a""#,
        ],
        |urls| {
            fails(
                &client_of(&server(urls)),
                object(),
                &[ErrorKind::BadResponse],
            );
        },
    );
}

#[test]
fn what_the_server_quotes_of_our_secrets_is_not_passed_on() {
    let server = RawServer::start(|asked| {
        let said = asked
            .header("authorization")
            .unwrap_or(&asked.target)
            .to_owned();
        let body = format!(r#"{{"reason":"I do not like '{said}'"}}"#);
        // An id has no spaces.
        let id = said.rsplit(' ').next().unwrap_or(&said);
        send(400, &[JSON, ("x-request-id", id)], body.as_bytes())
    });
    let client = client_of(&server);
    // `Place::try_it` looks for the marker in everything that comes out.
    let error = fails(&client, object(), &[ErrorKind::Http]);
    assert!(error.message().contains("[secret]"), "{error}");
    assert!(!error.request_id().unwrap().contains(MARKER));
    fails(&client, by_url(&server), &[ErrorKind::Http]);
}
