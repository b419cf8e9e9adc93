//! Create Signed URL.

use super::*;

#[test]
fn signed_urls_with_every_parameter() {
    let world = World::new();
    let client = world.client();
    for (access, name) in [
        (Access::Read, "read"),
        (Access::Write, "write"),
        (Access::ReadWrite, "readwrite"),
    ] {
        let options = SignedUrlOptions {
            access,
            minutes_expiration: Some(30),
            single_use: true,
            ..SignedUrlOptions::default()
        };
        let signed = client
            .create_signed_url(BUCKET, "x", &options, None)
            .unwrap();
        assert!(signed.is_single_use());
        let life = signed
            .expires_at()
            .unwrap()
            .duration_since(world.sandbox.now())
            .unwrap();
        assert!(life <= Duration::from_secs(30 * 60) && life > Duration::from_secs(29 * 60));
        assert!(world.last_target().contains(&format!("access={name}")));
        assert!(!format!("{signed:?}").contains(signed.url()));
    }
    let options = SignedUrlOptions {
        use_cdn: true,
        ..SignedUrlOptions::default()
    };
    let signed = client
        .create_signed_url(BUCKET, "x", &options, None)
        .unwrap();
    assert!(signed.url().starts_with(&world.sandbox.info().cdn));
    assert!(!signed.is_single_use());
    let missing = client
        .create_signed_url(BUCKET, "none", &SignedUrlOptions::default(), None)
        .unwrap_err();
    assert_eq!(kind(&missing), ErrorKind::NotFound);
    let read_only = world.builder("data:read").build().unwrap();
    let error = read_only
        .create_signed_url(BUCKET, "x", &SignedUrlOptions::default(), None)
        .unwrap_err();
    assert_eq!(kind(&error), ErrorKind::Forbidden);
    let zero = SignedUrlOptions {
        minutes_expiration: Some(0),
        ..SignedUrlOptions::default()
    };
    let error = client
        .create_signed_url(BUCKET, "x", &zero, None)
        .unwrap_err();
    assert_eq!(kind(&error), ErrorKind::InvalidArgument);
}

#[test]
fn a_single_use_url_is_fetched_by_one_plain_get() {
    let world = World::new();
    let request = object("x")
        .signing(ObjectSigning::SignedUrl)
        .unwrap()
        .single_use(true)
        .unwrap()
        .to_memory(100);
    world.client().download(vec![request], |_| true).unwrap()[0]
        .as_ref()
        .unwrap();
    let gets: Vec<_> = world
        .sandbox
        .requests()
        .into_iter()
        .filter(|request| request.endpoint == "signedresource")
        .collect();
    assert_eq!(gets.len(), 1);
    assert_eq!((gets[0].method.as_str(), &gets[0].range), ("GET", &None));
    assert_eq!(gets[0].header("authorization"), None);
}
