//! 429 and `Retry-After`.

use super::*;

#[test]
fn retry_after_is_obeyed_in_both_forms_and_told_when_it_is_too_long() {
    for retry_after_date in [false, true] {
        let world = World::new();
        world.sandbox.set_rate_limits(vec![RateLimit {
            endpoint: Some("batchsigneds3download".to_owned()),
            client_id: None,
            requests: 1,
            window_seconds: 2,
            retry_after_date,
        }]);
        let client = world.client();
        sign(&client, &object("x")).unwrap();
        sign(&client, &object("x")).unwrap();
        let refused: Vec<_> = world
            .sandbox
            .requests()
            .into_iter()
            .filter(|request| request.status == 429)
            .collect();
        assert!((1..=3).contains(&refused.len()), "{}", refused.len());
    }
    let world = World::new();
    world.fault(
        "batchsigneds3download",
        None,
        Fault::Status {
            status: 429,
            body: r#"{"developerMessage":"Quota limit exceeded."}"#.to_owned(),
            headers: [("Retry-After".to_owned(), "999999".to_owned())].into(),
        },
    );
    let error = sign(&world.client(), &object("x")).unwrap_err();
    assert_eq!(kind(&error), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(999_999)));
    assert!(error.message().contains("Quota limit exceeded"), "{error}");
}
