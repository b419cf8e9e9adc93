//! Something else in place of the file, under the status of success.

use super::*;

const SIZE: usize = 2 * PART;
const PAGE: &[u8] = b"<!DOCTYPE html><html><body>Please log in</body></html>";
const ERROR: &[u8] = b"<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code><Message>We are sorry</Message></Error>";

#[test]
fn a_page_is_no_file() {
    for headers in [&[("Content-Type", "text/html; charset=utf-8")][..], &[]] {
        let server = RawServer::start(move |_| send(200, headers, PAGE));
        fails(
            &builder().build().unwrap(),
            by_url(&server),
            &[ErrorKind::BadResponse],
        );
        let ranged = RawServer::start(move |asked| vec![Act::Send(partial(asked, PAGE, headers))]);
        fails(
            &builder().build().unwrap(),
            by_url(&ranged),
            &[ErrorKind::BadResponse],
        );
    }
}

#[test]
fn a_page_is_a_file_when_one_was_asked_for() {
    let server = RawServer::start(|_| send(200, &[("Content-Type", "text/html")], PAGE));
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("report.HTML");
    let client = builder().build().unwrap();
    let results = client
        .download(vec![by_url(&server).to_file(&target)], |_| true)
        .unwrap();
    results[0].as_ref().unwrap();
    assert_eq!(std::fs::read(&target).unwrap(), PAGE);
}

#[test]
fn an_error_document_under_the_status_of_success_is_no_file() {
    let server = RawServer::start(|_| send(200, &[("Content-Type", "application/xml")], ERROR));
    fails(
        &builder().build().unwrap(),
        by_url(&server),
        &[ErrorKind::BadResponse],
    );
    // But XML is, and an error document whose size was known before is what was asked for.
    let model = b"<?xml version=\"1.0\"?><COLLADA/>";
    let server = RawServer::start(|_| send(200, &[("Content-Type", "application/xml")], model));
    succeeds(&builder().build().unwrap(), by_url(&server), model);
    let server = RawServer::start(|_| send(200, &[], ERROR));
    succeeds(
        &builder().build().unwrap(),
        sized(&server, ERROR.len()),
        ERROR,
    );
}

#[test]
fn nothing_is_no_file_that_has_a_size() {
    each([200, 201, 202, 203, 204, 205, 304], |status| {
        let server = RawServer::start(move |_| send(status, &[], b""));
        let kinds = [
            ErrorKind::BadResponse,
            ErrorKind::Changed,
            ErrorKind::Http,
            ErrorKind::NotReady,
        ];
        fails(&builder().build().unwrap(), sized(&server, SIZE), &kinds);
    });
}

#[test]
fn compressed_data_is_refused_whatever_says_so() {
    // "x" eight times, as gzip and as what it stands for.
    let packed: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xa8, 0x80, 0x01, 0, 0x92, 0xf6, 0xa8, 0x62, 8,
        0, 0, 0,
    ];
    each(
        ["gzip", "GZIP", "x-gzip", "br", "identity, gzip", "deflate"],
        |coding| {
            let headers = [("Content-Encoding", coding)];
            let whole = RawServer::start(move |_| send(200, &headers, packed));
            fails(
                &builder().build().unwrap(),
                by_url(&whole),
                &[ErrorKind::BadResponse],
            );
            let ranged =
                RawServer::start(move |asked| vec![Act::Send(partial(asked, packed, &headers))]);
            fails(
                &builder().build().unwrap(),
                by_url(&ranged),
                &[ErrorKind::BadResponse],
            );
            fails(
                &builder().build().unwrap(),
                sized(&ranged, packed.len()),
                &[ErrorKind::BadResponse],
            );
        },
    );
    let on_the_way = RawServer::start(move |_| {
        let mut bytes = b"HTTP/1.1 200 Said\r\nTransfer-Encoding: gzip, chunked\r\n\r\n".to_vec();
        bytes.extend(chunks(packed));
        bytes.extend(b"0\r\n\r\n");
        vec![Act::Send(bytes)]
    });
    fails(
        &builder().build().unwrap(),
        by_url(&on_the_way),
        &[ErrorKind::BadResponse],
    );
    let twice = [("Content-Encoding", "identity"), ("Content-Encoding", "br")];
    let twice = RawServer::start(move |asked| vec![Act::Send(partial(asked, packed, &twice))]);
    fails(
        &builder().build().unwrap(),
        by_url(&twice),
        &[ErrorKind::BadResponse],
    );
}
