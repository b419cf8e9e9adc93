//! Servers that are far away, or think for long, and connections that are forgotten.

use super::*;

const MIB: u64 = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn where_each_reply_takes_long_all_connections_are_used_at_once() {
    let sandbox = sandbox();
    let urn = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
    let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/0.svf");
    sandbox.add_derivative(&urn, &derivative, Content::synthetic(128 * MIB, 1));
    // The first four replies are late and then steady, the others never come. So nothing but the delay is a reason for
    // many connections before these four are done.
    let slow = Fault::Rate {
        bytes_per_second: 20_000_000,
    };
    for fault in [Fault::Delay { ms: 60 }, slow] {
        let mut rule = of(Origin::Cdn, fault);
        rule.matching.times = Some(4);
        sandbox.fault(rule);
    }
    let mut others = of(Origin::Cdn, Fault::Hang);
    others.matching.from = Some(5);
    sandbox.fault(others);
    let client = builder(&sandbox).build().unwrap();
    let request = Request::derivative(&urn, &derivative).unwrap();
    let request = request.to_memory(128 * MIB);
    let job = client.start(vec![request]).unwrap();
    let until = |connections| {
        let begun = std::time::Instant::now();
        while job.progress().connections < connections {
            assert!(begun.elapsed() < PATIENCE, "{:?}", job.progress());
            assert!(!job.wait(Duration::from_millis(1)), "nothing can end");
        }
        begun.elapsed()
    };
    until(4);
    // Next door it would be four, and some more to see whether they help; they do not, and the next try is five seconds
    // later.
    let took = until(48);
    assert!(took < Duration::from_secs(4), "{took:?}");
    job.cancel();
    assert!(job.wait(PATIENCE));
    let ended = job.result(0).unwrap().unwrap_err();
    assert_eq!(ended.kind(), ErrorKind::Cancelled);
}

/// What takes one connection long is cut into smaller ranges than usual, and does not have to be shared one by one.
#[test]
fn a_small_file_of_slow_connections_gets_many_of_them() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(2 * MIB, 1));
    let slow = Fault::Rate {
        bytes_per_second: 100_000,
    };
    sandbox.fault(of(Origin::S3, slow));
    let client = builder(&sandbox).build().unwrap();
    let request = Request::object(BUCKET, "x").unwrap().to_memory(2 * MIB);
    let job = client.start(vec![request]).unwrap();
    let mut most = 0;
    while !job.wait(Duration::from_millis(1)) {
        most = most.max(job.progress().connections);
    }
    assert_eq!(job.result(0).unwrap().unwrap().bytes, 2 * MIB);
    assert!(most >= 20, "{most}");
}

/// Each small file costs a round trip in which its connection idles, so more of them are worth having than for a large one.
#[test]
fn many_files_from_afar_get_more_connections_than_one() {
    let sandbox = sandbox();
    let names: Vec<_> = (0..200).map(|number| format!("part-{number}")).collect();
    for name in &names {
        sandbox.add_object(BUCKET, name, Content::synthetic(1000, 1));
    }
    let mut late = of(Origin::S3, Fault::Delay { ms: 60 });
    late.matching.times = Some(8);
    sandbox.fault(late);
    let mut others = of(Origin::S3, Fault::Hang);
    others.matching.from = Some(9);
    sandbox.fault(others);
    let client = builder(&sandbox).build().unwrap();
    let requests = names
        .iter()
        .map(|name| Request::object(BUCKET, name).unwrap().to_memory(1000));
    let job = client.start(requests.collect()).unwrap();
    let begun = std::time::Instant::now();
    while job.progress().connections < 120 {
        assert!(begun.elapsed() < PATIENCE, "{:?}", job.progress());
        assert!(!job.wait(Duration::from_millis(1)), "nothing can end");
    }
    // As above: five seconds later more would be tried in any case.
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}");
    job.cancel();
    assert!(job.wait(PATIENCE));
}

#[test]
fn a_server_that_forgets_a_connection_is_asked_again_on_another() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(16 * MIB, 1));
    let mut rule = of(Origin::S3, Fault::Hang);
    rule.matching.nth = Some(6);
    let forgotten = sandbox.fault(rule);
    let client = builder(&sandbox)
        // Where others had nothing to do, it would be given up earlier.
        .max_connections(1)
        .unwrap()
        // Small parts, so that those before have told how long a reply takes. A reply may take a minute otherwise.
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

/// Whoever has nothing to do shares a file whose reply is overdue. What replies take is known from other files.
#[test]
fn a_reply_that_takes_as_long_as_others_is_waited_for() {
    let sandbox = sandbox();
    let size = 200_000;
    // So many that they are not cut for all connections. When the others are there, fifteen connections have nothing to do.
    let names: Vec<_> = (0..17).map(|number| format!("part-{number:02}")).collect();
    for (number, name) in names.iter().enumerate() {
        sandbox.add_object(BUCKET, name, Content::synthetic(size, 1));
        let ms = if number < 16 { 300 } else { 400 };
        let mut late = of(Origin::S3, Fault::Delay { ms });
        late.matching.path_contains = Some(name.clone());
        sandbox.fault(late);
    }
    let client = builder(&sandbox)
        .max_connections(16)
        .unwrap()
        .build()
        .unwrap();
    let requests = names.iter().map(|name| {
        let request = Request::object(BUCKET, name).unwrap();
        request.to_memory(size)
    });
    let job = client.start(requests.collect()).unwrap();
    assert!(job.wait(PATIENCE));
    for item in 0..names.len() {
        assert_eq!(job.result(item).unwrap().unwrap().parts, 1, "{item}");
    }
}

/// So that no connection is still busy with a long one when the others have nothing to do any more.
#[test]
fn of_the_last_files_the_largest_are_begun_first() {
    let sandbox = sandbox();
    let files = [("a", 1000), ("b", 5000), ("c", 2000), ("d", 9000)];
    for (name, size) in files {
        sandbox.add_object(BUCKET, name, Content::synthetic(size, 1));
    }
    sandbox.fault(of(Origin::S3, Fault::Hang));
    let client = builder(&sandbox)
        .max_connections(2)
        .unwrap()
        .build()
        .unwrap();
    let requests = files.map(|(name, size)| {
        let request = Request::object(BUCKET, name).unwrap();
        request.to_memory(size)
    });
    let job = client.start(requests.into()).unwrap();
    let asked = || {
        let all = sandbox.requests().into_iter();
        let files = all.filter(|request| request.origin == Origin::S3);
        let mut names: Vec<_> = files.map(|request| path_of(&request.target)).collect();
        names.sort();
        names
    };
    let begun = std::time::Instant::now();
    while asked().len() < 2 {
        assert!(begun.elapsed() < PATIENCE, "{:?}", job.progress());
        assert!(!job.wait(Duration::from_millis(1)), "nothing can end");
    }
    let first = asked();
    job.cancel();
    assert!(job.wait(PATIENCE));
    assert!(first[0].ends_with("/b"), "{first:?}");
    assert!(first[1].ends_with("/d"), "{first:?}");
}

fn path_of(target: &str) -> String {
    target.split('?').next().unwrap_or_default().to_owned()
}
