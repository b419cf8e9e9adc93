//! Three-legged login with PKCE: the test is the browser, the sandbox is the login page.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use apsfetch::{
    CancelToken, Client, ClientBuilder, Error, ErrorKind, JobState, Login, LoginOptions,
    LoginResult, Request,
};
use apsfetch_sandbox::{Content, Sandbox};

const BUCKET: &str = "login-bucket";
const LIMIT: Duration = Duration::from_secs(60);

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    sandbox.add_object(BUCKET, "a.bin", Content::bytes(vec![7; 100]));
    sandbox
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder()
        .base_url(&sandbox.info().api)
        .unwrap()
        .proxy("")
        .unwrap()
}

fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

fn options(sandbox: &Sandbox) -> LoginOptions {
    LoginOptions::new(&sandbox.info().public_client_id, "data:read viewables:read")
}

fn start(sandbox: &Sandbox, client: &Client) -> Login {
    Login::start(client, &options(sandbox)).unwrap()
}

fn download(client: &Client) -> Result<(), Error> {
    let request = Request::object(BUCKET, "a.bin").unwrap().to_memory(1000);
    client
        .download(vec![request], |_| true)
        .unwrap()
        .remove(0)
        .map(|_| ())
}

/// Status, `Location` and text of a page.
fn get(url: &str) -> (u16, Option<String>, String) {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None);
    let agent: ureq::Agent = config.timeout_global(Some(LIMIT)).build().into();
    let mut page = agent.get(url).call().unwrap();
    let location = page
        .headers()
        .get("location")
        .map(|location| location.to_str().unwrap().to_owned());
    (
        page.status().as_u16(),
        location,
        page.body_mut().read_to_string().unwrap(),
    )
}

/// Where the login page sends the browser once the user has clicked.
fn click(authorize_url: &str, decision: &str) -> String {
    let (status, _, page) = get(authorize_url);
    assert_eq!(status, 200, "{page}");
    let link = page
        .split("href=\"")
        .find(|part| part.contains(&format!("decision={decision}")))
        .unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let origin = authorize_url.split("/authentication").next().unwrap();
    get(&format!("{origin}{link}"))
        .1
        .expect("a redirect to the program")
}

/// Lets the user act while the program waits. What the login brought, and the page at the end.
fn run(
    login: &mut Login,
    user: impl FnOnce(&str) -> String + Send,
) -> (Result<LoginResult, Error>, String) {
    let url = login.authorize_url().to_owned();
    std::thread::scope(|scope| {
        let browser = scope.spawn(move || user(&url));
        let outcome = login.wait(LIMIT, None);
        (outcome, browser.join().unwrap())
    })
}

fn allow(url: &str) -> String {
    get(&click(url, "allow")).2
}

fn log_in(sandbox: &Sandbox, client: &Client) -> LoginResult {
    run(&mut start(sandbox, client), allow).0.unwrap()
}

fn parameter(url: &str, name: &str) -> String {
    let query = url.split_once('?').unwrap().1;
    let pair = query
        .split('&')
        .find(|pair| pair.starts_with(&format!("{name}=")))
        .unwrap();
    pair.split_once('=').unwrap().1.to_owned()
}

fn address(login: &Login) -> String {
    login.redirect_uri().split('/').nth(2).unwrap().to_owned()
}

fn is_closed(address: &str) -> bool {
    TcpStream::connect(address).is_err()
}

#[test]
fn a_user_who_allows_it_is_logged_in() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let mut login = start(&sandbox, &client);
    let (at, url) = (address(&login), login.authorize_url().to_owned());
    assert_eq!(parameter(&url, "code_challenge_method"), "S256");
    assert_eq!(parameter(&url, "code_challenge").len(), 43);
    assert_ne!(parameter(&url, "state"), parameter(&url, "nonce"));
    let (outcome, page) = run(&mut login, allow);
    let result = outcome.unwrap();
    assert!(page.contains("You can close this window"), "{page}");
    assert_eq!(result.expires_in, Some(Duration::from_secs(3600)));
    assert_eq!(result.scopes, "data:read viewables:read");
    let refresh = result.refresh_token().unwrap();
    assert_eq!(client.refresh_token().as_deref(), Some(refresh));
    assert!(!format!("{result:?}{login:?}{client:?}").contains(refresh));
    download(&client).unwrap();
    assert!(is_closed(&at));
    assert_eq!(
        login.wait(LIMIT, None).unwrap_err().kind(),
        ErrorKind::InvalidState
    );
    let records = sandbox.requests();
    let exchange = records
        .iter()
        .find(|record| record.endpoint == "token")
        .unwrap();
    assert_eq!(
        exchange.header("authorization"),
        None,
        "a public client has no secret"
    );
}

#[test]
fn a_user_who_denies_it_is_an_error_with_the_reason() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let mut login = start(&sandbox, &client);
    let at = address(&login);
    let (outcome, page) = run(&mut login, |url| get(&click(url, "deny")).2);
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(
        error.message().contains("The user denied the request"),
        "{error}"
    );
    assert!(page.contains("The user denied the request"), "{page}");
    assert!(is_closed(&at) && !login.is_open());
    assert_eq!(client.refresh_token(), None);
}

#[test]
fn what_is_not_the_answer_of_this_login_is_ignored() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let mut login = start(&sandbox, &client);
    let at = address(&login);
    let (outcome, _) = run(&mut login, |url| {
        assert_eq!(get(&format!("http://{at}/favicon.ico")).0, 404);
        assert_eq!(
            get(&format!("http://{at}/callback?code=guess&state=guess")).0,
            400
        );
        assert_eq!(get(&format!("http://{at}/callback?code=guess")).0, 400);
        let answer = click(url, "allow");
        let mut post = TcpStream::connect(&at).unwrap();
        let path = answer.split_once(&at).unwrap().1;
        write!(
            post,
            "POST {path} HTTP/1.1\r\nHost: {at}\r\nContent-Length: 0\r\n\r\n"
        )
        .unwrap();
        let mut reply = String::new();
        post.read_to_string(&mut reply).unwrap();
        assert!(
            reply.starts_with("HTTP/1.1 405 ") && reply.contains("Allow: GET"),
            "{reply}"
        );
        get(&answer).2
    });
    outcome.unwrap();
}

#[test]
fn silent_slow_and_senseless_connections_are_in_nobodys_way() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let mut login = start(&sandbox, &client);
    let at = address(&login);
    let mut visitors: Vec<_> = (0..40).map(|_| TcpStream::connect(&at).unwrap()).collect();
    visitors[0]
        .write_all(b"\x16\x03\x01\x02\0\x01\0nonsense\r\n\r\n")
        .unwrap();
    visitors[1].write_all(b"GET /callback?code=").unwrap();
    // More than a request may have; the listener may close in the middle.
    let _ = visitors[2].write_all(format!("GET /{} HTTP/1.1\r\n", "x".repeat(100_000)).as_bytes());
    let began = Instant::now();
    run(&mut login, allow).0.unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_code_works_once_and_for_its_own_login_only() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let mut answer = String::new();
    let mut login = start(&sandbox, &client);
    let kept = &mut answer;
    let outcome = run(&mut login, move |url| {
        *kept = click(url, "allow");
        get(kept).2
    });
    outcome.0.unwrap();
    let code = parameter(&answer, "code");
    let fresh = client_without_login(&sandbox);
    let mut second = start(&sandbox, &fresh);
    let redirect = second.redirect_uri().to_owned();
    let (outcome, page) = run(&mut second, |url| {
        get(&format!(
            "{redirect}?code={code}&state={}",
            parameter(url, "state")
        ))
        .2
    });
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.kind(), error.http_status()),
        (ErrorKind::Auth, Some(400))
    );
    assert!(!error.message().contains(&code) && !page.contains(&code));
    assert!(page.contains("The login failed"), "{page}");
    assert_eq!(fresh.refresh_token(), None);
}

fn client_without_login(sandbox: &Sandbox) -> Client {
    client(sandbox)
}

#[test]
fn a_wait_can_be_repeated_until_the_time_of_the_login_is_over() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let mut login = start(&sandbox, &client);
    let error = login.wait(Duration::from_millis(50), None).unwrap_err();
    assert_eq!((error.kind(), login.is_open()), (ErrorKind::Timeout, true));
    run(&mut login, allow).0.unwrap();

    let mut short = options(&sandbox);
    short.timeout = Duration::from_millis(100);
    let mut login = Login::start(&client, &short).unwrap();
    let at = address(&login);
    let error = login.wait(LIMIT, None).unwrap_err();
    assert_eq!((error.kind(), login.is_open()), (ErrorKind::Timeout, false));
    assert!(is_closed(&at));
}

#[test]
fn a_wait_can_be_cancelled_at_once_and_ends_with_its_client() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let mut login = start(&sandbox, &client);
    let (at, cancel) = (address(&login), CancelToken::new());
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| login.wait(LIMIT, Some(&cancel)));
        // Once it answers, it waits.
        assert_eq!(get(&format!("http://{at}/")).0, 404);
        let began = Instant::now();
        cancel.cancel();
        assert_eq!(
            waiter.join().unwrap().unwrap_err().kind(),
            ErrorKind::Cancelled
        );
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
    });
    assert!(is_closed(&at));

    let mut login = start(&sandbox, &client);
    client.shut_down();
    assert_eq!(
        login.wait(LIMIT, None).unwrap_err().kind(),
        ErrorKind::Cancelled
    );
}

#[test]
fn the_listener_is_for_this_computer_only_and_closed_with_its_login() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let login = start(&sandbox, &client);
    let at = address(&login);
    let (host, port) = at.split_once(':').unwrap();
    assert_eq!(host, "127.0.0.1");
    assert!(!is_closed(&at));
    assert!(
        is_closed(&format!("127.0.0.2:{port}")),
        "it listens on one address"
    );
    drop(login);
    assert!(is_closed(&at));
}

#[test]
fn a_port_that_is_taken_is_an_error_that_says_so() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let mut options = options(&sandbox);
    options.callback_port = port;
    let error = Login::start(&client, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Resource);
    assert!(error.message().contains(&format!("port {port}")), "{error}");
    assert!(error.os_code().is_some());
    drop(other);
    let login = Login::start(&client, &options).unwrap();
    assert!(login.redirect_uri().ends_with(&format!(":{port}/callback")));
}

#[test]
fn options_are_checked() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let changes: [fn(&mut LoginOptions); 7] = [
        |options| options.client_id = String::new(),
        |options| options.scopes = "a\nb".to_owned(),
        |options| options.callback_host = "0.0.0.0".to_owned(),
        |options| options.callback_path = "callback".to_owned(),
        |options| options.callback_path = "/callback?x=y".to_owned(),
        |options| options.callback_path = "/a b".to_owned(),
        |options| options.timeout = Duration::ZERO,
    ];
    for change in changes {
        let mut options = options(&sandbox);
        change(&mut options);
        let error = Login::start(&client, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{options:?}");
    }
    let mut options = options(&sandbox);
    options.callback_host = "localhost".to_owned();
    let login = Login::start(&client, &options).unwrap();
    assert!(login.redirect_uri().starts_with("http://localhost:"));
}

#[test]
fn the_refresh_token_is_replaced_at_each_renewal() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let first = log_in(&sandbox, &client)
        .refresh_token()
        .unwrap()
        .to_owned();
    sandbox.revoke_tokens();
    download(&client).unwrap();
    let second = client.refresh_token().unwrap();
    assert_ne!(first, second);
    sandbox.advance_clock(Duration::from_secs(2 * 3600));
    download(&client).unwrap();
    assert_ne!(client.refresh_token().unwrap(), second);

    let used = builder(&sandbox).refresh_token(&sandbox.info().public_client_id, &first, "");
    let used = used.unwrap().build().unwrap();
    let error = download(&used).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.message().contains("log in again"), "{error}");
    assert_eq!(
        used.refresh_token(),
        None,
        "a token that is over is not kept"
    );
}

#[test]
fn a_login_goes_on_in_the_next_run() {
    let sandbox = sandbox();
    let stored = log_in(&sandbox, &client(&sandbox))
        .refresh_token()
        .unwrap()
        .to_owned();
    for scopes in ["", "data:read"] {
        let fresh = log_in(&sandbox, &client(&sandbox))
            .refresh_token()
            .unwrap()
            .to_owned();
        let restarted =
            builder(&sandbox).refresh_token(&sandbox.info().public_client_id, &fresh, scopes);
        let restarted = restarted.unwrap().build().unwrap();
        download(&restarted).unwrap();
        assert_ne!(restarted.refresh_token(), Some(fresh));
    }
    for bad in ["", "a b", "a\nb"] {
        let error = builder(&sandbox).refresh_token("id", bad, "").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
    assert!(!stored.is_empty());
}

#[test]
fn a_job_whose_login_has_ended_waits_for_the_next_one() {
    let sandbox = sandbox();
    let client = builder(&sandbox).token_wait(LIMIT).build().unwrap();
    log_in(&sandbox, &client);
    for by_login in [false, true] {
        sandbox.revoke_refresh_tokens();
        let request = Request::object(BUCKET, "a.bin").unwrap().to_memory(1000);
        let job = client.start(vec![request]).unwrap();
        let began = Instant::now();
        while job.progress().state != JobState::WaitingForToken {
            assert!(began.elapsed() < LIMIT, "{:?}", job.results());
            std::thread::sleep(Duration::from_millis(2));
        }
        assert_eq!(client.refresh_token(), None);
        if by_login {
            log_in(&sandbox, &client);
        } else {
            client
                .set_access_token(&sandbox.access_token("data:read"))
                .unwrap();
        }
        job.join();
        job.results().remove(0).unwrap();
    }
}
