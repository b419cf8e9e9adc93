//! Replies of the API that break off, or are pages of somebody else: asked for again, and then an error that helps.

use apsfetch::ErrorKind;

use super::*;

struct World {
    sandbox: Sandbox,
    urn: String,
    derivative: String,
}

impl World {
    fn new() -> World {
        let sandbox = sandbox(false);
        let urn = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
        let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/box.obj");
        sandbox.add_derivative(&urn, &derivative, Content::synthetic(1000, 1));
        World {
            sandbox,
            urn,
            derivative,
        }
    }

    fn client(&self) -> Client {
        // Long enough for the retries of a reply, on a busy machine.
        let builder = of_sandbox(&self.sandbox).retry_timeout(LONG).unwrap();
        builder.build().unwrap()
    }

    fn asked(&self, endpoint: &str) -> usize {
        let requests = self.sandbox.requests();
        requests
            .iter()
            .filter(|request| request.endpoint == endpoint)
            .count()
    }

    /// Every call that reads a reply, with the sandbox's name for it.
    fn call(&self, endpoint: &str, client: &Client) -> Result<()> {
        match endpoint {
            "signedcookies" => {
                let request = Request::derivative(&self.urn, &self.derivative).unwrap();
                client.sign(&[request], None).remove(0).map(drop)
            }
            "batchsigneds3download" => sign(client),
            "signeds3download" => {
                let request = Request::object(BUCKET, "x").unwrap();
                let request = request.signing(apsfetch::ObjectSigning::SignedS3Download);
                client.sign(&[request.unwrap()], None).remove(0).map(drop)
            }
            "signed" => client
                .create_signed_url(BUCKET, "x", &apsfetch::SignedUrlOptions::default(), None)
                .map(drop),
            "token" => {
                let info = self.sandbox.info();
                let client = of_sandbox(&self.sandbox)
                    .client_credentials(&info.client_id, &info.client_secret, "data:read")
                    .unwrap()
                    .retry_timeout(LONG)
                    .unwrap();
                // A token of the host would be used first.
                let client = client.access_token("expired").unwrap();
                sign(&client.build().unwrap())
            }
            other => panic!("{other}"),
        }
    }
}

const ENDPOINTS: [&str; 5] = [
    "signedcookies",
    "batchsigneds3download",
    "signeds3download",
    "signed",
    "token",
];

#[test]
fn a_reply_that_breaks_off_is_asked_for_again() {
    for endpoint in ENDPOINTS {
        for broken in [Fault::Truncate { at: 10 }, Fault::Reset { at: 10 }] {
            let world = World::new();
            let rule = fault(&world.sandbox, endpoint, Some(3), broken);
            world
                .call(endpoint, &world.client())
                .unwrap_or_else(|error| panic!("{endpoint}: {error}"));
            assert_eq!(world.sandbox.fault_count(rule), Some(3), "{endpoint}");
        }
    }
}

#[test]
fn a_page_instead_of_json_is_asked_for_twice_more() {
    for endpoint in ENDPOINTS {
        let world = World::new();
        let rule = fault(&world.sandbox, endpoint, Some(2), Fault::Html);
        world.call(endpoint, &world.client()).unwrap();
        assert_eq!(world.sandbox.fault_count(rule), Some(2), "{endpoint}");
        if endpoint == "token" {
            continue;
        }
        let world = World::new();
        fault(&world.sandbox, endpoint, None, Fault::Html);
        let error = world.call(endpoint, &world.client()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadResponse, "{error}");
        assert!(error.message().contains("captive portal"), "{error}");
        assert_eq!(world.asked(endpoint), 3, "{endpoint}");
    }
}

#[test]
fn what_is_not_http_is_asked_for_twice_more() {
    let world = World::new();
    let garbage = Fault::Garbage {
        text: "SSH-2.0-OpenSSH_9.2\r\n".to_owned(),
    };
    fault(&world.sandbox, "batchsigneds3download", None, garbage);
    let error = sign(&world.client()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadResponse, "{error}");
    assert_eq!(world.asked("batchsigneds3download"), 3);
}
