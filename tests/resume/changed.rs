//! The file on the server is another one now, or nobody can tell.

use super::*;

#[test]
fn another_version_is_fetched_from_its_beginning() {
    // Another size; the same size; the same size and nothing but the ETag of the replies to tell.
    for (size, by_reply_only) in [(9 * MIB, false), (8 * MIB + 5, false), (8 * MIB + 5, true)] {
        let hide = |sandbox: &Sandbox| {
            if by_reply_only {
                let mut rule = Rule::new(Fault::Json {
                    set: [
                        ("/results/x/etag".to_owned(), serde_json::Value::Null),
                        ("/results/x/sha1".to_owned(), serde_json::Value::Null),
                    ]
                    .into(),
                });
                rule.matching.origin = Some(Origin::Api);
                sandbox.fault(rule);
            }
        };
        let mut begun = begun_with(hide);
        begun.content = Content::synthetic(size, 8);
        begun.sandbox.add_object(BUCKET, "x", begun.content.clone());
        hide(&begun.sandbox);
        let result = begun.download().unwrap();
        assert_eq!(result.resumed_bytes, 0, "{size} {by_reply_only}");
        begun.check();
    }
}

#[test]
fn a_server_that_does_not_say_which_version_it_sends_proves_nothing() {
    let strip = |sandbox: &Sandbox| {
        for name in ["ETag", "Last-Modified"] {
            let mut rule = Rule::new(Fault::Header {
                name: name.to_owned(),
                value: String::new(),
            });
            rule.matching.origin = Some(Origin::S3);
            sandbox.fault(rule);
        }
    };
    let begun = begun();
    let signed = client(&begun.sandbox)
        .sign(&[Request::object(BUCKET, "x").unwrap()], None)
        .pop()
        .unwrap()
        .unwrap();
    let path = begun.folder.path().join("y");
    let download = || {
        let request = Request::url(signed.url().unwrap()).unwrap().to_file(&path);
        one(&client(&begun.sandbox), request.size(8 * MIB + 5))
    };
    // Never said: nothing is kept.
    strip(&begun.sandbox);
    refuse_from(&begun.sandbox, Origin::S3, 4);
    download().unwrap_err();
    assert!(!part(&path).exists() && !journal(&path).exists());
    // Said at first, and not any more.
    allow(&begun.sandbox);
    refuse_from(&begun.sandbox, Origin::S3, 4);
    download().unwrap_err();
    assert!(journal(&path).exists());
    allow(&begun.sandbox);
    strip(&begun.sandbox);
    let result = download().unwrap();
    assert_eq!(result.resumed_bytes, 0);
    check(&path, &begun.content);
}

#[test]
fn another_source_does_not_go_on_with_the_bytes_of_this_one() {
    let begun = begun();
    let other = Content::synthetic(8 * MIB + 5, 9);
    begun.sandbox.add_object(BUCKET, "y", other.clone());
    let request = Request::object(BUCKET, "y").unwrap().to_file(&begun.path);
    let result = one(&client(&begun.sandbox), request).unwrap();
    assert_eq!(result.resumed_bytes, 0);
    check(&begun.path, &other);
    assert_eq!(names(begun.folder.path()), ["x"]);
}

#[test]
fn what_failed_for_good_is_not_kept() {
    let begun = begun();
    let wrong = begun.request().sha1(&"0".repeat(40)).unwrap();
    let error = one(&client(&begun.sandbox), wrong).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Integrity);
    assert_eq!(names(begun.folder.path()), ["x"]);
    assert_eq!(std::fs::read(&begun.path).unwrap(), b"the old file");
}
