//! `POST /authentication/v2/token`: the ways to an access token.

use std::time::Duration;

use serde::Deserialize;

use super::encode::segment;
use super::json;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::transport::{Backoff, Call, Reply, Session, reason_text};

/// What a token is asked for with.
pub(super) enum Grant {
    /// The app's own credentials.
    Client { basic: Secret, scopes: String },
    /// The refresh token of a user's login.
    Refresh {
        client_id: String,
        token: Secret,
        scopes: String,
    },
    /// The code that a login page has just given.
    Code {
        client_id: String,
        code: Secret,
        verifier: Secret,
        redirect_uri: String,
    },
}

/// What came of it.
pub(super) struct Issued {
    pub(super) access: Secret,
    /// Unknown, rather than nothing: a service that says 0 does not mean it.
    pub(super) lifetime: Option<Duration>,
    pub(super) refresh: Option<Secret>,
    pub(super) scopes: Option<String>,
}

pub(super) struct Failure {
    pub(super) error: Error,
    /// The grant itself will never work again.
    pub(super) over: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure { error, over: false }
    }
}

#[derive(Deserialize)]
struct TokenReply {
    access_token: String,
    #[serde(default, deserialize_with = "json::number")]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "json::text")]
    refresh_token: Option<String>,
    #[serde(default, deserialize_with = "json::text")]
    scope: Option<String>,
}

#[derive(Default, Deserialize)]
struct ErrorReply {
    #[serde(default, deserialize_with = "json::text")]
    error: Option<String>,
    #[serde(default, rename = "errorCode", deserialize_with = "json::text")]
    code: Option<String>,
}

/// Whether a text can be a token: what a header can carry, and no longer than one can be.
pub(crate) fn is_token(text: &str) -> bool {
    (1..=16 * 1024).contains(&text.len()) && text.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

impl Grant {
    fn form(&self) -> Secret {
        Secret::new(match self {
            Grant::Client { scopes, .. } => {
                format!("grant_type=client_credentials&scope={}", segment(scopes))
            }
            Grant::Refresh {
                client_id,
                token,
                scopes,
            } => {
                let mut form = format!(
                    "grant_type=refresh_token&client_id={}&refresh_token={}",
                    segment(client_id),
                    segment(token.expose())
                );
                if !scopes.is_empty() {
                    form.push_str("&scope=");
                    form.push_str(&segment(scopes));
                }
                form
            }
            Grant::Code {
                client_id,
                code,
                verifier,
                redirect_uri,
            } => format!(
                "grant_type=authorization_code&client_id={}&code={}&code_verifier={}&redirect_uri={}",
                segment(client_id),
                segment(code.expose()),
                segment(verifier.expose()),
                segment(redirect_uri)
            ),
        })
    }

    /// What to do when the service refuses.
    fn advice(&self) -> &'static str {
        match self {
            Grant::Client { .. } => "Check the client id, the client secret and the scopes.",
            Grant::Refresh { .. } => "The user has to log in again.",
            Grant::Code { .. } => {
                "Start the login again; if it fails again, check that the client id is the one of a desktop or single-page app and the callback address is registered for it."
            }
        }
    }

    fn doing(&self) -> &'static str {
        match self {
            Grant::Client { .. } => "Getting an access token",
            Grant::Refresh { .. } => "Renewing the access token",
            Grant::Code { .. } => "Finishing the login",
        }
    }

    /// Asks the service, and again what may succeed.
    pub(super) fn fetch(
        &self,
        session: &Session,
        url: &str,
    ) -> std::result::Result<Issued, Failure> {
        let form = self.form();
        let mut backoff = Backoff::new(session.limits().retry);
        loop {
            let mut call = Call::get(url)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json");
            if let Grant::Client { basic, .. } = self {
                call = call.bound("Authorization", basic);
            }
            call.method = "POST";
            call.body = Some(form.expose().as_bytes());
            let error = match session.send(&call) {
                Ok(reply) if reply.status == 200 => match read(reply) {
                    Ok(issued) => return Ok(issued),
                    Err(error) => error,
                },
                Ok(reply) => {
                    let failure = self.refused(reply);
                    if failure.error.kind() == ErrorKind::Auth {
                        return Err(failure);
                    }
                    failure.error
                }
                Err(error) => error,
            };
            // A code works once: what a broken connection has left of it, nobody knows.
            let again = match self {
                Grant::Code { .. } => None,
                _ => backoff.next_of_call(&error),
            };
            match again {
                Some(wait) => session.pause(wait)?,
                None => return Err(error.into()),
            }
        }
    }

    pub(super) fn refused(&self, reply: Reply) -> Failure {
        let status = reply.status;
        let host = reply.host().to_owned();
        let (error, body) = reply.into_error_and_body(self.doing());
        if !matches!(status, 400 | 401 | 403) {
            return error.into();
        }
        let said = reason_text(&body).map_or(String::new(), |text| format!(": \"{text}\""));
        let reply: ErrorReply = serde_json::from_slice(&body).unwrap_or_default();
        // Not every 400 ends a login: a proxy's or one about the scopes says nothing of the grant.
        let invalid_grant = match reply.error.as_deref() {
            Some(error) => error == "invalid_grant",
            None => status == 400 && reply.code.as_deref() == Some("AUTH-004"),
        };
        let text = format!(
            "{} failed, {host} answered {status}{said}. {}",
            self.doing(),
            self.advice()
        );
        Failure {
            error: Error::new(ErrorKind::Auth, text)
                .with_http_status(status)
                .with_request_id(error.request_id().map(str::to_owned)),
            over: invalid_grant && !matches!(self, Grant::Client { .. }),
        }
    }
}

pub(super) fn read(reply: Reply) -> Result<Issued> {
    let host = reply.host().to_owned();
    let reply: TokenReply = json::read(reply, "token reply")?;
    let access = Secret::new(reply.access_token);
    let refresh = reply.refresh_token.map(Secret::new);
    let usable = [Some(&access), refresh.as_ref()]
        .into_iter()
        .flatten()
        .all(|token| is_token(token.expose()));
    if !usable {
        return Err(Error::bad_response(format!(
            "The token reply from {host} holds a token with characters that no token has."
        )));
    }
    Ok(Issued {
        access,
        lifetime: reply
            .expires_in
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs),
        refresh,
        scopes: reply.scope.filter(|scopes| !scopes.trim().is_empty()),
    })
}
