//! Three-legged login of a user, for programs that cannot keep a secret (RFC 8252, with PKCE).

use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(any(test, feature = "fuzzing"))]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never in a library that is built for use, and a fuzzer has to find what goes wrong"
)]
pub(crate) mod fuzz;
mod listener;
mod page;
mod request;

use crate::aps::{Api, Secrets};
use crate::builder::check_words;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use listener::{Listener, Visitor};
use request::Answer;

/// How often the listener is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Who logs in to what, and where the login page sends the browser afterwards.
///
/// The callback address `http://HOST:PORT/PATH` must be registered for the app at APS, letter by letter.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoginOptions {
    /// The client id of an APS app of the type "Desktop, Mobile, Single-Page App". It is no secret.
    pub client_id: String,
    /// Separated by spaces, such as `data:read viewables:read`.
    pub scopes: String,
    /// `127.0.0.1`, the default, or `localhost`, as it is registered.
    pub callback_host: String,
    /// The registered port; 0, the default, is any free one, which only a sandbox accepts.
    pub callback_port: u16,
    /// The default is `/callback`.
    pub callback_path: String,
    /// How long the login stays open for the user, from the start. The default is 10 minutes.
    pub timeout: Duration,
}

impl LoginOptions {
    /// Options with their defaults.
    pub fn new(client_id: &str, scopes: &str) -> Self {
        LoginOptions {
            client_id: client_id.to_owned(),
            scopes: scopes.to_owned(),
            callback_host: "127.0.0.1".to_owned(),
            callback_port: 0,
            callback_path: "/callback".to_owned(),
            timeout: Duration::from_secs(600),
        }
    }

    fn check(&self) -> Result<()> {
        check_words(&self.client_id, "client id")?;
        check_words(&self.scopes, "list of scopes")?;
        if !matches!(self.callback_host.as_str(), "127.0.0.1" | "localhost") {
            return Err(Error::invalid(
                "The callback host is 127.0.0.1 or localhost: the answer must stay on this computer.",
            ));
        }
        let path = self.callback_path.as_str();
        let usable = path.starts_with('/')
            && path.len() <= 1024
            && path
                .bytes()
                .all(|byte| (0x21..0x7f).contains(&byte) && !b"?#\"<>\\^`{|}".contains(&byte));
        if !usable {
            return Err(Error::invalid(
                "The callback path must begin with `/` and have neither a query nor characters that an address cannot have.",
            ));
        }
        if self.timeout.is_zero() {
            return Err(Error::invalid(
                "The login's timeout must be more than nothing.",
            ));
        }
        Ok(())
    }
}

/// What a finished login brought. The client has the access token already and renews it by itself.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoginResult {
    /// How long the access token lives, if APS says it.
    pub expires_in: Option<Duration>,
    /// The scopes that were granted, separated by spaces.
    pub scopes: String,
    refresh_token: Option<Secret>,
}

impl LoginResult {
    /// The refresh token, for [`ClientBuilder::refresh_token`](crate::ClientBuilder::refresh_token) in the next
    /// run. It is a secret, and is replaced at each renewal: [`Client::refresh_token`] has the latest one.
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_ref().map(Secret::expose)
    }
}

/// A login under way: a listener on this computer that waits for the browser to come back from
/// [the login page](https://aps.autodesk.com/en/docs/oauth/v2/tutorials/get-3-legged-token-pkce/get-3-legged-token-pkce/).
///
/// ```no_run
/// # fn open_browser(_: &str) {}
/// # fn main() -> apsfetch::Result<()> {
/// # use std::time::Duration;
/// use apsfetch::{Client, Login, LoginOptions};
///
/// let client = Client::builder().build()?;
/// let mut options = LoginOptions::new("my-client-id", "data:read viewables:read");
/// options.callback_port = 8080;
/// let mut login = Login::start(&client, &options)?;
/// open_browser(login.authorize_url());
/// login.wait(Duration::from_secs(300), None)?;
/// # Ok(()) }
/// ```
///
/// It has no thread of its own; the browser is answered by the thread that is inside [`Login::wait`]. The
/// listener is closed when the login succeeds, fails or is dropped.
pub struct Login {
    api: Arc<Api>,
    options: LoginOptions,
    secrets: Secrets,
    redirect_uri: String,
    authorize_url: String,
    /// `None`: the time has no end.
    give_up: Option<Instant>,
    listener: Option<Listener>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("redirect_uri", &self.redirect_uri)
            .field("open", &self.is_open())
            .finish_non_exhaustive()
    }
}

impl Login {
    /// Opens the listener and makes the address of the login page. Nothing is sent yet.
    ///
    /// [`ErrorKind::Resource`] means that the port is not to be had.
    pub fn start(client: &Client, options: &LoginOptions) -> Result<Self> {
        options.check()?;
        let api = client.api().clone();
        let secrets = Secrets::new()?;
        let (listener, port) = Listener::open(options.callback_port)?;
        let redirect_uri = format!(
            "http://{}:{port}{}",
            options.callback_host, options.callback_path
        );
        let authorize_url = api.authorize_url(
            options.client_id.trim(),
            options.scopes.trim(),
            &redirect_uri,
            &secrets,
        );
        Ok(Login {
            api,
            options: options.clone(),
            secrets,
            redirect_uri,
            authorize_url,
            give_up: Instant::now().checked_add(options.timeout),
            listener: Some(listener),
        })
    }

    /// What to open in the user's browser. The library never starts a browser itself.
    pub fn authorize_url(&self) -> &str {
        &self.authorize_url
    }

    /// The callback address, as it must be registered at APS.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Whether the login still waits for its answer.
    pub fn is_open(&self) -> bool {
        self.listener.is_some()
    }

    /// Waits for the user, `limit` at the most, and exchanges the code that the browser brings. From then on
    /// the client uses the user's token, and its jobs that wait for a token go on.
    ///
    /// [`ErrorKind::Timeout`] while [`Login::is_open`] means that the limit passed and the wait can be repeated;
    /// every other error ends the login. A user who says no is [`ErrorKind::Auth`].
    pub fn wait(&mut self, limit: Duration, cancel: Option<&CancelToken>) -> Result<LoginResult> {
        let until = Instant::now().checked_add(limit);
        let session = self.api.network.session();
        self.api.closing.watch(&session);
        if let Some(cancel) = cancel {
            cancel.watch(&session);
        }
        let (visitor, answer) = loop {
            let Some(listener) = &mut self.listener else {
                return Err(Error::new(
                    ErrorKind::InvalidState,
                    "This login is over. Start a new one.",
                ));
            };
            if session.is_cancelled() {
                self.listener = None;
                return Err(cancelled());
            }
            let path = &self.options.callback_path;
            if let Some(found) = listener.look(path, &self.secrets.state) {
                self.listener = None;
                break found;
            }
            let now = Instant::now();
            if self.give_up.is_some_and(|at| now >= at) {
                self.listener = None;
                return Err(timeout(
                    "The login was not finished in its time. Start it again.",
                ));
            }
            if until.is_some_and(|at| now >= at) {
                return Err(timeout("The user has not finished the login yet."));
            }
            // Cancelling ends the pause; the top of the loop says so.
            let _ = session.pause(LOOK);
        };
        let outcome = match answer {
            Answer::Code(code) => self
                .api
                .finish_login(
                    &session,
                    self.options.client_id.trim(),
                    self.options.scopes.trim(),
                    &self.redirect_uri,
                    code,
                    &self.secrets,
                )
                .map(|found| LoginResult {
                    expires_in: found.expires_in,
                    scopes: found.scopes,
                    refresh_token: found.refresh_token,
                })
                .map_err(|error| match error.kind() {
                    ErrorKind::Cancelled => cancelled(),
                    _ => error,
                }),
            Answer::Refused { denied, reason } => Err(refused(denied, &reason)),
        };
        show(visitor, &outcome);
        outcome
    }
}

fn show(visitor: Visitor, outcome: &Result<LoginResult>) {
    match outcome {
        Ok(_) => visitor.dismiss(
            "You are logged in",
            "You can close this window and go back to the program.",
        ),
        Err(error) => visitor.dismiss("The login failed", error.message()),
    }
}

fn refused(denied: bool, reason: &str) -> Error {
    let text = match denied {
        true => format!(
            "The login was refused: \"{reason}\". Without it, nothing of this user can be read."
        ),
        false => format!(
            "The login page refused the login: \"{reason}\". Check the client id, the scopes and that the callback address is registered."
        ),
    };
    Error::new(ErrorKind::Auth, text)
}

fn timeout(text: &str) -> Error {
    Error::new(ErrorKind::Timeout, text)
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "The login was cancelled.")
}
