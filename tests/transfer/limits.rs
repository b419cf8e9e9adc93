//! The limit on the bandwidth.

use std::time::Instant;

use super::*;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

fn limited(sandbox: &Sandbox, limit: u64) -> Client {
    builder(sandbox)
        .bandwidth_limit(limit)
        .unwrap()
        .build()
        .unwrap()
}

fn in_memory(key: &str) -> Request {
    Request::object(BUCKET, key).unwrap().to_memory(64 * MIB)
}

#[test]
fn all_jobs_together_keep_to_the_limit_and_use_few_connections() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(3 * MIB, 1));
    sandbox.add_object(BUCKET, "y", Content::synthetic(3 * MIB, 2));
    let limit = 4 * MIB;
    let client = limited(&sandbox, limit);
    let begun = Instant::now();
    let jobs = ["x", "y"].map(|key| client.start(vec![in_memory(key)]).unwrap());
    // A tenth of a second at once; each of 16 connections may have read ahead of its payment.
    let slack = limit / 10 + 16 * 64 * KIB;
    while jobs.iter().any(|job| !job.wait(Duration::from_millis(10))) {
        let done: u64 = jobs.iter().map(|job| job.progress().bytes_done).sum();
        let most = (begun.elapsed().as_secs_f64() * limit as f64) as u64 + slack;
        assert!(done <= most, "{done} of {most}");
        let connections: u64 = jobs.iter().map(|job| job.progress().connections).sum();
        assert!(connections <= 16, "{connections}");
    }
    for job in jobs {
        assert_eq!(job.result(0).unwrap().unwrap().bytes, 3 * MIB);
    }
    let least = Duration::from_secs_f64((6 * MIB - slack) as f64 / limit as f64);
    assert!(begun.elapsed() >= least, "{:?}", begun.elapsed());
}

#[test]
fn waiting_for_the_limit_is_no_stall() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(48 * KIB, 1));
    let client = builder(&sandbox)
        .bandwidth_limit(32 * KIB)
        .unwrap()
        // Each read waits for longer than that.
        .stall_timeout(Duration::from_millis(20))
        .unwrap()
        .build()
        .unwrap();
    let result = one(&client, in_memory("x")).unwrap();
    assert_eq!((result.bytes, result.retries), (48 * KIB, 0));
}

#[test]
fn a_limit_can_be_changed_and_cancelled_while_jobs_run() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(32 * MIB, 1));
    let client = limited(&sandbox, 64 * KIB);
    let job = client.start(vec![in_memory("x")]).unwrap();
    while job.progress().bytes_done == 0 {
        assert!(!job.wait(Duration::from_millis(1)));
    }
    // Under the limit it would take eight minutes.
    client.set_bandwidth_limit(0).unwrap();
    assert!(job.wait(Duration::from_secs(60)));
    assert_eq!(job.result(0).unwrap().unwrap().bytes, 32 * MIB);

    client.set_bandwidth_limit(1024).unwrap();
    let job = client.start(vec![in_memory("x")]).unwrap();
    while job.progress().bytes_done == 0 {
        assert!(!job.wait(Duration::from_millis(1)));
    }
    job.cancel();
    assert!(job.wait(Duration::from_secs(5)));
    assert_eq!(
        job.result(0).unwrap().unwrap_err().kind(),
        ErrorKind::Cancelled
    );
    let error = client.set_bandwidth_limit(1023).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}
