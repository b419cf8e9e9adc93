//! Each operation of the reference pages, with its parameters and answers. `docs/operations.md` names these tests.

use std::time::{Duration, Instant};

use apsfetch::{
    Access, CancelToken, Client, ClientBuilder, Error, ErrorKind, ObjectSigning, Request, Signed,
    SignedStatus, SignedUrlOptions,
};
use apsfetch_sandbox::{Content, Fault, Match, Origin, RateLimit, Rule, Sandbox, TranslationState};

const BUCKET: &str = "operation-tests";
const ALL_SCOPES: &str = "data:read data:write viewables:read";

struct World {
    sandbox: Sandbox,
    urn: String,
    derivative: String,
}

impl World {
    fn new() -> Self {
        let sandbox = Sandbox::builder().no_samples().start().unwrap();
        sandbox.add_bucket(BUCKET);
        sandbox.add_object(BUCKET, "x", Content::bytes("content of x"));
        let urn = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
        let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/box.obj");
        sandbox.add_derivative(&urn, &derivative, Content::synthetic(1658, 1));
        World {
            sandbox,
            urn,
            derivative,
        }
    }

    fn builder(&self, scopes: &str) -> ClientBuilder {
        Client::builder()
            .base_url(&self.sandbox.info().api)
            .unwrap()
            .proxy("")
            .unwrap()
            .access_token(&self.sandbox.access_token(scopes))
            .unwrap()
    }

    fn client(&self) -> Client {
        self.builder(ALL_SCOPES).build().unwrap()
    }

    fn derivative(&self) -> Request {
        Request::derivative(&self.urn, &self.derivative).unwrap()
    }

    fn last_target(&self) -> String {
        self.sandbox.requests().last().unwrap().target.clone()
    }

    fn fault(&self, endpoint: &str, times: Option<u64>, fault: Fault) {
        let mut rule = Rule::new(fault);
        rule.matching = Match {
            endpoint: Some(endpoint.to_owned()),
            times,
            ..Match::default()
        };
        self.sandbox.fault(rule);
    }
}

fn object(key: &str) -> Request {
    Request::object(BUCKET, key).unwrap()
}

fn sign(client: &Client, request: &Request) -> apsfetch::Result<Signed> {
    client
        .sign(std::slice::from_ref(request), None)
        .pop()
        .unwrap()
}

fn kind(error: &Error) -> ErrorKind {
    error.kind()
}

// signedcookies

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

// Direct download

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

// Details

#[test]
fn details_gives_size_type_and_the_services_own_headers() {
    let world = World::new();
    let details = world
        .client()
        .details(&world.derivative(), Duration::ZERO, None)
        .unwrap();
    assert_eq!(details.size, Some(1658));
    assert!(details.content_type.is_some());
    assert!(details.app_identifier.is_some());
    assert!(details.startup_time.is_some());
    assert!(details.duration.is_some());
    assert_eq!(world.sandbox.requests().pop().unwrap().method, "HEAD");
    let object = object("x");
    assert!(
        world
            .client()
            .details(&object, Duration::ZERO, None)
            .is_err()
    );
}

#[test]
fn details_asks_again_while_it_is_202_but_not_longer_than_the_caller_says() {
    let world = World::new();
    let state = |state| {
        world
            .sandbox
            .set_derivative_state(&world.urn, &world.derivative, state)
            .unwrap();
    };
    state(TranslationState::Polls { polls: 2 });
    world
        .client()
        .details(&world.derivative(), Duration::from_secs(60), None)
        .unwrap();
    assert_eq!(world.sandbox.requests().len(), 3);
    state(TranslationState::Pending);
    for wait in [Duration::ZERO, Duration::from_millis(600)] {
        let begun = Instant::now();
        let error = world
            .client()
            .details(&world.derivative(), wait, None)
            .unwrap_err();
        assert_eq!(
            (kind(&error), error.http_status()),
            (ErrorKind::NotReady, Some(202))
        );
        assert!(begun.elapsed() >= wait);
    }
}

#[test]
fn details_can_be_cancelled() {
    let world = World::new();
    world
        .sandbox
        .set_derivative_state(&world.urn, &world.derivative, TranslationState::Pending)
        .unwrap();
    let (client, request) = (world.client(), world.derivative());
    let cancel = CancelToken::new();
    let waiting = {
        let cancel = cancel.clone();
        std::thread::spawn(move || {
            client.details(&request, Duration::from_secs(3600), Some(&cancel))
        })
    };
    while world.sandbox.requests().is_empty() {
        std::thread::yield_now();
    }
    cancel.cancel();
    let error = waiting.join().unwrap().unwrap_err();
    assert_eq!(kind(&error), ErrorKind::Cancelled);
    // Calls to come fail as well.
    let error = world
        .client()
        .details(&world.derivative(), Duration::ZERO, Some(&cancel))
        .unwrap_err();
    assert_eq!(kind(&error), ErrorKind::Cancelled);
}

// OSS signed URLs

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

// batchsigneds3download and signeds3download

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
    world.fault(
        "batchsigneds3download",
        None,
        Fault::Status {
            status: 200,
            body: format!("\"{}\"", "x".repeat(9 << 20)),
            headers: Default::default(),
        },
    );
    let error = sign(&world.client(), &object("x")).unwrap_err();
    assert_eq!(kind(&error), ErrorKind::BadResponse);
    assert!(error.message().contains("8 MB"), "{error}");
}

// Rate limits

#[test]
fn retry_after_is_obeyed_in_both_forms_and_told_when_it_is_too_long() {
    for retry_after_date in [false, true] {
        let world = World::new();
        world.sandbox.set_rate_limits(vec![RateLimit {
            endpoint: Some("batchsigneds3download".to_owned()),
            client_id: None,
            requests: 1,
            window_seconds: 2,
            retry_after_date,
        }]);
        let client = world.client();
        sign(&client, &object("x")).unwrap();
        sign(&client, &object("x")).unwrap();
        let refused: Vec<_> = world
            .sandbox
            .requests()
            .into_iter()
            .filter(|request| request.status == 429)
            .collect();
        assert!((1..=3).contains(&refused.len()), "{}", refused.len());
    }
    let world = World::new();
    world.fault(
        "batchsigneds3download",
        None,
        Fault::Status {
            status: 429,
            body: r#"{"developerMessage":"Quota limit exceeded."}"#.to_owned(),
            headers: [("Retry-After".to_owned(), "999999".to_owned())].into(),
        },
    );
    let error = sign(&world.client(), &object("x")).unwrap_err();
    assert_eq!(kind(&error), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(999_999)));
    assert!(error.message().contains("Quota limit exceeded"), "{error}");
}

// Refusals of the other operations

/// A client without the scope, one with a wrong token, and one with everything.
fn clients(world: &World) -> [(Client, ErrorKind, u16); 2] {
    let wrong_token = world.builder(ALL_SCOPES).access_token("wrong").unwrap();
    [
        (
            world.builder("code:all").build().unwrap(),
            ErrorKind::Forbidden,
            403,
        ),
        (wrong_token.build().unwrap(), ErrorKind::Auth, 401),
    ]
}

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
