//! Each operation of the reference pages, with its parameters and answers. `docs/operations.md` names these tests.

mod batch;
mod details;
mod direct;
mod rate_limits;
mod refusals;
mod signed_urls;
mod signedcookies;

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
