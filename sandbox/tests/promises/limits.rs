//! Rate limits for each client and endpoint.

use crate::client::{Client, FILES};
use apsfetch_sandbox::RateLimit;
use std::time::Duration;

#[test]
fn one_request_too_many_is_told_to_wait() {
    let client = Client::new();
    let limit = |date: bool| RateLimit {
        endpoint: Some("objects".to_owned()),
        client_id: None,
        requests: 2,
        window_seconds: 30,
        retry_after_date: date,
    };
    let list = || client.get(&format!("/oss/v2/buckets/{FILES}/objects?limit=1"));
    client.sandbox.set_rate_limits(vec![limit(false)]);
    assert_eq!([list().status, list().status], [200, 200]);
    let refused = list();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["developerMessage"], "Quota limit exceeded.");
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((25..=30).contains(&seconds), "{seconds}");
    assert_eq!(
        client.get("/oss/v2/buckets").status,
        200,
        "another endpoint"
    );
    client.sandbox.advance_clock(Duration::from_secs(seconds));
    assert_eq!(list().status, 200);

    client.sandbox.set_rate_limits(vec![limit(true)]);
    assert_eq!([list().status, list().status], [200, 200]);
    let refused = list();
    let date = httpdate::parse_http_date(refused.header("retry-after").unwrap()).unwrap();
    let now = httpdate::parse_http_date(refused.header("date").unwrap()).unwrap();
    let wait = date.duration_since(now).unwrap().as_secs();
    assert!((25..=31).contains(&wait), "{wait}");

    let other_client = RateLimit {
        client_id: Some("another".to_owned()),
        requests: 0,
        ..limit(false)
    };
    client.sandbox.set_rate_limits(vec![other_client]);
    assert_eq!(list().status, 200);
    client.sandbox.set_rate_limits(Vec::new());
    assert_eq!(
        [list().status, list().status, list().status],
        [200, 200, 200]
    );
}
