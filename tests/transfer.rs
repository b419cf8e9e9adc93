//! A download is byte-exact or an error, whatever the size, the source and the server's manner.

use std::path::Path;
use std::time::Duration;

use apsfetch::{
    Client, ClientBuilder, ErrorKind, ExistingFile, ItemResult, ItemStatus, ObjectSigning, Request,
    Result, Verification,
};
use apsfetch_sandbox::{Content, Fault, Match, Origin, Rule, Sandbox};

const PART: u64 = 256 * 1024;
const BUCKET: &str = "transfer-tests";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    sandbox.add_bucket(BUCKET);
    sandbox
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder()
        .base_url(&sandbox.info().api)
        .unwrap()
        .proxy("")
        .unwrap()
        .access_token(&sandbox.access_token("data:read data:write viewables:read"))
        .unwrap()
}

fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

fn one(client: &Client, request: Request) -> Result<ItemResult> {
    client
        .download(vec![request], |_| true)
        .unwrap()
        .pop()
        .unwrap()
}

fn check(path: &Path, content: &Content) {
    let mut file = std::fs::File::open(path).unwrap();
    assert_eq!(file.metadata().unwrap().len(), content.len());
    let (mut ours, mut theirs) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    let mut at = 0;
    while at < content.len() {
        let read = std::io::Read::read(&mut file, &mut ours).unwrap();
        assert!(read > 0);
        assert_eq!(content.read_at(at, &mut theirs[..read]).unwrap(), read);
        assert!(ours[..read] == theirs[..read], "bytes differ behind {at}");
        at += read as u64;
    }
}

fn part_files(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("apsfetch-part"))
        .collect()
}

#[test]
fn every_size_around_a_part_is_byte_exact() {
    let sandbox = sandbox();
    let folder = tempfile::tempdir().unwrap();
    let client = builder(&sandbox).part_size(PART).unwrap().build().unwrap();
    let sizes = [
        0,
        1,
        2,
        PART - 1,
        PART,
        PART + 1,
        3 * PART,
        7 * PART + 12345,
    ];
    let requests = sizes
        .iter()
        .map(|size| {
            let key = format!("{size}.bin");
            sandbox.add_object(BUCKET, &key, Content::synthetic(*size, *size));
            Request::object(BUCKET, &key)
                .unwrap()
                .to_file(folder.path().join(&key))
        })
        .collect();
    for (size, result) in sizes
        .iter()
        .zip(client.download(requests, |_| true).unwrap())
    {
        let result = result.unwrap();
        assert_eq!(result.bytes, *size);
        assert_eq!(result.verification, Verification::Sha1);
        assert_eq!(result.parts, size.div_ceil(PART), "{size}");
        check(
            result.path.as_deref().unwrap(),
            &Content::synthetic(*size, *size),
        );
    }
    let ranges: Vec<_> = sandbox
        .requests()
        .into_iter()
        .filter(|request| request.origin == Origin::S3)
        .collect();
    // Zero bytes are never asked for: servers disagree on what a range of nothing is.
    assert!(ranges.iter().all(|request| request.range.is_some()));
    assert!(ranges.iter().all(|request| request.status == 206));
    assert!(part_files(folder.path()).is_empty());
}

#[test]
fn several_gigabytes_in_parallel_ranges() {
    let sandbox = sandbox();
    // Beyond 4 GiB, so that an offset of 32 bits anywhere would show; sparse, so that no disk is needed for it.
    let size = (4 << 30) + 4321;
    let content = Content::synthetic(size, 11);
    sandbox.add_object(BUCKET, "huge", content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge");
    let result = one(
        &client(&sandbox),
        Request::object(BUCKET, "huge").unwrap().to_file(&path),
    )
    .unwrap();
    assert_eq!(result.bytes, size);
    assert!(result.parts >= 8, "{result:?}");
    check(&path, &content);
}

#[test]
fn a_derivative_comes_by_signed_cookies() {
    let sandbox = sandbox();
    let content = Content::synthetic(20 << 20, 3);
    let urn = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
    let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/a b+ü/box.obj");
    sandbox.add_derivative(&urn, &derivative, content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("box.obj");
    let request = Request::derivative(&urn, &derivative)
        .unwrap()
        .to_file(&path);
    let result = one(&client(&sandbox), request).unwrap();
    check(&path, &content);
    assert_eq!(result.verification, Verification::Size);
    for request in sandbox.requests() {
        let secret = request.header("authorization").is_some();
        let cookies = request.header("cookie").is_some();
        match request.origin {
            Origin::Api => assert!(secret && !cookies),
            _ => assert!(cookies && !secret, "{request:?}"),
        }
    }
}

#[test]
fn every_way_to_sign_gives_the_same_bytes() {
    let sandbox = sandbox();
    let content = Content::synthetic(3 << 20, 5);
    let folder = tempfile::tempdir().unwrap();
    let client = client(&sandbox);
    let key = "a b+c#d%e/f?ü.bin";
    sandbox.add_object(BUCKET, key, content.clone());
    sandbox.add_object(BUCKET, "unmerged", content.clone());
    sandbox
        .set_chunks(BUCKET, "unmerged", &[1 << 20, 12345, (2 << 20) - 12345])
        .unwrap();
    let object = |key| Request::object(BUCKET, key).unwrap();
    let requests = [
        object(key),
        object(key).use_cdn(true).unwrap(),
        object(key)
            .signing(ObjectSigning::SignedS3Download)
            .unwrap(),
        object(key).signing(ObjectSigning::SignedUrl).unwrap(),
        object(key)
            .signing(ObjectSigning::SignedUrl)
            .unwrap()
            .use_cdn(true)
            .unwrap(),
        object(key)
            .signing(ObjectSigning::SignedUrl)
            .unwrap()
            .single_use(true)
            .unwrap(),
        object("unmerged"),
        object("unmerged").public_resource_fallback(true).unwrap(),
        object("unmerged")
            .signing(ObjectSigning::SignedS3Download)
            .unwrap(),
    ];
    let requests = requests
        .into_iter()
        .enumerate()
        .map(|(index, request)| request.to_file(folder.path().join(index.to_string())))
        .collect();
    for (index, result) in client
        .download(requests, |_| true)
        .unwrap()
        .into_iter()
        .enumerate()
    {
        let result = result.unwrap_or_else(|error| panic!("{index}: {error}"));
        assert_eq!(result.bytes, content.len(), "{index}");
        check(&folder.path().join(index.to_string()), &content);
    }
}

#[test]
fn the_direct_download_is_whole_when_it_fits_and_in_ranges_above_256_mb() {
    let sandbox = sandbox();
    let urn = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
    let client = client(&sandbox);
    let folder = tempfile::tempdir().unwrap();
    for (name, size) in [("small.obj", 1 << 20), ("large.obj", 300 << 20)] {
        let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/{name}");
        let content = Content::synthetic(size, 9);
        sandbox.add_derivative(&urn, &derivative, content.clone());
        sandbox.clear_requests();
        let path = folder.path().join(name);
        let request = Request::derivative(&urn, &derivative)
            .unwrap()
            .direct_download(true)
            .unwrap()
            .to_file(&path);
        one(&client, request).unwrap();
        check(&path, &content);
        let requests = sandbox.requests();
        assert!(requests.iter().all(|request| request.origin == Origin::Api));
        assert_eq!(requests[0].range, None, "whole first");
        assert_eq!(requests[0].status, if size > 256 << 20 { 413 } else { 200 });
        if size > 256 << 20 {
            let ranges: Vec<_> = requests
                .iter()
                .filter_map(|request| request.range.as_deref())
                .collect();
            assert!(ranges.contains(&"bytes=0-8388607"), "from the beginning");
            assert!(
                ranges.iter().any(|range| range.ends_with('-')),
                "to the end"
            );
        }
    }
}

#[test]
fn the_direct_download_in_ranges_when_the_size_is_known() {
    let sandbox = sandbox();
    let urn = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
    let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/box.obj");
    let content = Content::synthetic(20 << 20, 9);
    sandbox.add_derivative(&urn, &derivative, content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("box.obj");
    let request = Request::derivative(&urn, &derivative)
        .unwrap()
        .direct_download(true)
        .unwrap()
        .size(content.len())
        .to_file(&path);
    let result = one(&client(&sandbox), request).unwrap();
    check(&path, &content);
    assert!(result.parts > 1);
    let requests = sandbox.requests();
    assert!(requests.iter().all(|request| request.status == 206));
}

#[test]
fn a_plain_url_of_unknown_size_is_discovered_by_its_first_part() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let folder = tempfile::tempdir().unwrap();
    for size in [0u64, 1, 8 << 20, (8 << 20) + 1, 30 << 20] {
        let content = Content::synthetic(size, size);
        sandbox.add_object(BUCKET, "x", content.clone());
        let signed = client
            .sign(&[Request::object(BUCKET, "x").unwrap()], None)
            .pop()
            .unwrap()
            .unwrap();
        sandbox.clear_requests();
        let path = folder.path().join("x");
        let request = Request::url(signed.url().unwrap()).unwrap().to_file(&path);
        let result = one(&client, request).unwrap();
        assert_eq!(result.bytes, size);
        check(&path, &content);
        assert!(
            sandbox
                .requests()
                .iter()
                .all(|request| request.method == "GET"),
            "no HEAD is spent"
        );
    }
}

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
                Request::object(BUCKET, "slow").unwrap().to_file(&path),
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
