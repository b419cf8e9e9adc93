//! Download Derivative, deprecated.

use super::*;

#[test]
fn the_direct_download_trusts_the_content_range_and_nothing_else() {
    let world = World::new();
    let content = Content::synthetic(300 << 20, 4);
    let urn = format!("urn:adsk.viewing:fs.file:{}/output/large.obj", world.urn);
    world.sandbox.add_derivative(&world.urn, &urn, content);
    world.sandbox.change_settings(|settings| {
        settings.direct_partial_claims_whole_length = true;
    });
    let folder = tempfile::tempdir().unwrap();
    let request = Request::derivative(&world.urn, &urn)
        .unwrap()
        .direct_download(true)
        .unwrap()
        .to_file(folder.path().join("large.obj"));
    let result = world.client().download(vec![request], |_| true).unwrap();
    assert_eq!(result[0].as_ref().unwrap().bytes, 300 << 20);
}

#[test]
fn the_direct_download_is_opt_in_and_renews_its_token() {
    let world = World::new();
    let error = sign(
        &world.client(),
        &world.derivative().direct_download(true).unwrap(),
    )
    .unwrap_err();
    assert_eq!(kind(&error), ErrorKind::Unsupported);
    let info = world.sandbox.info();
    let client = Client::builder()
        .base_url(&info.api)
        .unwrap()
        .client_credentials(&info.client_id, &info.client_secret, ALL_SCOPES)
        .unwrap()
        .build()
        .unwrap();
    let request = || {
        world
            .derivative()
            .direct_download(true)
            .unwrap()
            .to_memory(1658)
    };
    client.download(vec![request()], |_| true).unwrap()[0]
        .as_ref()
        .unwrap();
    world.sandbox.revoke_tokens();
    client.download(vec![request()], |_| true).unwrap()[0]
        .as_ref()
        .unwrap();
    assert!(
        world
            .sandbox
            .requests()
            .iter()
            .all(|request| request.origin == Origin::Api)
    );
}
