//! Refusals and failures, the same for every operation.

use super::*;

#[test]
fn details_refusals_have_their_kinds() {
    let world = World::new();
    let details = |client: &Client, request: &Request| {
        let error = client.details(request, Duration::ZERO, None).unwrap_err();
        (error.kind(), error.http_status())
    };
    for (client, kind, status) in clients(&world) {
        assert_eq!(details(&client, &world.derivative()), (kind, Some(status)));
    }
    let missing = Request::derivative(&world.urn, "urn:adsk.viewing:fs.file:x/none").unwrap();
    assert_eq!(
        details(&world.client(), &missing),
        (ErrorKind::NotFound, Some(404))
    );
    let malformed = Request::derivative("A", &world.derivative).unwrap();
    assert_eq!(
        details(&world.client(), &malformed),
        (ErrorKind::Http, Some(400))
    );
}

#[test]
fn direct_download_refusals_have_their_kinds() {
    let world = World::new();
    let direct = |client: &Client, request: Request| {
        let request = request.direct_download(true).unwrap().to_memory(2000);
        let error = client
            .download(vec![request], |_| true)
            .unwrap()
            .remove(0)
            .unwrap_err();
        (error.kind(), error.http_status())
    };
    for (client, kind, status) in clients(&world) {
        assert_eq!(direct(&client, world.derivative()), (kind, Some(status)));
    }
    let missing = Request::derivative(&world.urn, "urn:adsk.viewing:fs.file:x/none").unwrap();
    assert_eq!(
        direct(&world.client(), missing),
        (ErrorKind::NotFound, Some(404))
    );
    let malformed = Request::derivative("A", &world.derivative).unwrap();
    assert_eq!(
        direct(&world.client(), malformed),
        (ErrorKind::Http, Some(400))
    );
}

#[test]
fn batch_refusals_have_their_kinds() {
    let world = World::new();
    for signing in [
        ObjectSigning::Batch,
        ObjectSigning::SignedS3Download,
        ObjectSigning::SignedUrl,
    ] {
        let request = object("x").signing(signing).unwrap();
        for (client, kind, status) in clients(&world) {
            let error = sign(&client, &request).unwrap_err();
            assert_eq!(
                (error.kind(), error.http_status()),
                (kind, Some(status)),
                "{signing:?}"
            );
        }
    }
    for (signing, endpoint) in [
        (ObjectSigning::Batch, "batchsigneds3download"),
        (ObjectSigning::SignedS3Download, "signeds3download"),
        (ObjectSigning::SignedUrl, "signed"),
    ] {
        world.fault(
            endpoint,
            None,
            Fault::Status {
                status: 400,
                body: r#"{"reason":"no good"}"#.to_owned(),
                headers: Default::default(),
            },
        );
        let error = sign(&world.client(), &object("x").signing(signing).unwrap()).unwrap_err();
        assert_eq!(
            (error.kind(), error.http_status()),
            (ErrorKind::Http, Some(400))
        );
        assert!(error.message().contains("no good"), "{error}");
    }
}

#[test]
fn a_500_is_tried_again_in_every_operation() {
    let world = World::new();
    let client = world.client();
    for endpoint in [
        "signedcookies",
        "derivative",
        "batchsigneds3download",
        "signeds3download",
        "signed",
    ] {
        world.fault(
            endpoint,
            Some(1),
            Fault::Status {
                status: 500,
                body: String::new(),
                headers: Default::default(),
            },
        );
    }
    sign(&client, &world.derivative()).unwrap();
    client
        .details(&world.derivative(), Duration::ZERO, None)
        .unwrap();
    for signing in [
        ObjectSigning::Batch,
        ObjectSigning::SignedS3Download,
        ObjectSigning::SignedUrl,
    ] {
        sign(&client, &object("x").signing(signing).unwrap()).unwrap();
    }
    // And the direct download, whose endpoint is that of the details.
    world.fault(
        "derivative",
        Some(1),
        Fault::Status {
            status: 500,
            body: String::new(),
            headers: Default::default(),
        },
    );
    let direct = world
        .derivative()
        .direct_download(true)
        .unwrap()
        .to_memory(1658);
    client.download(vec![direct], |_| true).unwrap()[0]
        .as_ref()
        .unwrap();
    let failed = world
        .sandbox
        .requests()
        .iter()
        .filter(|request| request.status == 500)
        .count();
    assert_eq!(failed, 6, "each operation met one");
}

#[test]
fn a_refused_address_is_not_blamed_on_the_token() {
    let world = World::new();
    for (status, said) in [(403, "gives no right"), (404, "nothing at this URL")] {
        let id = world.sandbox.fault(Rule {
            matching: Match {
                origin: Some(Origin::S3),
                ..Match::default()
            },
            fault: Fault::Status {
                status,
                body: String::new(),
                headers: Default::default(),
            },
        });
        let request = object("x").to_memory(100);
        let error = world
            .client()
            .download(vec![request], |_| true)
            .unwrap()
            .remove(0)
            .unwrap_err();
        assert!(error.message().contains(said), "{error}");
        assert_eq!(
            error.message().matches("/x").count(),
            1,
            "named once: {error}"
        );
        world.sandbox.remove_fault(id);
    }
}
