//! Jobs of one client share its connections, also when their number cannot be divided.

use super::*;

const MIB: u64 = 1024 * 1024;

#[test]
fn two_large_jobs_on_three_connections_end_together() {
    let sandbox = sandbox();
    // Under a limit every connection makes the same, so two of three make twice as much as the third.
    let client = builder(&sandbox)
        .max_connections(3)
        .unwrap()
        .bandwidth_limit(32 * MIB)
        .unwrap()
        .build()
        .unwrap();
    let size = 64 * MIB;
    let jobs = ["x", "y"].map(|key| {
        sandbox.add_object(BUCKET, key, Content::synthetic(size, 1));
        let request = Request::object(BUCKET, key).unwrap().to_memory(size);
        client.start(vec![request]).unwrap()
    });
    while !jobs.iter().any(apsfetch::Job::is_finished) {
        let _ = jobs[0].wait(Duration::from_millis(1));
    }
    // What is left of the other one takes half as long as it did so far, on all connections.
    let done = jobs.iter().map(|job| job.progress().bytes_done);
    let least = done.min().unwrap();
    assert!(least >= size / 5 * 4, "one has {} of {size}", least);
    for job in jobs {
        assert!(job.wait(Duration::from_secs(60)));
        assert_eq!(job.result(0).unwrap().unwrap().bytes, size);
    }
}
