//! Access tokens: set by the host, fetched and renewed by the library, or waited for.

use std::time::{Duration, Instant};

use apsfetch::{Client, ClientBuilder, Error, ErrorKind, Job, JobState, Request};
use apsfetch_sandbox::{Content, Fault, Match, Rule, Sandbox};

const BUCKET: &str = "tokens-bucket";
/// More than two calls of the batch operation.
const OBJECTS: usize = 60;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    sandbox.add_bucket(BUCKET);
    for index in 0..OBJECTS {
        sandbox.add_object(
            BUCKET,
            &format!("{index}.bin"),
            Content::bytes(vec![7; 100]),
        );
    }
    sandbox
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder()
        .base_url(&sandbox.info().api)
        .unwrap()
        .proxy("")
        .unwrap()
}

fn with_credentials(sandbox: &Sandbox, scopes: &str) -> Client {
    let info = sandbox.info();
    let builder = builder(sandbox).client_credentials(&info.client_id, &info.client_secret, scopes);
    builder.unwrap().build().unwrap()
}

fn requests(count: usize) -> Vec<Request> {
    let request = |index| {
        Request::object(BUCKET, &format!("{index}.bin"))
            .unwrap()
            .to_memory(1000)
    };
    (0..count).map(request).collect()
}

fn download_all(client: &Client, count: usize) {
    for result in client.download(requests(count), |_| true).unwrap() {
        assert_eq!(result.unwrap().bytes, 100);
    }
}

fn sign_one(client: &Client) -> Result<(), Error> {
    client.sign(&requests(1), None).remove(0).map(|_| ())
}

/// How often the endpoint was asked, and how often it answered 401.
fn asked(sandbox: &Sandbox, endpoint: &str) -> (usize, usize) {
    let records = sandbox.requests();
    let of_endpoint = || records.iter().filter(|record| record.endpoint == endpoint);
    (
        of_endpoint().count(),
        of_endpoint().filter(|record| record.status == 401).count(),
    )
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "not in 30 s: {what}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A job that stands still for want of a token.
fn waiting_job(client: &Client) -> Job {
    let job = client.start(requests(3)).unwrap();
    until("waiting for a token", || {
        job.progress().state == JobState::WaitingForToken
    });
    job
}

#[test]
fn a_token_of_the_host_is_used_and_can_be_replaced() {
    let sandbox = sandbox();
    let client = builder(&sandbox)
        .access_token("wrong")
        .unwrap()
        .build()
        .unwrap();
    let error = sign_one(&client).unwrap_err();
    assert_eq!(
        (error.kind(), error.http_status()),
        (ErrorKind::Auth, Some(401))
    );
    client
        .set_access_token(&sandbox.access_token("data:read"))
        .unwrap();
    download_all(&client, 3);
    assert_eq!(asked(&sandbox, "token").0, 0);
}

#[test]
fn client_credentials_travel_as_basic_and_one_token_serves_everyone() {
    let sandbox = sandbox();
    let client = with_credentials(&sandbox, "data:read");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| download_all(&client, OBJECTS));
        }
    });
    assert_eq!(asked(&sandbox, "token"), (1, 0));
    let records = sandbox.requests();
    let request = records
        .iter()
        .find(|record| record.endpoint == "token")
        .unwrap();
    assert!(
        request
            .header("authorization")
            .unwrap()
            .starts_with("Basic ")
    );
    assert!(
        !request.target.contains('?'),
        "credentials are in no address"
    );
}

#[test]
fn an_expired_token_is_renewed_once_for_many_workers() {
    let sandbox = sandbox();
    let client = with_credentials(&sandbox, "data:read");
    sign_one(&client).unwrap();
    sandbox.revoke_tokens();
    // Long enough for all workers to come and wait for it.
    sandbox.fault(Rule {
        matching: Match {
            endpoint: Some("token".to_owned()),
            ..Match::default()
        },
        fault: Fault::Delay { ms: 300 },
    });
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| download_all(&client, OBJECTS));
        }
    });
    assert_eq!(asked(&sandbox, "token").0, 2, "one renewal");
    assert!(
        asked(&sandbox, "batchsigneds3download").1 >= 1,
        "APS did refuse the old token"
    );
    sandbox.advance_clock(Duration::from_secs(2 * 3600));
    sign_one(&client).unwrap();
    assert_eq!(asked(&sandbox, "token").0, 3, "by the clock of the service");
}

#[test]
fn a_401_in_the_middle_of_a_job_is_survived() {
    let sandbox = sandbox();
    let client = with_credentials(&sandbox, "data:read");
    sandbox.fault(Rule {
        matching: Match {
            endpoint: Some("batchsigneds3download".to_owned()),
            nth: Some(2),
            ..Match::default()
        },
        fault: Fault::Expire,
    });
    download_all(&client, OBJECTS);
    assert_eq!(asked(&sandbox, "batchsigneds3download").1, 1);
    assert_eq!(asked(&sandbox, "token").0, 2);
}

#[test]
fn a_wrong_secret_is_an_error_that_says_what_to_check() {
    let sandbox = sandbox();
    let builder = builder(&sandbox).client_credentials(
        &sandbox.info().client_id,
        "a-wrong-secret",
        "data:read",
    );
    let client = builder.unwrap().build().unwrap();
    for result in client.download(requests(3), |_| true).unwrap() {
        let error = result.unwrap_err();
        assert_eq!(
            (error.kind(), error.http_status()),
            (ErrorKind::Auth, Some(401))
        );
        assert!(error.message().contains("client secret"), "{error}");
        assert!(!error.message().contains("a-wrong-secret"), "{error}");
    }
}

#[test]
fn a_missing_scope_is_told_as_the_service_tells_it() {
    let sandbox = sandbox();
    let client = with_credentials(&sandbox, "viewables:read");
    assert_eq!(sign_one(&client).unwrap_err().kind(), ErrorKind::Forbidden);
    sandbox.change_settings(|settings| settings.oss_missing_scope_is_401 = true);
    sandbox.clear_requests();
    assert_eq!(sign_one(&client).unwrap_err().kind(), ErrorKind::Auth);
    assert_eq!(
        asked(&sandbox, "batchsigneds3download"),
        (2, 2),
        "tried again once, not for ever"
    );
}

#[test]
fn a_job_waits_for_the_host_to_set_a_token() {
    let sandbox = sandbox();
    let client = builder(&sandbox)
        .token_wait(Duration::from_secs(60))
        .build()
        .unwrap();
    let job = waiting_job(&client);
    client
        .set_access_token(&sandbox.access_token("data:read"))
        .unwrap();
    job.join();
    assert!(
        job.results().iter().all(Result::is_ok),
        "{:?}",
        job.results()
    );

    sandbox.revoke_tokens();
    let job = waiting_job(&client);
    client
        .set_access_token(&sandbox.access_token("data:read"))
        .unwrap();
    job.join();
    assert!(
        job.results().iter().all(Result::is_ok),
        "{:?}",
        job.results()
    );
}

#[test]
fn the_wait_for_a_token_has_an_end() {
    let sandbox = sandbox();
    let wait = Duration::from_millis(300);
    let client = builder(&sandbox).token_wait(wait).build().unwrap();
    let began = Instant::now();
    for result in client.download(requests(3), |_| true).unwrap() {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Auth);
    }
    assert!(
        (wait..Duration::from_secs(20)).contains(&began.elapsed()),
        "{:?}",
        began.elapsed()
    );
    assert!(sandbox.requests().is_empty());
}

#[test]
fn the_wait_for_a_token_can_be_cancelled_at_once() {
    let sandbox = sandbox();
    let client = builder(&sandbox)
        .token_wait(Duration::from_secs(600))
        .build()
        .unwrap();
    let job = waiting_job(&client);
    let began = Instant::now();
    job.cancel();
    job.join();
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    for result in job.results() {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Cancelled);
    }
}
