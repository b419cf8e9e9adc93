use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use apsfetch_sandbox::{Fault, Match, Rule, Sandbox};
use serde_json::json;

use super::*;
use crate::transport::{Limits, NetworkOptions, Observer, Proxy};

/// Tokens of a client, a clock that is moved by hand, and the service.
struct Scene {
    sandbox: Sandbox,
    network: Arc<Network>,
    threads: Threads,
    tokens: Arc<Tokens>,
    seconds: Arc<AtomicU64>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.tokens.closing.cancel();
        self.threads.join();
    }
}

impl Scene {
    fn new(credentials: Credentials, wait: Duration) -> Scene {
        let sandbox = Sandbox::builder().no_samples().start().unwrap();
        let threads = Threads::default();
        let minute = Duration::from_secs(60);
        let options = NetworkOptions {
            user_agent: "test".to_owned(),
            max_connections: 4,
            limits: Limits {
                connect: minute,
                reply: minute,
                stall: minute,
                retry: minute,
            },
            ca_file: None,
            proxy: Proxy::Direct,
            bandwidth_limit: 0,
        };
        let network = Network::new(options, threads.clone()).unwrap();
        let mut tokens = Tokens::new(
            &sandbox.info().api,
            None,
            credentials,
            wait,
            network.clone(),
            threads.clone(),
            CancelToken::new(),
        );
        let (start, seconds) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let offset = seconds.clone();
        tokens.now = Box::new(move || start + Duration::from_secs(offset.load(Ordering::SeqCst)));
        Scene {
            sandbox,
            network,
            threads,
            tokens: Arc::new(tokens),
            seconds,
        }
    }

    /// With the app's own credentials, or with a secret that is not the app's.
    fn with_secret(wrong: Option<&str>) -> Scene {
        let scene = Scene::new(Credentials::Host, Duration::ZERO);
        let info = scene.sandbox.info();
        let secret = wrong.unwrap_or(&info.client_secret);
        let basic = format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{secret}", info.client_id))
        );
        scene.tokens.lock().grant = Some(Arc::new(Grant::Client {
            basic: Secret::new(basic),
            scopes: "data:read".to_owned(),
        }));
        scene
    }

    fn client() -> Scene {
        Scene::with_secret(None)
    }

    fn at(&self, seconds: u64) {
        self.seconds.store(seconds, Ordering::SeqCst);
    }

    fn context(&self) -> Context {
        Context::alone(&self.network, None)
    }

    fn bearer(&self) -> Result<String> {
        let bearer = self.tokens.bearer(&self.context())?;
        Ok(bearer.header.expose().to_owned())
    }

    /// How often the service was asked for a token.
    fn asked(&self) -> usize {
        self.sandbox.requests().len()
    }

    fn rest(&self) {
        let state = self.tokens.lock();
        let limit = Duration::from_secs(30);
        let ended = self
            .tokens
            .changed
            .wait_timeout_while(state, limit, |state| state.renewing)
            .unwrap();
        assert!(!ended.1.timed_out(), "the renewal does not end");
    }

    fn change_reply(&self, pointer: &str, value: serde_json::Value) {
        self.sandbox.clear_faults();
        self.sandbox.fault(Rule::new(Fault::Json {
            set: [(pointer.to_owned(), value)].into(),
        }));
    }
}

#[test]
fn a_token_is_renewed_a_minute_before_its_end_while_it_still_serves() {
    let scene = Scene::client();
    let first = scene.bearer().unwrap();
    scene.at(3530);
    assert_eq!(scene.bearer().unwrap(), first);
    scene.rest();
    assert_eq!(scene.asked(), 1);
    scene.at(3545);
    assert_eq!(
        scene.bearer().unwrap(),
        first,
        "nobody waits for the renewal"
    );
    scene.rest();
    assert_ne!(scene.bearer().unwrap(), first);
    assert_eq!(scene.asked(), 2);
}

#[test]
fn a_token_whose_time_is_over_is_not_used_any_more() {
    let scene = Scene::client();
    let first = scene.bearer().unwrap();
    scene.at(3700);
    assert_ne!(scene.bearer().unwrap(), first);
    assert_eq!(scene.asked(), 2);
}

#[test]
fn the_old_token_serves_when_its_renewal_fails() {
    let scene = Scene::client();
    let first = scene.bearer().unwrap();
    scene.sandbox.fault(Rule::new(Fault::Status {
        status: 401,
        body: r#"{"error":"invalid_client"}"#.to_owned(),
        headers: Default::default(),
    }));
    for (seconds, asked) in [(3545, 2), (3550, 2), (3557, 3)] {
        scene.at(seconds);
        assert_eq!(scene.bearer().unwrap(), first, "at {seconds}");
        scene.rest();
        assert_eq!(scene.asked(), asked, "at {seconds}: not at each call");
    }
    scene.at(3700);
    assert_eq!(scene.bearer().unwrap_err().kind(), ErrorKind::Auth);
}

#[test]
fn a_token_for_others_is_renewed_before_it_is_handed_out() {
    let scene = Scene::client();
    let current = || scene.tokens.current(&scene.context()).unwrap();
    let first = current();
    assert_eq!(format!("Bearer {}", first.token()), scene.bearer().unwrap());
    assert!(!format!("{first:?}").contains(first.token()));
    scene.at(3500);
    let same = current();
    assert_eq!(same.token(), first.token());
    let left = same.expires_in().unwrap();
    assert!(left <= Duration::from_secs(100) && left > Duration::from_secs(60));
    scene.at(3545);
    let second = current();
    assert_ne!(second.token(), first.token());
    assert!(second.expires_in().unwrap() > Duration::from_secs(3000));
    assert_eq!(scene.asked(), 2);

    // One that cannot be renewed is given as long as it serves, with the time that is left.
    scene.sandbox.fault(Rule::new(Fault::Status {
        status: 401,
        body: r#"{"error":"invalid_client"}"#.to_owned(),
        headers: Default::default(),
    }));
    scene.at(3545 + 3570);
    let last = current();
    assert_eq!(last.token(), second.token());
    assert!(last.expires_in().unwrap() < Duration::from_secs(60));
    scene.at(2 * 3600);
    let error = scene.tokens.current(&scene.context()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
}

#[test]
fn a_token_of_the_host_is_handed_out_without_an_end() {
    let scene = Scene::new(Credentials::Host, Duration::from_secs(60));
    let error = scene.tokens.current(&scene.context()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth, "nobody waits for the host");
    scene.tokens.set(&Secret::new("from-the-host"));
    let token = scene.tokens.current(&scene.context()).unwrap();
    assert_eq!((token.token(), token.expires_in()), ("from-the-host", None));
}

#[test]
fn lifetimes_of_every_kind() {
    for (lifetime, renewed_after_a_year) in [
        (json!(null), false),
        (json!(0), false),
        (json!(u64::MAX), false),
        (json!("3600"), true),
        (json!(1), true),
    ] {
        let scene = Scene::client();
        scene.change_reply("/expires_in", lifetime.clone());
        let first = scene.bearer().unwrap();
        assert_eq!(scene.bearer().unwrap(), first, "{lifetime}");
        scene.rest();
        assert_eq!(scene.asked(), 1, "{lifetime}");
        scene.at(365 * 24 * 3600);
        assert_eq!(
            scene.bearer().unwrap() != first,
            renewed_after_a_year,
            "{lifetime}"
        );
    }
}

#[test]
fn a_token_that_no_header_can_carry_is_refused() {
    for token in [json!(""), json!("a b"), json!("a\r\nX: y")] {
        let scene = Scene::client();
        scene.change_reply("/access_token", token);
        let error = scene.bearer().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadResponse, "{error}");
    }
}

#[test]
fn a_cancelled_job_does_not_take_the_renewal_with_it() {
    let scene = Scene::client();
    scene.sandbox.fault(Rule::new(Fault::Delay { ms: 2000 }));
    let cancel = CancelToken::new();
    let context = Context::alone(&scene.network, Some(&cancel));
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| scene.tokens.bearer(&context).map(|_| ()));
        while scene.asked() == 0 {
            std::thread::yield_now();
        }
        let began = Instant::now();
        cancel.cancel();
        assert_eq!(
            waiter.join().unwrap().unwrap_err().kind(),
            ErrorKind::Cancelled
        );
        assert!(
            began.elapsed() < Duration::from_millis(1500),
            "{:?}",
            began.elapsed()
        );
    });
    scene.bearer().unwrap();
    assert_eq!(scene.asked(), 1, "the renewal went on");
}

#[test]
fn everyone_who_waited_for_a_renewal_hears_that_it_failed() {
    let scene = Scene::with_secret(Some("wrong"));
    scene.sandbox.fault(Rule {
        matching: Match {
            nth: Some(1),
            ..Match::default()
        },
        fault: Fault::Delay { ms: 1000 },
    });
    std::thread::scope(|scope| {
        let first = scope.spawn(|| scene.bearer());
        while scene.asked() == 0 {
            std::thread::yield_now();
        }
        let others: Vec<_> = (0..8).map(|_| scope.spawn(|| scene.bearer())).collect();
        for waiter in others.into_iter().chain([first]) {
            assert_eq!(waiter.join().unwrap().unwrap_err().kind(), ErrorKind::Auth);
        }
    });
    assert_eq!(scene.asked(), 1);
}

/// Work whose host sees that it waits, as that of a job is.
struct Watched(mpsc::Sender<bool>);

impl Observer for Watched {
    fn waiting_for_token(&self, waiting: bool) {
        self.0.send(waiting).unwrap();
    }
    fn can_wait_for_token(&self) -> bool {
        true
    }
    fn may_retry(&self, _wait: Duration) -> bool {
        true
    }
}

#[test]
fn a_wait_without_end_waits_where_somebody_sees_it() {
    let scene = Scene::new(Credentials::Host, Duration::MAX);
    let (told, hears) = mpsc::channel();
    let mut context = scene.context();
    context.observer = Arc::new(Watched(told));
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| scene.tokens.bearer(&context));
        assert_eq!(hears.recv(), Ok(true));
        scene.tokens.set(&Secret::new("abc"));
        let bearer = waiter.join().unwrap().unwrap();
        assert_eq!(bearer.header.expose(), "Bearer abc");
    });
    assert_eq!(hears.try_recv(), Ok(false));
}

#[test]
fn a_call_that_nobody_watches_does_not_wait() {
    let scene = Scene::new(Credentials::Host, Duration::MAX);
    assert_eq!(scene.bearer().unwrap_err().kind(), ErrorKind::Auth);
}

#[test]
fn what_the_host_or_a_login_brings_meanwhile_is_not_overwritten() {
    let issued = || Issued {
        access: Secret::new("renewed"),
        lifetime: None,
        refresh: None,
        scopes: None,
    };
    let grant = || {
        Arc::new(Grant::Client {
            basic: Secret::new("x"),
            scopes: String::new(),
        })
    };
    let now = Instant::now();
    let held = |state: &State| state.token.as_ref().unwrap().header.expose().to_owned();

    let mut state = State::default();
    let renewing = grant();
    state.grant = Some(renewing.clone());
    state.put(&Secret::new("by the host"), None, now);
    state.finish(&renewing, 0, Ok(issued()), now, now);
    assert_eq!(held(&state), "Bearer by the host");

    state.grant = Some(grant());
    let generation = state.generation;
    state.finish(&renewing, generation, Ok(issued()), now, now);
    assert_eq!(
        held(&state),
        "Bearer by the host",
        "the grant is another one"
    );

    let current = grant();
    state.grant = Some(current.clone());
    state.finish(&current, generation, Ok(issued()), now, now);
    assert_eq!(held(&state), "Bearer renewed");
}
