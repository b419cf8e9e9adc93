//! Slow is not dead, and nearly dead is not slow.

use super::*;

#[test]
fn a_slow_transfer_that_moves_is_never_broken_off() {
    let file = data(1200, 51);
    let bytes = file.clone();
    // 1000 bytes a second, for three times the limit on stalls.
    let server = RawServer::start(move |asked| {
        let answer = good(asked, &bytes, None);
        let body = answer.len() - bytes.len();
        let mut acts = vec![Act::Send(answer[..body].to_vec())];
        for piece in answer[body..].chunks(50) {
            acts.push(Act::Wait(Duration::from_millis(50)));
            acts.push(Act::Send(piece.to_vec()));
        }
        acts
    });
    let result = succeeds(
        &builder().build().unwrap(),
        sized(&server, file.len()),
        &file,
    );
    assert_eq!(result.retries, 0);
}

#[test]
fn a_drip_feed_ends_by_the_limit_on_stalls() {
    let file = data(PART, 52);
    let server = RawServer::start(move |asked| {
        let answer = good(asked, &file, None);
        // Of any range: what drips is shared with others.
        let body = answer
            .windows(4)
            .position(|end| end == b"\r\n\r\n")
            .unwrap()
            + 4;
        let mut acts = vec![Act::Send(answer[..body].to_vec())];
        for byte in answer[body..].iter().take(100) {
            acts.push(Act::Wait(Duration::from_millis(120)));
            acts.push(Act::Send(vec![*byte]));
        }
        acts.push(Act::Hang);
        acts
    });
    fails(
        &builder().build().unwrap(),
        sized(&server, PART),
        &[ErrorKind::Timeout],
    );
}

#[test]
fn a_stall_ends_wherever_it_is() {
    let file = data(PART, 53);
    let whole = |asked: &Asked, file: &[u8]| good(asked, file, None);
    let bytes = file.clone();
    let head = RawServer::start(|_| vec![Act::Hang]);
    let status = RawServer::start(|_| vec![Act::Send(b"HTTP/1.1 20".to_vec()), Act::Hang]);
    let body = RawServer::start(move |asked| {
        vec![Act::Send(whole(asked, &bytes)[..5000].to_vec()), Act::Hang]
    });
    for server in [head, status, body] {
        let client = builder().max_connections(1).unwrap().build().unwrap();
        fails(&client, sized(&server, PART), &[ErrorKind::Timeout]);
    }
    // Once is nothing: another connection brings the rest.
    let bytes = file.clone();
    let once = RawServer::start(move |asked| match asked.number {
        1 => vec![Act::Send(whole(asked, &bytes)[..5000].to_vec()), Act::Hang],
        _ => vec![Act::Send(whole(asked, &bytes))],
    });
    succeeds(&builder().build().unwrap(), sized(&once, PART), &file);
}
