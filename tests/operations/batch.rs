//! Batch Get S3 Download URLs, and the same for one object.

use super::*;

#[test]
fn batch_parameters_are_sent_and_their_values_come_back() {
    let world = World::new();
    for signing in [ObjectSigning::Batch, ObjectSigning::SignedS3Download] {
        let request = object("x")
            .signing(signing)
            .unwrap()
            .minutes_expiration(60)
            .unwrap()
            .response_content_type("text/plain")
            .unwrap()
            .response_content_disposition("attachment; filename=\"y.txt\"")
            .unwrap()
            .response_cache_control("no-store")
            .unwrap();
        let signed = sign(&world.client(), &request).unwrap();
        assert_eq!(signed.status(), SignedStatus::Complete);
        assert_eq!(signed.content_type(), Some("text/plain"));
        assert_eq!(
            signed.content_disposition(),
            Some("attachment; filename=\"y.txt\"")
        );
        assert_eq!(signed.cache_control(), Some("no-store"));
        assert_eq!(signed.size(), Some(12));
        assert_eq!(
            signed.sha1(),
            Some(Content::bytes("content of x").sha1_hex().unwrap().as_str())
        );
        assert!(signed.url().unwrap().contains("X-Amz-Expires=3600"));
        assert!(world.last_target().contains("minutesExpiration=60"));
        let cdn = sign(
            &world.client(),
            &object("x").signing(signing).unwrap().use_cdn(true).unwrap(),
        );
        assert!(
            cdn.unwrap()
                .url()
                .unwrap()
                .starts_with(&world.sandbox.info().cdn)
        );
    }
}

#[test]
fn batch_statuses_complete_chunked_fallback_skipped_and_error() {
    let world = World::new();
    let content = Content::synthetic(3 << 20, 6);
    world
        .sandbox
        .add_object(BUCKET, "unmerged", content.clone());
    world
        .sandbox
        .set_chunks(BUCKET, "unmerged", &[1 << 20, 2 << 20])
        .unwrap();
    let future = "Wed, 01 Jan 2098 00:00:00 GMT";
    let requests = [
        object("x"),
        object("unmerged"),
        object("x").if_modified_since(future).unwrap(),
        object("none"),
        object("x")
            .response_content_type("text/html")
            .unwrap()
            .response_content_disposition("inline")
            .unwrap(),
    ];
    let answers = world.client().sign(&requests, None);
    let statuses: Vec<_> = answers
        .iter()
        .map(|answer| answer.as_ref().unwrap().status())
        .collect();
    assert_eq!(
        statuses,
        [
            SignedStatus::Complete,
            SignedStatus::Chunked,
            SignedStatus::Skipped,
            SignedStatus::Error,
            SignedStatus::Error
        ]
    );
    let chunked = answers[1].as_ref().unwrap();
    let bounds: Vec<_> = chunked
        .chunks()
        .iter()
        .map(|chunk| (chunk.start(), chunk.end()))
        .collect();
    assert_eq!(bounds, [(0, 1 << 20), (1 << 20, 3 << 20)]);
    assert_eq!(answers[2].as_ref().unwrap().reason(), Some("Not modified"));
    assert!(answers[3].as_ref().unwrap().reason().is_some());
    let fallback = object("unmerged").public_resource_fallback(true).unwrap();
    let signed = sign(&world.client(), &fallback).unwrap();
    assert_eq!(signed.status(), SignedStatus::Fallback);
    assert!(signed.url().is_some());
    // An item in error fails with APS's reason.
    let failed = world
        .client()
        .download(vec![requests[4].clone().to_memory(100)], |_| true)
        .unwrap();
    let error = failed[0].as_ref().unwrap_err();
    assert_eq!(kind(error), ErrorKind::Refused);
    assert!(
        error.message().contains("Inline executable content"),
        "{error}"
    );
}

#[test]
fn if_none_match_skips_what_is_the_same() {
    let world = World::new();
    let etag = Content::bytes("content of x").sha1_hex().unwrap();
    for signing in [ObjectSigning::Batch, ObjectSigning::SignedS3Download] {
        let request = object("x").signing(signing).unwrap();
        let same = sign(
            &world.client(),
            &request.clone().if_none_match(&etag).unwrap(),
        )
        .unwrap();
        assert_eq!(same.status(), SignedStatus::Skipped);
        let other = sign(&world.client(), &request.if_none_match("other").unwrap()).unwrap();
        assert_eq!(other.status(), SignedStatus::Complete);
    }
    let error = object("x").if_modified_since("yesterday").unwrap_err();
    assert_eq!(kind(&error), ErrorKind::InvalidArgument);
}

#[test]
fn keys_with_every_kind_of_character_and_answers_in_both_forms() {
    let world = World::new();
    let keys = [
        "a b.bin",
        "a+b.bin",
        "a#b",
        "100%.bin",
        "a%2Fb",
        "f/g/h.bin",
        "Grüße/日本.bin",
        "q?.bin",
    ];
    for key in keys {
        world
            .sandbox
            .add_object(BUCKET, key, Content::bytes(key.as_bytes().to_vec()));
    }
    for encoded in [false, true] {
        world
            .sandbox
            .change_settings(|settings| settings.encoded_batch_keys = encoded);
        for signing in [
            ObjectSigning::Batch,
            ObjectSigning::SignedS3Download,
            ObjectSigning::SignedUrl,
        ] {
            let requests = keys
                .iter()
                .map(|key| object(key).signing(signing).unwrap().to_memory(100))
                .collect();
            let results = world.client().download(requests, |_| true).unwrap();
            for (key, result) in keys.iter().zip(results) {
                let result = result.unwrap_or_else(|error| panic!("{key}: {error}"));
                assert_eq!(result.data.unwrap().as_slice(), key.as_bytes());
            }
        }
    }
}

#[test]
fn more_than_25_objects_and_one_key_twice() {
    let world = World::new();
    let mut requests: Vec<_> = (0..60)
        .map(|index| {
            let key = format!("many/{index}");
            world
                .sandbox
                .add_object(BUCKET, &key, Content::bytes(key.as_bytes().to_vec()));
            object(&key)
        })
        .collect();
    requests.push(
        object("many/0")
            .response_content_type("text/plain")
            .unwrap(),
    );
    let answers = world.client().sign(&requests, None);
    assert!(answers.iter().all(|answer| answer.is_ok()));
    // The same key with another parameter got its own answer.
    let types: Vec<_> = [&answers[0], &answers[60]]
        .iter()
        .map(|answer| answer.as_ref().unwrap().content_type().unwrap().to_owned())
        .collect();
    assert_ne!(types[0], types[1]);
    assert_eq!(types[1], "text/plain");
    let calls = world.sandbox.requests().len();
    assert_eq!(
        calls, 3,
        "25 + 25 + 11: the second form of the key fits the last call"
    );
}

#[test]
fn a_chunk_map_that_does_not_add_up_is_refused() {
    let world = World::new();
    world
        .sandbox
        .add_object(BUCKET, "unmerged", Content::synthetic(3 << 20, 6));
    world
        .sandbox
        .set_chunks(BUCKET, "unmerged", &[1 << 20, 2 << 20])
        .unwrap();
    let set = [("/results/unmerged/size".to_owned(), 1.into())]
        .into_iter()
        .collect();
    world.fault("batchsigneds3download", None, Fault::Json { set });
    let error = sign(&world.client(), &object("unmerged")).unwrap_err();
    assert_eq!(kind(&error), ErrorKind::BadResponse, "{error}");
}

#[test]
fn answers_that_are_not_json_or_too_large_are_survived() {
    let world = World::new();
    for body in ["<html>login</html>", "", "[[[[", "{\"results\": 5}"] {
        world.sandbox.clear_faults();
        world.fault(
            "batchsigneds3download",
            None,
            Fault::Status {
                status: 200,
                body: body.to_owned(),
                headers: Default::default(),
            },
        );
        let error = sign(&world.client(), &object("x")).unwrap_err();
        assert_eq!(kind(&error), ErrorKind::BadResponse, "{body}: {error}");
    }
    world.sandbox.clear_faults();
    // By GET: a server that answers before it has read a request's body may reset the connection with the answer.
    world.fault(
        "signeds3download",
        None,
        Fault::Status {
            status: 200,
            body: format!("\"{}\"", "x".repeat(9 << 20)),
            headers: Default::default(),
        },
    );
    let request = object("x")
        .signing(ObjectSigning::SignedS3Download)
        .unwrap();
    let error = sign(&world.client(), &request).unwrap_err();
    assert_eq!(kind(&error), ErrorKind::BadResponse);
    assert!(error.message().contains("8 MB"), "{error}");
}
