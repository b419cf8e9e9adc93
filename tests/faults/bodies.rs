//! Sizes at every edge.

use super::*;

#[test]
fn every_size_around_a_part_arrives() {
    for size in [
        0,
        1,
        2,
        PART - 1,
        PART,
        PART + 1,
        2 * PART - 1,
        2 * PART,
        3 * PART + 1,
    ] {
        let file = data(size, size as u64);
        let bytes = file.clone();
        let server =
            RawServer::start(move |asked| vec![Act::Send(good(asked, &bytes, Some("\"a\"")))]);
        let client = builder().build().unwrap();
        succeeds(&client, by_url(&server), &file);
        succeeds(&client, sized(&server, size), &file);
    }
}

#[test]
fn a_size_that_no_file_can_have_costs_neither_memory_nor_the_old_file() {
    let file = data(1000, 31);
    for size in [
        u64::MAX,
        1 << 63,
        (1 << 63) - 1,
        1 << 62,
        1_000_000_000_000_000,
    ] {
        let bytes = file.clone();
        let server = RawServer::start(move |asked| vec![Act::Send(good(asked, &bytes, None))]);
        let kinds = [
            ErrorKind::File,
            ErrorKind::DiskFull,
            ErrorKind::Changed,
            ErrorKind::BadResponse,
        ];
        fails(
            &builder().build().unwrap(),
            by_url(&server).size(size),
            &kinds,
        );
        let client = builder().build().unwrap();
        let results = client
            .download(vec![by_url(&server).size(size).to_memory(1 << 20)], |_| {
                true
            })
            .unwrap();
        let error = results[0].as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Resource, "{error}");
    }
}

#[test]
fn a_size_that_the_file_has_not_is_said_with_the_one_it_has() {
    for (size, ranges) in [
        (0, true),
        (999, true),
        (1001, true),
        (0, false),
        (999, false),
        (1001, false),
    ] {
        let server = RawServer::start(move |asked| {
            let file = data(1000, 33);
            vec![Act::Send(match ranges {
                true => good(asked, &file, Some("\"a\"")),
                false => reply(200, &[], &file),
            })]
        });
        let client = builder().build().unwrap();
        let error = fails(&client, by_url(&server).size(size), &[ErrorKind::Changed]);
        let expected = format!("has 1000 bytes on the server, not the {size} that were asked for.");
        assert!(error.message().ends_with(&expected), "{error}");
    }
}

#[test]
fn a_file_that_is_said_to_be_empty_is_asked_for_all_the_same() {
    let server = RawServer::start(|_| vec![Act::Send(reply(404, &[], b""))]);
    let client = builder().build().unwrap();
    fails(&client, by_url(&server).size(0), &[ErrorKind::NotFound]);
    assert!(!server.asked().is_empty());
}

#[test]
fn a_range_that_ends_elsewhere_because_the_file_does_is_a_change() {
    let file = data(1000, 34);
    let server = RawServer::start(move |_| {
        let headers = [("Content-Range", "bytes 0-999/1000")];
        vec![Act::Send(reply(206, &headers, &file))]
    });
    let client = builder().build().unwrap();
    let error = fails(&client, by_url(&server).size(12), &[ErrorKind::Changed]);
    assert!(error.message().contains("has 1000 bytes"), "{error}");
}
