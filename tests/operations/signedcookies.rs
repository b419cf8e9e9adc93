//! Fetch Derivative Download URL.

use super::*;

#[test]
fn signedcookies_gives_url_cookies_size_etag_type_and_expiry() {
    let world = World::new();
    let signed = sign(&world.client(), &world.derivative()).unwrap();
    assert_eq!(signed.status(), SignedStatus::Complete);
    assert!(signed.url().unwrap().starts_with(&world.sandbox.info().cdn));
    let names: Vec<_> = signed
        .cookies()
        .iter()
        .map(|cookie| cookie.name())
        .collect();
    assert_eq!(
        names,
        [
            "CloudFront-Policy",
            "CloudFront-Key-Pair-Id",
            "CloudFront-Signature"
        ]
    );
    assert_eq!(signed.size(), Some(1658));
    assert_eq!(signed.etag(), Some(Content::synthetic(1658, 1).etag()));
    assert!(signed.content_type().is_some());
    let life = signed
        .expires_at()
        .unwrap()
        .duration_since(world.sandbox.now())
        .unwrap();
    assert!(life > Duration::from_secs(359 * 60) && life <= Duration::from_secs(360 * 60));
    let shown = format!("{signed:?}");
    assert!(!shown.contains(signed.cookies()[2].value()), "{shown}");
    assert!(!shown.contains(signed.url().unwrap()), "{shown}");
}

#[test]
fn signedcookies_minutes_expiration_is_sent_and_checked_before() {
    let world = World::new();
    let request = world.derivative().minutes_expiration(5).unwrap();
    let signed = sign(&world.client(), &request).unwrap();
    let life = signed
        .expires_at()
        .unwrap()
        .duration_since(world.sandbox.now());
    assert!(life.unwrap() <= Duration::from_secs(300));
    assert!(world.last_target().contains("minutes-expiration=5"));
    for minutes in [0, 361, u32::MAX] {
        let error = world.derivative().minutes_expiration(minutes).unwrap_err();
        assert_eq!(kind(&error), ErrorKind::InvalidArgument);
    }
}

#[test]
fn signedcookies_response_content_disposition_must_begin_with_attachment() {
    let world = World::new();
    let disposition = "attachment; filename=\"a b.obj\"";
    let request = world
        .derivative()
        .response_content_disposition(disposition)
        .unwrap();
    let signed = sign(&world.client(), &request).unwrap();
    assert!(
        signed
            .url()
            .unwrap()
            .contains("response-content-disposition=")
    );
    let result = world
        .client()
        .download(vec![request.to_memory(1658)], |_| true)
        .unwrap();
    assert!(result[0].is_ok(), "{result:?}");
    let error = world
        .derivative()
        .response_content_disposition("inline")
        .unwrap_err();
    assert_eq!(kind(&error), ErrorKind::InvalidArgument);
}

#[test]
fn signedcookies_numbers_may_be_strings() {
    let world = World::new();
    world
        .sandbox
        .change_settings(|settings| settings.numbers_as_strings = true);
    let signed = sign(&world.client(), &world.derivative()).unwrap();
    assert_eq!(signed.size(), Some(1658));
    assert!(signed.expires_at().is_some());
}

#[test]
fn signedcookies_cookies_for_another_host_are_refused() {
    let world = World::new();
    let target = "https://cdn.example.com/stolen".to_owned();
    let set = [("/url".to_owned(), target.into())].into_iter().collect();
    world.fault("signedcookies", None, Fault::Json { set });
    let error = sign(&world.client(), &world.derivative()).unwrap_err();
    assert_eq!(kind(&error), ErrorKind::BadResponse, "{error}");
    assert!(!error.to_string().contains("stolen"), "{error}");
}

#[test]
fn regions_travel_as_a_header_or_by_the_emea_path() {
    let world = World::new();
    for region in ["EMEA", "AUS", "CAN", "DEU", "IND", "JPN", "GBR", "MARS1"] {
        let urn = world.sandbox.add_design(
            &format!("urn:adsk.objects:os.object:b/{region}.rvt"),
            region,
        );
        let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/box.obj");
        world
            .sandbox
            .add_derivative(&urn, &derivative, Content::bytes("x"));
        let request = Request::derivative(&urn, &derivative).unwrap();
        let error = sign(&world.client(), &request).unwrap_err();
        assert_eq!(kind(&error), ErrorKind::NotFound);
        assert!(error.message().contains("region"), "{error}");
        let client = world
            .builder(ALL_SCOPES)
            .region(&region.to_lowercase())
            .unwrap()
            .build()
            .unwrap();
        sign(&client, &request).unwrap();
        let sent = world.sandbox.requests().pop().unwrap();
        assert_eq!(sent.header("region"), Some(region));
        if region == "EMEA" {
            let client = world
                .builder(ALL_SCOPES)
                .region("EMEA")
                .unwrap()
                .emea_path(true)
                .build()
                .unwrap();
            sign(&client, &request).unwrap();
            let sent = world.sandbox.requests().pop().unwrap();
            assert!(
                sent.target
                    .starts_with("/modelderivative/v2/regions/eu/designdata/")
            );
            assert_eq!(sent.header("region"), None);
        }
    }
}

#[test]
fn derivative_urns_in_every_form_reach_the_same_file() {
    let world = World::new();
    let plain = format!(
        "urn:adsk.viewing:fs.file:{}/output/1/Büro {{Süd}} a+b%20.svf",
        world.urn
    );
    world
        .sandbox
        .add_derivative(&world.urn, &plain, Content::bytes("x"));
    let encoded: String = plain
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => (byte as char).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    for form in [
        plain.clone(),
        encoded,
        plain.replace("output/1", "output\\1"),
    ] {
        let request = Request::derivative(&world.urn, &form).unwrap();
        sign(&world.client(), &request).unwrap_or_else(|error| panic!("{form}: {error}"));
    }
    let source = "urn:adsk.objects:os.object:b/house.rvt";
    sign(
        &world.client(),
        &Request::derivative(source, &world.derivative).unwrap(),
    )
    .unwrap();
}

#[test]
fn each_refusal_has_its_own_kind() {
    let world = World::new();
    let no_token = Client::builder()
        .base_url(&world.sandbox.info().api)
        .unwrap()
        .build()
        .unwrap();
    let wrong_token = world
        .builder(ALL_SCOPES)
        .access_token("wrong")
        .unwrap()
        .build()
        .unwrap();
    let no_scope = world.builder("code:all").build().unwrap();
    let missing = Request::derivative(&world.urn, "urn:adsk.viewing:fs.file:x/none").unwrap();
    for (client, request, expected, status) in [
        (&no_token, &world.derivative(), ErrorKind::Auth, None),
        (
            &wrong_token,
            &world.derivative(),
            ErrorKind::Auth,
            Some(401),
        ),
        (
            &no_scope,
            &world.derivative(),
            ErrorKind::Forbidden,
            Some(403),
        ),
        (&world.client(), &missing, ErrorKind::NotFound, Some(404)),
    ] {
        let error = sign(client, request).unwrap_err();
        assert_eq!(
            (kind(&error), error.http_status()),
            (expected, status),
            "{error}"
        );
    }
    let not_base64 = Request::derivative("!", &world.derivative).unwrap_err();
    assert_eq!(kind(&not_base64), ErrorKind::InvalidArgument);
    let not_a_urn = Request::derivative("A", &world.derivative).unwrap();
    let error = sign(&world.client(), &not_a_urn).unwrap_err();
    assert_eq!(
        (kind(&error), error.http_status()),
        (ErrorKind::Http, Some(400))
    );
}

#[test]
fn a_500_is_tried_again_and_its_request_id_is_told() {
    let world = World::new();
    let failing = || Fault::Status {
        status: 500,
        body: r#"{"diagnostic":"out of order"}"#.to_owned(),
        headers: [("x-ads-troubleshooting".to_owned(), "id-4711".to_owned())].into(),
    };
    world.fault("signedcookies", Some(2), failing());
    sign(&world.client(), &world.derivative()).unwrap();
    world.fault(
        "signedcookies",
        None,
        Fault::Status {
            status: 501,
            body: r#"{"diagnostic":"out of order"}"#.to_owned(),
            headers: [("x-ads-troubleshooting".to_owned(), "id-4711".to_owned())].into(),
        },
    );
    let error = sign(&world.client(), &world.derivative()).unwrap_err();
    assert_eq!(kind(&error), ErrorKind::Http);
    assert_eq!(error.request_id(), Some("id-4711"));
    assert!(error.message().contains("out of order"), "{error}");
}

/// The sandbox, like APS, writes its reason into the header that may also have an id.
#[test]
fn a_sentence_is_no_request_id() {
    let world = World::new();
    let missing = Request::derivative(&world.urn, "urn:adsk.viewing:fs.file:x/none").unwrap();
    let error = sign(&world.client(), &missing).unwrap_err();
    assert_eq!(kind(&error), ErrorKind::NotFound);
    assert_eq!(error.request_id(), None);
}

#[test]
fn a_derivative_that_is_not_ready_is_not_signed() {
    let world = World::new();
    world.fault(
        "signedcookies",
        None,
        Fault::Status {
            status: 202,
            body: String::new(),
            headers: Default::default(),
        },
    );
    let error = sign(&world.client(), &world.derivative()).unwrap_err();
    assert_eq!(
        (kind(&error), error.http_status()),
        (ErrorKind::NotReady, Some(202))
    );
}

#[test]
fn svf2_is_explained() {
    let world = World::new();
    let svf2 = format!("urn:adsk.viewing:fs.file:{}/output/house.svf2", world.urn);
    world
        .sandbox
        .add_derivative(&world.urn, &svf2, Content::bytes("x"));
    world
        .sandbox
        .set_downloadable(&world.urn, &svf2, false)
        .unwrap();
    let request = Request::derivative(&world.urn, &svf2).unwrap();
    let error = sign(&world.client(), &request).unwrap_err();
    assert_eq!(kind(&error), ErrorKind::Unsupported, "{error}");
    assert!(error.message().contains("SVF2"), "{error}");
    let direct = request.direct_download(true).unwrap().to_memory(10);
    let result = world.client().download(vec![direct], |_| true).unwrap();
    assert_eq!(
        kind(result[0].as_ref().unwrap_err()),
        ErrorKind::Unsupported
    );
}
