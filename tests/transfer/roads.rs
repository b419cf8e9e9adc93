//! Servers that are far away, or think for long, and connections that are forgotten.

use super::*;

const MIB: u64 = 1024 * 1024;

fn of(origin: Origin, fault: Fault) -> Rule {
    let mut rule = Rule::new(fault);
    rule.matching.origin = Some(origin);
    rule
}

#[test]
fn where_each_reply_takes_long_all_connections_are_used_at_once() {
    let sandbox = sandbox();
    let urn = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
    let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/0.svf");
    sandbox.add_derivative(&urn, &derivative, Content::synthetic(24 * MIB, 1));
    sandbox.fault(of(Origin::Cdn, Fault::Delay { ms: 150 }));
    let client = builder(&sandbox).build().unwrap();
    let request = Request::derivative(&urn, &derivative).unwrap();
    let request = request.to_memory(24 * MIB);
    let job = client.start(vec![request]).unwrap();
    let mut most = 0;
    while !job.wait(Duration::from_millis(1)) {
        most = most.max(job.progress().connections);
    }
    assert_eq!(job.result(0).unwrap().unwrap().bytes, 24 * MIB);
    // A mebibyte for each; next door four would have begun, with more, and eight after a tenth of a second.
    assert!(most >= 18, "{most}");
}

#[test]
fn a_server_that_forgets_a_connection_is_asked_again_on_another() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(16 * MIB, 1));
    let mut rule = of(Origin::S3, Fault::Hang);
    rule.matching.nth = Some(6);
    let forgotten = sandbox.fault(rule);
    let client = builder(&sandbox)
        .max_connections(2)
        .unwrap()
        // Small parts, so that the others have told how long a reply takes. A reply may take a minute otherwise.
        .part_size(2 * MIB)
        .unwrap()
        .build()
        .unwrap();
    let begun = std::time::Instant::now();
    let request = Request::object(BUCKET, "x").unwrap().to_memory(16 * MIB);
    let result = one(&client, request).unwrap();
    assert_eq!((result.bytes, result.retries), (16 * MIB, 1));
    assert_eq!(sandbox.fault_count(forgotten), Some(1));
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
}
