//! Servers that misbehave, and addresses that expire.

use super::*;

#[test]
fn a_server_that_ignores_ranges_is_taken_as_one_stream() {
    let sandbox = sandbox();
    let content = Content::synthetic(5 << 20, 5);
    sandbox.add_object(BUCKET, "x", content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    // From the first request on, and from the third one on.
    for from in [1, 3] {
        sandbox.clear_faults();
        let mut rule = Rule::new(Fault::IgnoreRange);
        rule.matching = Match {
            origin: Some(Origin::S3),
            from: Some(from),
            ..Match::default()
        };
        sandbox.fault(rule);
        let request = Request::object(BUCKET, "x").unwrap().to_file(&path);
        one(&client(&sandbox), request).unwrap();
        check(&path, &content);
    }
}

#[test]
fn what_breaks_off_is_continued_at_the_byte_it_reached() {
    let sandbox = sandbox();
    let content = Content::synthetic(4 << 20, 5);
    sandbox.add_object(BUCKET, "x", content.clone());
    for fault in [
        Fault::Reset { at: 300_000 },
        Fault::Truncate { at: 300_000 },
        Fault::Status {
            status: 503,
            body: String::new(),
            headers: Default::default(),
        },
    ] {
        let mut rule = Rule::new(fault);
        rule.matching = Match {
            origin: Some(Origin::S3),
            times: Some(2),
            ..Match::default()
        };
        sandbox.clear_faults();
        sandbox.fault(rule);
        sandbox.clear_requests();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let request = Request::object(BUCKET, "x").unwrap().to_file(&path);
        // One connection: a shared rest would leave sent bytes in a socket.
        let client = builder(&sandbox)
            .max_connections(1)
            .unwrap()
            .build()
            .unwrap();
        let result = one(&client, request).unwrap();
        assert!(result.retries >= 1, "{result:?}");
        check(&path, &content);
        let sent: u64 = sandbox
            .requests()
            .iter()
            .filter(|request| request.origin == Origin::S3 && request.status == 206)
            .map(|request| request.bytes_sent)
            .sum();
        // What the fault let through counts as sent; nothing beyond that is fetched twice.
        assert!(sent < content.len() + (1 << 20), "{sent}");
    }
}

#[test]
fn many_small_objects_arrive_although_every_few_requests_fail() {
    let sandbox = sandbox();
    let folder = tempfile::tempdir().unwrap();
    let content = |index: u64| Content::synthetic(index * 1777 % 200_000, index);
    let requests = (0..120)
        .map(|index| {
            let key = format!("{index}.bin");
            sandbox.add_object(BUCKET, &key, content(index));
            Request::object(BUCKET, &key)
                .unwrap()
                .to_file(folder.path().join(&key))
        })
        .collect();
    let failing = Fault::Status {
        status: 503,
        body: String::new(),
        headers: Default::default(),
    };
    for (every, fault) in [
        (9, Fault::Reset { at: 100 }),
        (31, failing),
        (17, Fault::Truncate { at: 1000 }),
        (19, Fault::Drop { reset: false }),
    ] {
        let mut rule = Rule::new(fault);
        rule.matching.origin = Some(Origin::S3);
        rule.matching.every = Some(every);
        sandbox.fault(rule);
    }
    let results = client(&sandbox).download(requests, |_| true).unwrap();
    for (index, result) in (0..).zip(results) {
        let result = result.unwrap();
        check(result.path.as_deref().unwrap(), &content(index));
    }
    assert!(part_files(folder.path()).is_empty());
}

#[test]
fn a_wrong_range_is_never_written() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(4 << 20, 5));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, b"the old file").unwrap();
    for value in ["bytes 5-100/4194304", "bytes 0-4194304/4194304", "nonsense"] {
        sandbox.clear_faults();
        let mut rule = Rule::new(Fault::ContentRange {
            value: value.to_owned(),
        });
        rule.matching.origin = Some(Origin::S3);
        sandbox.fault(rule);
        let request = Request::object(BUCKET, "x").unwrap().to_file(&path);
        let error = one(&client(&sandbox), request).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadResponse, "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"the old file");
        assert!(part_files(folder.path()).is_empty());
    }
}

#[test]
fn a_wrong_checksum_leaves_the_old_file() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(4 << 20, 5));
    let mut rule = Rule::new(Fault::Corrupt { at: 5 });
    rule.matching.origin = Some(Origin::S3);
    rule.matching.nth = Some(1);
    sandbox.fault(rule);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, b"the old file").unwrap();
    let request = Request::object(BUCKET, "x").unwrap().to_file(&path);
    let error = one(&client(&sandbox), request).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Integrity, "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"the old file");
    assert!(part_files(folder.path()).is_empty());
}

#[test]
fn an_object_replaced_in_the_middle_is_never_mixed() {
    let sandbox = sandbox();
    let (old, new) = (
        Content::synthetic(8 << 20, 1),
        Content::synthetic(8 << 20, 2),
    );
    sandbox.add_object(BUCKET, "x", old);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let client = builder(&sandbox)
        .max_connections(1)
        .unwrap()
        .part_size(1 << 20)
        .unwrap()
        .build()
        .unwrap();
    let job = client
        .start(vec![Request::object(BUCKET, "x").unwrap().to_file(&path)])
        .unwrap();
    while job.progress().bytes_done == 0 {
        assert!(!job.wait(Duration::from_millis(1)));
    }
    sandbox.add_object(BUCKET, "x", new.clone());
    job.join();
    match job.result(0).unwrap() {
        Ok(_) => check(&path, &new),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Changed, "{error}");
            assert!(!path.exists());
        }
    }
}

#[test]
fn cookies_that_expire_in_the_middle_are_renewed_once() {
    let sandbox = sandbox();
    let content = Content::synthetic(16 << 20, 3);
    let urn = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
    let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/box.obj");
    sandbox.add_derivative(&urn, &derivative, content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("box.obj");
    let client = builder(&sandbox)
        .part_size(1 << 20)
        .unwrap()
        .build()
        .unwrap();
    let request = Request::derivative(&urn, &derivative)
        .unwrap()
        .minutes_expiration(5)
        .unwrap()
        .to_file(&path);
    let mut rule = Rule::new(Fault::Rate {
        bytes_per_second: 4 << 20,
    });
    rule.matching.origin = Some(Origin::Cdn);
    sandbox.fault(rule);
    let job = client.start(vec![request]).unwrap();
    while job.progress().bytes_done == 0 {
        assert!(!job.wait(Duration::from_millis(1)));
    }
    sandbox.clear_faults();
    // The token lives for an hour; the cookies are over.
    sandbox.advance_clock(Duration::from_secs(6 * 60));
    job.join();
    job.result(0).unwrap().unwrap();
    check(&path, &content);
    let signed = sandbox
        .requests()
        .iter()
        .filter(|request| request.endpoint == "signedcookies")
        .count();
    assert_eq!(signed, 2, "one refresh for all workers");
}

#[test]
fn a_refusal_that_stays_is_an_error_and_not_a_loop() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(1 << 20, 1));
    let mut rule = Rule::new(Fault::Expire);
    rule.matching.origin = Some(Origin::S3);
    sandbox.fault(rule);
    let error = one(
        &client(&sandbox),
        Request::object(BUCKET, "x").unwrap().to_memory(1 << 20),
    )
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expired, "{error}");
    assert!(
        sandbox.requests().len() < 30,
        "{}",
        sandbox.requests().len()
    );
}

#[test]
fn an_expiry_that_is_over_already_is_no_reason_to_sign_all_the_time() {
    let sandbox = sandbox();
    let content = Content::synthetic(3 << 20, 3);
    let urn = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
    let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/box.obj");
    sandbox.add_derivative(&urn, &derivative, content.clone());
    // What a client sees whose clock, or a proxy that changes dates, is wrong.
    let set = [("/expiration".to_owned(), 1000.into())]
        .into_iter()
        .collect();
    let mut rule = Rule::new(Fault::Json { set });
    rule.matching.endpoint = Some("signedcookies".to_owned());
    sandbox.fault(rule);
    let request = Request::derivative(&urn, &derivative)
        .unwrap()
        .to_memory(3 << 20);
    one(&client(&sandbox), request).unwrap();
    let signed = sandbox
        .requests()
        .iter()
        .filter(|request| request.endpoint == "signedcookies")
        .count();
    assert_eq!(signed, 1);
}
