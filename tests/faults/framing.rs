//! Bodies whose length is a lie, and headers that are an attack.

use super::*;

const SIZE: usize = 3 * PART;

fn head(asked: &Asked, more: &str) -> Vec<u8> {
    let (first, last) = span(asked, SIZE);
    format!("HTTP/1.1 206 Said\r\nContent-Range: bytes {first}-{last}/{SIZE}\r\n{more}\r\n")
        .into_bytes()
}

fn body(asked: &Asked, file: &[u8]) -> Vec<u8> {
    let (first, last) = span(asked, SIZE);
    file[first..=last].to_vec()
}

#[test]
fn a_length_that_no_number_is_is_refused() {
    let file = data(SIZE, 11);
    each(
        ["-5", "18446744073709551616", "abc", "+9", "0x10", "5, 6"],
        |length| {
            let bytes = file.clone();
            let server = RawServer::start(move |asked| {
                let more = format!("Content-Length: {length}\r\n");
                vec![
                    Act::Send(head(asked, &more)),
                    Act::Send(body(asked, &bytes)),
                    Act::Close,
                ]
            });
            let kinds = [ErrorKind::BadResponse, ErrorKind::Network];
            fails(&builder().build().unwrap(), sized(&server, SIZE), &kinds);
        },
    );
}

#[test]
fn two_lengths_that_differ_are_refused() {
    let file = data(SIZE, 12);
    let server = RawServer::start(move |asked| {
        let bytes = body(asked, &file);
        let more = format!("Content-Length: 7\r\nContent-Length: {}\r\n", bytes.len());
        vec![Act::Send(head(asked, &more)), Act::Send(bytes)]
    });
    fails(
        &builder().build().unwrap(),
        sized(&server, SIZE),
        &[ErrorKind::BadResponse],
    );
}

#[test]
fn a_body_that_claims_more_than_its_range_is_read_to_the_end_of_the_range() {
    let file = data(SIZE, 13);
    let bytes = file.clone();
    let server = RawServer::start(move |asked| {
        vec![
            Act::Send(head(asked, &format!("Content-Length: {SIZE}0\r\n"))),
            Act::Send(body(asked, &bytes)),
        ]
    });
    succeeds(&builder().build().unwrap(), sized(&server, SIZE), &file);
}

#[test]
fn what_comes_unasked_behind_a_body_is_not_the_next_answer() {
    let file = data(SIZE, 14);
    let bytes = file.clone();
    let server = RawServer::start(move |asked| {
        // What would be the answer to the next request.
        let next = span(asked, SIZE).1 + 1;
        let mut both = good(asked, &bytes, None);
        if next < SIZE {
            let range = format!("bytes {next}-{}/{SIZE}", next + PART - 1);
            both.extend(reply(206, &[("Content-Range", &range)], &vec![b'E'; PART]));
        }
        vec![Act::Send(both)]
    });
    let client = builder().max_connections(1).unwrap().build().unwrap();
    succeeds(&client, sized(&server, SIZE), &file);
}

#[test]
fn a_chunked_part_is_cut_at_its_range_and_a_short_one_is_not_complete() {
    let file = data(SIZE, 15);
    let chunked = |asked: &Asked, body: &[u8]| {
        let mut bytes = head(asked, "Transfer-Encoding: chunked\r\n");
        bytes.extend(chunks(body));
        bytes.extend(b"0\r\n\r\n");
        vec![Act::Send(bytes)]
    };
    let bytes = file.clone();
    let long = RawServer::start(move |asked| {
        chunked(asked, &[body(asked, &bytes), b"more".to_vec()].concat())
    });
    succeeds(&builder().build().unwrap(), sized(&long, SIZE), &file);
    let short = RawServer::start(move |asked| {
        let mut part = body(asked, &file);
        part.truncate(1000);
        chunked(asked, &part)
    });
    fails(
        &builder().build().unwrap(),
        sized(&short, SIZE),
        &[ErrorKind::Network],
    );
}

#[test]
fn a_stream_without_an_end_of_its_own_is_no_file() {
    let file = data(SIZE, 16);
    let text = |headers: &str| format!("HTTP/1.1 200 Said\r\n{headers}\r\n").into_bytes();
    let kinds = [ErrorKind::BadResponse, ErrorKind::Network];
    // Ended by closing: a broken connection looks the same.
    let (bytes, start) = (file.clone(), text("Connection: close\r\n"));
    let closed = RawServer::start(move |_| {
        vec![
            Act::Send(start.clone()),
            Act::Send(bytes.clone()),
            Act::Close,
        ]
    });
    fails(&builder().build().unwrap(), by_url(&closed), &kinds);
    // Chunks without the last one, and chunks that are none.
    for end in ["", "zz\r\n", "ffffffffffffffff\r\nx"] {
        let (bytes, start) = (chunks(&file), text("Transfer-Encoding: chunked\r\n"));
        let cut = RawServer::start(move |_| {
            vec![
                Act::Send(start.clone()),
                Act::Send(bytes.clone()),
                Act::Send(end.into()),
                Act::Close,
            ]
        });
        fails(&builder().build().unwrap(), by_url(&cut), &kinds);
    }
    // The same with all its chunks is one.
    let (bytes, start) = (
        [chunks(&file), b"0\r\n\r\n".to_vec()].concat(),
        text("Transfer-Encoding: chunked\r\n"),
    );
    let whole = RawServer::start(move |_| vec![Act::Send(start.clone()), Act::Send(bytes.clone())]);
    succeeds(&builder().build().unwrap(), by_url(&whole), &file);
}

#[test]
fn a_header_bomb_ends_soon() {
    let many: String = (0..10_000)
        .map(|number| format!("X-{number}: a\r\n"))
        .collect();
    let long = format!("X: {}\r\n", "a".repeat(1 << 20));
    for bomb in [many, long] {
        let server = RawServer::start(move |_| {
            vec![
                Act::Send(b"HTTP/1.1 206 Said\r\n".to_vec()),
                Act::Send(bomb.clone().into()),
                Act::Hang,
            ]
        });
        let client = builder().max_connections(1).unwrap().build().unwrap();
        fails(&client, sized(&server, SIZE), &[ErrorKind::BadResponse]);
    }
}

#[test]
fn informational_replies_come_before_the_answer_but_not_for_ever() {
    let file = data(SIZE, 17);
    let bytes = file.clone();
    // In one packet with an answer that is longer than any header may be.
    let polite = RawServer::start(move |asked| {
        let mut all =
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n".to_vec();
        all.extend(good(asked, &bytes, None));
        vec![Act::Send(all)]
    });
    succeeds(&builder().build().unwrap(), sized(&polite, SIZE), &file);
    let endless = RawServer::start(|_| {
        let some = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100);
        (0..1000)
            .flat_map(|_| {
                [
                    Act::Send(some.clone()),
                    Act::Wait(Duration::from_millis(10)),
                ]
            })
            .collect()
    });
    let client = builder().max_connections(1).unwrap().build().unwrap();
    let kinds = [ErrorKind::Timeout, ErrorKind::BadResponse];
    fails(&client, sized(&endless, SIZE), &kinds);
}

#[test]
fn what_is_not_http_is_said_to_be_none() {
    for text in [
        "\u{0}\u{1} hello\r\n\r\n",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "<html>no header</html>",
    ] {
        let server = RawServer::start(move |_| vec![Act::Send(text.into()), Act::Close]);
        let kinds = [ErrorKind::BadResponse, ErrorKind::Network];
        fails(&builder().build().unwrap(), sized(&server, SIZE), &kinds);
    }
}

/// A fast connection is waited for until much is there, and not only something.
#[test]
fn what_comes_last_is_not_waited_for_beyond_any_length_that_was_said() {
    const LARGE: usize = 8 << 20;
    let file = data(LARGE, 17);
    // The last bytes come when the others have been read.
    let slowly = |mut bytes: Vec<u8>| {
        let last = bytes.split_off(bytes.len().saturating_sub(40_000));
        let pause = Duration::from_millis(50);
        vec![Act::Send(bytes), Act::Wait(pause), Act::Send(last)]
    };
    let answer = move |asked: &Asked, file: &[u8], said: usize, sent: usize| {
        let (first, last) = span(asked, LARGE);
        let range = format!("Content-Range: bytes {first}-{last}/{LARGE}");
        let head = format!("HTTP/1.1 206 Said\r\n{range}\r\nContent-Length: {said}\r\n\r\n");
        slowly([head.as_bytes(), &file[first..first + sent]].concat())
    };
    let client = || {
        let client = builder().part_size(LARGE as u64).unwrap();
        let client = client.max_connections(1).unwrap();
        // Whoever waits for it has lost.
        client.stall_timeout(PATIENCE).unwrap().build().unwrap()
    };
    let bytes = file.clone();
    let long = RawServer::start(move |asked| answer(asked, &bytes, 10 * LARGE, LARGE));
    succeeds(&client(), sized(&long, LARGE), &file);
    let bytes = file.clone();
    let short = RawServer::start(move |asked| {
        let (first, last) = span(asked, LARGE);
        let sent = (last + 1 - first).min(LARGE - 100_000);
        answer(asked, &bytes, sent, sent)
    });
    succeeds(&client(), sized(&short, LARGE), &file);
}
