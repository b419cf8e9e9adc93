//! Every size and every source.

use super::*;

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
fn an_address_for_a_single_use_is_not_left_when_the_service_asks_for_fewer_connections() {
    let sandbox = sandbox();
    let folder = tempfile::tempdir().unwrap();
    let mut requests = Vec::new();
    for (index, size) in [1 << 20, 300_000, 300_000, 300_000].into_iter().enumerate() {
        let key = index.to_string();
        sandbox.add_object(BUCKET, &key, Content::synthetic(size, 5));
        let mut request = Request::object(BUCKET, &key).unwrap();
        if index == 0 {
            request = request
                .signing(ObjectSigning::SignedUrl)
                .and_then(|request| request.single_use(true))
                .unwrap();
        }
        requests.push(request.to_file(folder.path().join(&key)));
    }
    // The first one is at the end of a block before the others are, and they have all begun.
    for (origin, bytes_per_second) in [(Origin::Api, 2_000_000), (Origin::S3, 400_000)] {
        sandbox.fault(of(origin, Fault::Rate { bytes_per_second }));
    }
    let mut busy = of(
        Origin::S3,
        Fault::Status {
            status: 503,
            body: String::new(),
            headers: [("Retry-After".into(), "1".into())].into(),
        },
    );
    busy.matching.times = Some(1);
    let busy = sandbox.fault(busy);
    for result in client(&sandbox).download(requests, |_| true).unwrap() {
        result.unwrap();
    }
    assert_eq!(sandbox.fault_count(busy), Some(1));
    check(&folder.path().join("0"), &Content::synthetic(1 << 20, 5));
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
