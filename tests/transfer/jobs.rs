//! Targets, several items, and cancelling.

use super::*;

#[test]
fn a_job_goes_on_when_one_item_fails() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "good", Content::synthetic(1 << 20, 1));
    let folder = tempfile::tempdir().unwrap();
    let to = |key: &str| {
        Request::object(BUCKET, key)
            .unwrap()
            .to_file(folder.path().join(key))
    };
    let mut last = None;
    let results = client(&sandbox)
        .download(vec![to("missing"), to("good")], |progress| {
            last = Some(*progress);
            true
        })
        .unwrap();
    let error = results[0].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert!(error.message().contains("missing"), "{error}");
    assert!(results[1].is_ok());
    let last = last.unwrap();
    assert_eq!((last.items_finished, last.items_failed), (2, 1));
    assert_eq!(last.bytes_done, 1 << 20);
}

#[test]
fn a_file_that_is_done_belongs_to_the_host_while_its_job_lives() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::bytes("new"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let request = Request::object(BUCKET, "x").unwrap().to_file(&path);
    let client = client(&sandbox);
    let job = client.start(vec![request]).unwrap();
    assert!(job.wait(Duration::from_secs(30)));
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.try_lock().expect("nobody else has it");
    drop(job);
}

#[test]
fn existing_files_are_replaced_kept_or_an_error() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::bytes("new"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, b"old").unwrap();
    let client = client(&sandbox);
    let request = |existing| {
        Request::object(BUCKET, "x")
            .unwrap()
            .to_file(&path)
            .existing_file(existing)
    };
    let kept = one(&client, request(ExistingFile::Keep)).unwrap();
    assert_eq!(kept.status, ItemStatus::Kept);
    let error = one(&client, request(ExistingFile::Fail)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileExists);
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    one(&client, request(ExistingFile::Replace)).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"new");
}

#[test]
fn what_is_not_modified_is_left_alone() {
    let sandbox = sandbox();
    let content = Content::bytes("new");
    sandbox.add_object(BUCKET, "x", content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, b"old").unwrap();
    for signing in [ObjectSigning::Batch, ObjectSigning::SignedS3Download] {
        let request = Request::object(BUCKET, "x")
            .unwrap()
            .signing(signing)
            .unwrap()
            .if_modified_since("Wed, 01 Jan 2098 00:00:00 GMT")
            .unwrap()
            .to_file(&path);
        let result = one(&client(&sandbox), request).unwrap();
        assert_eq!(result.status, ItemStatus::NotModified);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
    }
}

#[test]
fn small_files_can_go_to_memory() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::bytes("some bytes"));
    let client = client(&sandbox);
    let request = Request::object(BUCKET, "x").unwrap();
    let result = one(&client, request.clone().to_memory(10)).unwrap();
    assert_eq!(result.data.unwrap().as_slice(), b"some bytes");
    assert_eq!(result.path, None);
    let error = one(&client, request.to_memory(9)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Resource, "{error}");
}

#[test]
fn cancel_ends_a_job_at_once_and_leaves_nothing() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "slow", Content::synthetic(64 << 20, 1));
    sandbox.add_object(BUCKET, "small", Content::bytes("x"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slow");
    let client = client(&sandbox);
    // While the servers say nothing at all, and in the middle of their answers.
    for fault in [Fault::Hang, Fault::Stall { at: 300_000 }] {
        let has_begun = |job: &apsfetch::Job| match fault {
            Fault::Hang => {
                let requests = sandbox.requests();
                requests.iter().any(|request| request.origin == Origin::S3)
            }
            _ => job.progress().bytes_done >= 8 * 256 * 1024,
        };
        sandbox.clear_requests();
        let mut rule = Rule::new(fault.clone());
        rule.matching.origin = Some(Origin::S3);
        sandbox.fault(rule);
        let job = client
            .start(vec![
                Request::object(BUCKET, "slow")
                    .unwrap()
                    .to_file(&path)
                    .resume(false),
            ])
            .unwrap();
        while !has_begun(&job) {
            assert!(!job.wait(Duration::from_millis(1)));
        }
        job.cancel();
        assert!(
            job.wait(Duration::from_secs(5)),
            "ends without the servers' help"
        );
        assert_eq!(
            job.result(0).unwrap().unwrap_err().kind(),
            ErrorKind::Cancelled
        );
        assert!(!path.exists());
        assert!(part_files(folder.path()).is_empty());
        // The client is as good as before.
        sandbox.clear_faults();
        one(
            &client,
            Request::object(BUCKET, "small").unwrap().to_memory(1),
        )
        .unwrap();
    }
}

#[test]
fn two_downloads_to_one_target_never_mix() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(1 << 20, 1));
    let mut rule = Rule::new(Fault::Stall { at: 1000 });
    rule.matching.origin = Some(Origin::S3);
    sandbox.fault(rule);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let request = || Request::object(BUCKET, "x").unwrap().to_file(&path);
    let (first, second) = (client(&sandbox), client(&sandbox));
    let job = first.start(vec![request()]).unwrap();
    while job.progress().connections == 0 {
        assert!(!job.wait(Duration::from_millis(1)));
    }
    let error = one(&second, request()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    let twice = second.start(vec![request(), request()]).unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::InvalidArgument, "{twice}");
}

#[test]
fn nothing_is_sent_for_a_bad_request() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let no_target = client
        .start(vec![Request::object(BUCKET, "x").unwrap()])
        .unwrap_err();
    assert_eq!(no_target.kind(), ErrorKind::InvalidArgument);
    let no_folder = one(
        &client,
        Request::object(BUCKET, "x")
            .unwrap()
            .to_file("/nonexistent-folder/x"),
    );
    assert!(no_folder.is_err());
    assert!(Request::object("B", "x").is_err());
    assert!(Request::url("http://example.com/x").is_err());
    assert!(
        Request::object(BUCKET, "x")
            .unwrap()
            .minutes_expiration(61)
            .is_err()
    );
    assert!(client.download(Vec::new(), |_| true).unwrap().is_empty());
}

#[test]
fn a_job_whose_connections_all_hang_does_not_hold_up_another() {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "hangs", Content::synthetic(8 << 20, 1));
    sandbox.add_object(BUCKET, "small", Content::bytes("x"));
    let mut rule = Rule::new(Fault::Hang);
    rule.matching.origin = Some(Origin::S3);
    rule.matching.path_contains = Some("hangs".to_owned());
    sandbox.fault(rule);
    let client = builder(&sandbox)
        .max_connections(2)
        .unwrap()
        .build()
        .unwrap();
    let request = |key: &str| Request::object(BUCKET, key).unwrap().to_memory(8 << 20);
    let hanging = client.start(vec![request("hangs")]).unwrap();
    while hanging.progress().connections < 2 {
        assert!(!hanging.wait(Duration::from_millis(1)));
    }
    assert_eq!(one(&client, request("small")).unwrap().bytes, 1);
    assert!(!hanging.is_finished());
}
