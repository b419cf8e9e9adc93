//! A proxy that refuses, is away, hangs, or is none: the error says which and what to do, without the password.

use apsfetch::ErrorKind;

use super::scripted_proxy::{Answer, ScriptedProxy};
use super::*;

const CREDENTIALS: &str = "user:hunter2@";
const LIMIT: Duration = Duration::from_millis(400);

fn through(proxy: &str) -> ClientBuilder {
    impatient("https://aps.test").proxy(proxy).unwrap()
}

/// The error, how many CONNECTs it took and how long, when a connection may take `limit`.
fn outcome(answer: Answer, credentials: &str, limit: Duration) -> (Error, usize, Duration) {
    let proxy = ScriptedProxy::start(answer);
    let client = through(&proxy.url(credentials)).connect_timeout(limit);
    let (error, took) = refused(&client.unwrap().build().unwrap());
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!shown.contains("dXNlcjpodW50ZXIy"), "{shown}");
    assert!(error.message().contains("proxy"), "{error}");
    (error, proxy.heads().len(), took)
}

fn says(words: &'static str, credentials: &str) -> (Error, usize) {
    let (error, asked, _) = outcome(Answer::Say(words), credentials, LONG);
    (error, asked)
}

#[test]
fn a_login_that_is_missing_or_wrong_is_said_once() {
    let basic = "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n";
    let (missing, asked) = says(basic, "");
    assert_eq!((missing.kind(), asked), (ErrorKind::Proxy, 1), "{missing}");
    assert_eq!(missing.http_status(), Some(407));
    assert!(
        missing.message().contains("asks for a user name"),
        "{missing}"
    );
    let (wrong, asked) = says(basic, CREDENTIALS);
    assert_eq!((wrong.kind(), asked), (ErrorKind::Proxy, 1), "{wrong}");
    assert!(wrong.message().contains("does not accept"), "{wrong}");
    let other =
        "HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n";
    let (other, asked) = says(other, CREDENTIALS);
    assert_eq!((other.kind(), asked), (ErrorKind::Proxy, 1), "{other}");
    assert!(other.message().contains("NTLM"), "{other}");
}

#[test]
fn a_host_that_is_not_allowed_is_said_once() {
    let (error, asked) = says("HTTP/1.1 403 Forbidden\r\n\r\n", CREDENTIALS);
    assert_eq!((error.kind(), asked), (ErrorKind::Proxy, 1), "{error}");
    assert!(error.message().contains("aps.test"), "{error}");
    assert!(error.message().contains("does not allow"), "{error}");
}

#[test]
fn a_proxy_that_cannot_reach_the_host_is_asked_again() {
    let away = "HTTP/1.1 503 Service Unavailable\r\n\r\n";
    let (error, asked) = says(away, CREDENTIALS);
    assert_eq!((error.kind(), asked), (ErrorKind::Proxy, 2), "{error}");
    assert_eq!(error.http_status(), Some(503));
    let sandbox = sandbox(true);
    let proxy = ScriptedProxy::start(Answer::First(3, away));
    let client = of_sandbox(&sandbox)
        .proxy(&proxy.url(""))
        .unwrap()
        .retry_timeout(LONG)
        .unwrap();
    sign(&client.build().unwrap()).unwrap();
    assert_eq!(proxy.heads().len(), 4);
}

#[test]
fn a_proxy_that_is_down_is_named_and_tried_again() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let client = through(&format!("http://{CREDENTIALS}{address}"))
        .retry_timeout(LIMIT)
        .unwrap();
    let (error, took) = refused(&client.build().unwrap());
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    assert!(error.message().contains("the proxy 127.0.0.1"), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    assert!((LIMIT..LIMIT + SOON).contains(&took), "{took:?}");
}

#[test]
fn a_proxy_that_hangs_or_drips_ends_by_the_limit_on_connecting() {
    for answer in [
        Answer::Silent,
        Answer::Drip("HTTP/1.1 200 OK\r\nX-Drip: "),
        Answer::Drip("HTTP/1.1 407 No\r\nX-Drip: "),
    ] {
        let (error, _, took) = outcome(answer, CREDENTIALS, LIMIT);
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!((2 * LIMIT..2 * LIMIT + SOON).contains(&took), "{took:?}");
    }
}

#[test]
fn a_proxy_that_closes_is_asked_again() {
    let (error, asked, _) = outcome(Answer::Close, CREDENTIALS, LONG);
    assert_eq!((error.kind(), asked), (ErrorKind::Network, 2), "{error}");
}

#[test]
fn what_is_no_proxy_is_said_once() {
    for garbage in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "\0\0\0\0\0\0\0\0",
        "<html>hello</html>\r\n\r\n",
    ] {
        let (error, asked) = says(garbage, CREDENTIALS);
        assert_eq!((error.kind(), asked), (ErrorKind::Proxy, 1), "{error}");
        assert!(
            error.message().contains("does not answer as one"),
            "{error}"
        );
    }
    let (error, _, _) = outcome(Answer::Drip(FLOOD.get_or_init(flood)), CREDENTIALS, LONG);
    assert_eq!(error.kind(), ErrorKind::Proxy, "{error}");
}

static FLOOD: std::sync::OnceLock<String> = std::sync::OnceLock::new();

/// More headers than anybody reads.
fn flood() -> String {
    format!("HTTP/1.1 200 OK\r\n{}", "X-Flood: water\r\n".repeat(10_000))
}

#[test]
fn a_page_of_the_proxys_own_is_no_tunnel() {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<html>Log in!</html>";
    let (error, asked) = says(page, CREDENTIALS);
    assert_eq!((error.kind(), asked), (ErrorKind::Proxy, 1), "{error}");
    assert!(error.message().contains("a page of its own"), "{error}");
}

#[test]
fn the_proxys_own_name_is_told_from_the_hosts() {
    let client = through("http://no.such.proxy.invalid:3128")
        .connect_timeout(LIMIT)
        .unwrap();
    let (error, _) = refused(&client.build().unwrap());
    // Without a network, looking it up may take longer than the limit.
    assert!(
        matches!(error.kind(), ErrorKind::Dns | ErrorKind::Timeout),
        "{error}"
    );
    assert!(
        error
            .message()
            .contains("of the proxy, no.such.proxy.invalid"),
        "{error}"
    );
}
