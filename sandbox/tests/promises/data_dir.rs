//! `--data DIR`: own files as designs and objects.

use crate::client::{Client, encode, get};
use apsfetch_sandbox::Sandbox;

#[test]
fn files_become_derivatives_and_objects() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    write("designs/Büro 1.rvt/obj/büro.obj", &large);
    write("designs/Büro 1.rvt/thumb.png", b"png");
    write("buckets/my-bucket/a/b c+d.txt", b"text");
    write("buckets/my-bucket/empty", b"");

    let client = Client::of(Sandbox::builder().data_dir(folder.path()).start().unwrap());
    let info = client.sandbox.info();
    assert_eq!(
        (info.designs.len(), info.buckets.len()),
        (1, 1),
        "no samples beside one's own files"
    );
    let design = client.design("Büro 1.rvt");
    assert_eq!(
        design.source_urn,
        "urn:adsk.objects:os.object:apsfetch-sandbox-data/Büro 1.rvt"
    );
    let urn = format!(
        "urn:adsk.viewing:fs.file:{}/output/obj/büro.obj",
        design.urn
    );
    assert_eq!(design.derivatives[0].urn, urn);

    let path = format!(
        "/modelderivative/v2/designdata/{}/manifest/{}/signedcookies",
        design.urn,
        encode(&urn)
    );
    let signed = client.get(&path);
    let url = signed.json()["url"].as_str().unwrap().to_owned();
    assert!(get(&url, &[("cookie", &signed.cookies())]).body == large);
    let part = get(
        &url,
        &[
            ("cookie", &signed.cookies()),
            ("range", "bytes=1000000-1999999"),
        ],
    );
    assert!(part.body == large[1_000_000..2_000_000]);

    let body = serde_json::json!({ "requests": [{ "objectKey": "a/b c+d.txt" }, { "objectKey": "empty" }] });
    let results = client
        .post(
            "/oss/v2/buckets/my-bucket/objects/batchsigneds3download",
            &body,
        )
        .json();
    let url = results["results"]["a/b c+d.txt"]["url"].as_str().unwrap();
    let answer = get(url, &[]);
    assert_eq!(
        (answer.body.as_slice(), answer.header("content-type")),
        (b"text".as_slice(), Some("text/plain"))
    );
    assert_eq!(
        get(results["results"]["empty"]["url"].as_str().unwrap(), &[]).body,
        b""
    );
}

#[test]
fn a_folder_that_cannot_be_served_is_an_error() {
    let error = Sandbox::builder()
        .data_dir("/no/such/folder")
        .start()
        .err()
        .unwrap();
    assert!(error.to_string().contains("/no/such/folder"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("buckets/Not A Key")).unwrap();
    let error = Sandbox::builder()
        .data_dir(folder.path())
        .start()
        .err()
        .unwrap();
    assert!(error.to_string().contains("Not A Key"), "{error}");
}
