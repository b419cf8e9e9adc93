//! Connections that end, at every moment they can.

use std::collections::HashSet;
use std::sync::Mutex;

use super::*;

const SIZE: usize = 6 * PART;

#[test]
fn a_connection_may_end_at_any_byte() {
    let file = data(SIZE, 41);
    for cut in [0, 1, 12, 40, 70, 100, 1000, PART] {
        let bytes = file.clone();
        // Nothing is cut twice: who is asked in which order is left to chance, and a few failures in a row are one too many.
        let seen = Mutex::new(HashSet::new());
        let server = RawServer::start(move |asked| {
            let mut answer = good(asked, &bytes, Some("\"a\""));
            let place = span(asked, SIZE).0 / (PART / 8);
            match asked.number % 3 == 1 && seen.lock().unwrap().insert(place) {
                true => {
                    answer.truncate(cut);
                    vec![Act::Send(answer), Act::Close]
                }
                false => vec![Act::Send(answer)],
            }
        });
        succeeds(&builder().build().unwrap(), sized(&server, SIZE), &file);
    }
}

#[test]
fn a_server_that_closes_after_each_answer_is_no_trouble() {
    let file = data(SIZE, 42);
    let bytes = file.clone();
    let server =
        RawServer::start(move |asked| vec![Act::Send(good(asked, &bytes, None)), Act::Close]);
    let result = succeeds(&builder().build().unwrap(), sized(&server, SIZE), &file);
    assert_eq!(
        result.retries, 0,
        "an idle connection that ended is nobody's news"
    );
}

#[test]
fn a_few_bytes_with_each_connection_are_no_progress_for_ever() {
    let file = data(20_000, 43);
    let server = RawServer::start(move |asked| {
        let (first, last) = span(asked, file.len());
        let mut answer = good(asked, &file, None);
        // All of the headers, and a hundred bytes of the body.
        let headers = answer.len() - (last + 1 - first);
        answer.truncate(headers + 100);
        vec![Act::Send(answer), Act::Close]
    });
    let client = builder().build().unwrap();
    let error = fails(&client, sized(&server, 20_000), &[ErrorKind::Network]);
    assert!(error.message().contains("127.0.0.1"), "{error}");
    assert!(server.asked().len() > 1, "but it is tried again");
}

#[test]
fn one_dead_connection_of_several_does_not_hold_up_the_rest() {
    let file = data(SIZE, 44);
    let bytes = file.clone();
    let server = RawServer::start(move |asked| {
        let answer = good(asked, &bytes, None);
        match asked.number == 2 {
            true => vec![Act::Send(answer[..answer.len() / 2].to_vec()), Act::Hang],
            false => vec![Act::Send(answer)],
        }
    });
    succeeds(&builder().build().unwrap(), sized(&server, SIZE), &file);
}

#[test]
fn a_connection_that_stands_still_is_given_up_once_the_others_have_nothing_to_do() {
    let file = data(SIZE, 45);
    let long = Duration::from_secs(20);
    let patient = || {
        let client = builder().stall_timeout(long).unwrap();
        client.reply_timeout(long).unwrap().build().unwrap()
    };
    // In the middle of a reply, and before it begins, of the second one, of one on a connection that was kept, and of several.
    for (hung, half) in [
        (2..3, true),
        (2..3, false),
        (5..6, true),
        (5..6, false),
        (2..5, true),
    ] {
        let bytes = file.clone();
        let numbers = hung.clone();
        let server = RawServer::start(move |asked| {
            let answer = good(asked, &bytes, None);
            match (numbers.contains(&asked.number), half) {
                (true, true) => vec![Act::Send(answer[..answer.len() / 2].to_vec()), Act::Hang],
                (true, false) => vec![Act::Hang],
                (false, _) => vec![Act::Send(answer)],
            }
        });
        let result = succeeds(&patient(), sized(&server, SIZE), &file);
        assert_eq!(result.retries, 0, "nothing has failed");
    }
}
