//! Servers that do not answer what was asked for: another range, all of it, several, none.

use super::*;

const SIZE: usize = 5 * PART + 17;

#[test]
fn a_server_that_ignores_ranges_from_any_request_on_is_read_as_one_stream() {
    let file = data(SIZE, 1);
    for from in [1, 2, 5] {
        let bytes = file.clone();
        let server = RawServer::start(move |asked| match asked.number >= from {
            true => send(200, &[], &bytes),
            false => vec![Act::Send(good(asked, &bytes, None))],
        });
        succeeds(&builder().build().unwrap(), sized(&server, SIZE), &file);
    }
}

#[test]
fn a_server_that_ignores_the_range_of_one_request_only_is_survived() {
    let file = data(SIZE, 2);
    let bytes = file.clone();
    let server = RawServer::start(move |asked| match asked.number == 5 {
        true => send(200, &[], &bytes),
        false => vec![Act::Send(good(asked, &bytes, None))],
    });
    succeeds(&builder().build().unwrap(), sized(&server, SIZE), &file);
}

#[test]
fn a_206_that_is_not_what_was_asked_for_is_never_written() {
    let file = data(SIZE, 3);
    let say = |range: &str, asked: &Asked, bytes: &[u8]| {
        let (first, last) = span(asked, SIZE);
        send(206, &[("Content-Range", range)], &bytes[first..=last])
    };
    type Wrong = fn(usize, usize) -> String;
    let wrong: [Wrong; 8] = [
        |first, last| format!("bytes {}-{}/{SIZE}", first + 1, last + 1),
        |first, last| format!("bytes {first}-{}/{SIZE}", last + 1),
        |first, last| format!("items {first}-{last}/{SIZE}"),
        |first, last| format!("bytes {last}-{first}/{SIZE}"),
        |first, last| format!("bytes {first}-{last}"),
        |first, last| format!("bytes {first}-{last}/18446744073709551616"),
        |first, last| format!("bytes -{first}-{last}/{SIZE}"),
        |_, _| String::new(),
    ];
    each(wrong, |wrong| {
        let bytes = file.clone();
        let server = RawServer::start(move |asked| {
            let (first, last) = span(asked, SIZE);
            say(&wrong(first, last), asked, &bytes)
        });
        // One range: its end cannot be another one's beginning.
        let client = builder().max_connections(1).unwrap().build().unwrap();
        fails(&client, sized(&server, SIZE), &[ErrorKind::BadResponse]);
    });
}

#[test]
fn another_total_is_another_file() {
    let file = data(SIZE, 4);
    let server = RawServer::start(move |asked| {
        let (first, last) = span(asked, SIZE);
        let range = format!("bytes {first}-{last}/{}", SIZE + 5);
        send(206, &[("Content-Range", &range)], &file[first..=last])
    });
    let kinds = [ErrorKind::Changed, ErrorKind::BadResponse];
    fails(&builder().build().unwrap(), sized(&server, SIZE), &kinds);
}

#[test]
fn a_206_with_several_ranges_or_two_that_differ_is_refused() {
    let file = data(SIZE, 5);
    for headers in [
        [("Content-Type", "Multipart/ByteRanges; boundary=B")],
        [("Content-Range", "bytes 0-9/10")],
    ] {
        let bytes = file.clone();
        let server =
            RawServer::start(move |asked| vec![Act::Send(partial(asked, &bytes, &headers))]);
        fails(
            &builder().build().unwrap(),
            sized(&server, SIZE),
            &[ErrorKind::BadResponse],
        );
    }
}

#[test]
fn a_server_that_gives_less_than_was_asked_for_is_asked_for_the_rest() {
    let file = data(SIZE, 6);
    let bytes = file.clone();
    let server = RawServer::start(move |asked| {
        let (first, last) = span(asked, SIZE);
        let last = last.min(first + 100_000);
        let range = format!("bytes {first}-{last}/{SIZE}");
        send(206, &[("Content-Range", &range)], &bytes[first..=last])
    });
    succeeds(&builder().build().unwrap(), sized(&server, SIZE), &file);
    // And when the size is to be found out.
    succeeds(&builder().build().unwrap(), by_url(&server), &file);
}

#[test]
fn a_416_without_a_size_is_not_taken_for_an_empty_file() {
    // The server takes no ranges, and says so badly.
    let file = data(SIZE, 7);
    let bytes = file.clone();
    let server = RawServer::start(move |asked| match asked.range() {
        Some(_) => send(416, &[], b""),
        None => send(200, &[], &bytes),
    });
    succeeds(&builder().build().unwrap(), by_url(&server), &file);
    // An empty file says that it is empty, or shows it when asked without a range.
    let empty = RawServer::start(|_| send(416, &[("Content-Range", "bytes */0")], b""));
    succeeds(&builder().build().unwrap(), by_url(&empty), b"");
    let shown = RawServer::start(|asked| match asked.range() {
        Some(_) => send(416, &[], b""),
        None => send(200, &[], b""),
    });
    succeeds(&builder().build().unwrap(), by_url(&shown), b"");
    // One that contradicts itself is no file at all.
    let odd = RawServer::start(|_| send(416, &[("Content-Range", "bytes */500")], b""));
    fails(
        &builder().build().unwrap(),
        by_url(&odd),
        &[ErrorKind::BadResponse],
    );
}

#[test]
fn a_416_in_the_middle_is_another_file() {
    let file = data(SIZE, 8);
    let server = RawServer::start(move |asked| match asked.number >= 3 {
        true => send(416, &[("Content-Range", "bytes */9")], b""),
        false => vec![Act::Send(good(asked, &file, None))],
    });
    fails(
        &builder().build().unwrap(),
        sized(&server, SIZE),
        &[ErrorKind::Changed, ErrorKind::BadResponse],
    );
}
