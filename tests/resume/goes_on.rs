//! What is fetched again, and what is not.

use super::*;

#[test]
fn only_the_missing_bytes_are_fetched() {
    let begun = begun();
    let result = begun.download().unwrap();
    assert_eq!(result.resumed_bytes, 3 * MIB);
    assert_eq!(result.bytes, begun.content.len());
    assert_eq!(
        sent(&begun.sandbox, Origin::S3),
        begun.content.len() - 3 * MIB
    );
    begun.check();
}

#[test]
fn it_goes_on_with_any_number_of_connections_and_any_part_size() {
    let begun = begun();
    let client = builder(&begun.sandbox).build().unwrap();
    let job = client.start(vec![begun.request()]).unwrap();
    job.join();
    assert_eq!(job.progress().bytes_done, begun.content.len());
    let result = job.result(0).unwrap().unwrap();
    assert_eq!(result.resumed_bytes, 3 * MIB);
    begun.check();
}

#[test]
fn a_cancelled_download_goes_on() {
    let begun = begun();
    let mut rule = Rule::new(Fault::Stall { at: 400_000 });
    rule.matching.origin = Some(Origin::S3);
    rule.matching.from = Some(3);
    begun.sandbox.fault(rule);
    let client = client(&begun.sandbox);
    let job = client.start(vec![begun.request()]).unwrap();
    until(|| job.progress().bytes_done > 5 * MIB);
    job.cancel();
    job.join();
    let error = job.result(0).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    allow(&begun.sandbox);
    let result = begun.download().unwrap();
    assert!(result.resumed_bytes > 5 * MIB, "{result:?}");
    assert_eq!(
        sent(&begun.sandbox, Origin::S3),
        begun.content.len() - result.resumed_bytes
    );
    begun.check();
}

#[test]
fn whoever_does_not_want_it_begins_anew_and_leaves_nothing() {
    let begun = begun();
    refuse_from(&begun.sandbox, Origin::S3, 3);
    let request = begun.request().resume(false);
    one(&client(&begun.sandbox), request).unwrap_err();
    assert_eq!(sent(&begun.sandbox, Origin::S3), 2 * MIB);
    assert_eq!(names(begun.folder.path()), ["x"]);
    assert_eq!(std::fs::read(&begun.path).unwrap(), b"the old file");
}

#[test]
fn derivatives_go_on_with_new_cookies() {
    let sandbox = sandbox();
    let urn = sandbox.add_design("urn:adsk.objects:os.object:b/x.rvt", "US");
    let content = Content::synthetic(6 * MIB, 3);
    sandbox.add_derivative(&urn, "urn:d/output/x.svf", content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.svf");
    let download = || {
        let request = Request::derivative(&urn, "urn:d/output/x.svf").unwrap();
        one(&client(&sandbox), request.to_file(&path))
    };
    refuse_from(&sandbox, Origin::Cdn, 3);
    download().unwrap_err();
    let text = std::fs::read(journal(&path)).unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    for secret in ["CloudFront", "Policy", "http", "urn:"] {
        assert!(!text.contains(secret), "{text}");
    }
    allow(&sandbox);
    assert_eq!(download().unwrap().resumed_bytes, 2 * MIB);
    assert_eq!(sent(&sandbox, Origin::Cdn), 4 * MIB);
    check(&path, &content);
}

#[test]
fn a_url_goes_on_although_its_signature_is_another() {
    let begun = begun();
    let sign = || {
        let request = Request::object(BUCKET, "x").unwrap();
        let signed = client(&begun.sandbox).sign(&[request], None).pop();
        signed.unwrap().unwrap().url().unwrap().to_owned()
    };
    let path = begun.folder.path().join("by url");
    let download = |url: &str| {
        let request = Request::url(url).unwrap().to_file(&path);
        one(&client(&begun.sandbox), request)
    };
    // Nothing is known of the size before the first reply, which asks for 8 MiB.
    refuse_from(&begun.sandbox, Origin::S3, 2);
    let mut rule = Rule::new(Fault::Truncate { at: 2 * MIB });
    rule.matching.origin = Some(Origin::S3);
    begun.sandbox.fault(rule);
    let first = sign();
    download(&first).unwrap_err();
    allow(&begun.sandbox);
    begun
        .sandbox
        .advance_clock(std::time::Duration::from_secs(5));
    let second = sign();
    assert_ne!(first, second);
    let result = download(&second).unwrap();
    assert!(result.resumed_bytes >= MIB, "{result:?}");
    check(&path, &begun.content);
}

#[test]
fn a_direct_download_goes_on_in_ranges_within_a_run_and_in_the_next() {
    let sandbox = sandbox();
    let urn = sandbox.add_design("urn:adsk.objects:os.object:b/x.rvt", "US");
    let content = Content::synthetic(6 * MIB, 3);
    sandbox.add_derivative(&urn, "urn:d/output/x.svf", content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.svf");
    let download = || {
        let request = Request::derivative(&urn, "urn:d/output/x.svf").unwrap();
        let request = request.direct_download(true).unwrap().to_file(&path);
        one(&client(&sandbox), request)
    };
    let truncate = || {
        let mut rule = Rule::new(Fault::Truncate { at: 2 * MIB });
        rule.matching.origin = Some(Origin::Api);
        rule.matching.nth = Some(1);
        sandbox.fault(rule);
    };
    // What APS calls an ETag here is the same for every version, so it proves nothing: from the beginning.
    truncate();
    download().unwrap();
    check(&path, &content);
    assert!(sent(&sandbox, Origin::Api) > 7 * MIB);
    let date = || {
        let mut rule = Rule::new(Fault::Header {
            name: "Last-Modified".to_owned(),
            value: "Sat, 21 Nov 2026 10:00:00 GMT".to_owned(),
        });
        rule.matching.origin = Some(Origin::Api);
        sandbox.fault(rule);
    };
    allow(&sandbox);
    date();
    truncate();
    download().unwrap();
    check(&path, &content);
    let again = sent(&sandbox, Origin::Api) - content.len();
    assert!(again < MIB, "{again} bytes were sent twice");
    // And across runs.
    allow(&sandbox);
    refuse_from(&sandbox, Origin::Api, 2);
    date();
    truncate();
    download().unwrap_err();
    allow(&sandbox);
    date();
    assert!(download().unwrap().resumed_bytes >= MIB);
    assert!(sent(&sandbox, Origin::Api) <= 5 * MIB);
    check(&path, &content);
}

#[test]
fn a_name_that_leaves_no_room_for_an_ending_is_no_obstacle() {
    let begun = begun();
    let name = "n".repeat(255);
    let path = begun.folder.path().join(&name);
    let download = || {
        let request = Request::object(BUCKET, "x").unwrap().to_file(&path);
        one(&client(&begun.sandbox), request)
    };
    refuse_from(&begun.sandbox, Origin::S3, 3);
    assert_eq!(download().unwrap_err().kind(), ErrorKind::Http);
    allow(&begun.sandbox);
    assert_eq!(download().unwrap().resumed_bytes, 2 * MIB);
    check(&path, &begun.content);
    let left = names(begun.folder.path());
    assert_eq!(
        left,
        [name.as_str(), "x", "x.apsfetch-journal", "x.apsfetch-part"]
    );
}

#[test]
fn a_file_that_is_forced_to_the_disk_goes_on_too() {
    let begun = begun();
    let durable = builder(&begun.sandbox).durable(true).build().unwrap();
    let result = one(&durable, begun.request()).unwrap();
    assert_eq!(result.resumed_bytes, 3 * MIB);
    begun.check();
}
