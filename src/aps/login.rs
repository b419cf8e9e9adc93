//! Three-legged login for public clients: the address of the login page, and the exchange of its code.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::time::Duration;

use super::Api;
use super::encode::segment;
use super::grant::{Grant, Issued};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::transport::Session;

/// What one login knows that nobody can guess: PKCE's verifier, `state` and `nonce`.
pub(crate) struct Secrets {
    pub(crate) verifier: Secret,
    pub(crate) state: Secret,
    pub(crate) nonce: Secret,
}

impl Secrets {
    pub(crate) fn new() -> Result<Self> {
        Ok(Secrets {
            verifier: random()?,
            state: random()?,
            nonce: random()?,
        })
    }

    /// `code_challenge` of the method S256.
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose().as_bytes()))
    }
}

/// 32 random bytes as 43 characters.
fn random() -> Result<Secret> {
    let mut bytes = zeroize::Zeroizing::new([0u8; 32]);
    getrandom::getrandom(bytes.as_mut()).map_err(|error| {
        Error::new(
            ErrorKind::Resource,
            "The operating system gives no random numbers, without which a login is not safe.",
        )
        .with_os_code(error.raw_os_error())
    })?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes.as_ref())))
}

/// What a finished login brought, beside the access token that the client keeps to itself.
pub(crate) struct LoggedIn {
    pub(crate) expires_in: Option<Duration>,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) scopes: String,
}

impl Api {
    /// Where the host's browser goes.
    pub(crate) fn authorize_url(
        &self,
        client_id: &str,
        scopes: &str,
        redirect_uri: &str,
        secrets: &Secrets,
    ) -> String {
        let pairs = [
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("scope", scopes),
            ("state", secrets.state.expose()),
            ("nonce", secrets.nonce.expose()),
            ("code_challenge", &secrets.challenge()),
            ("code_challenge_method", "S256"),
        ];
        let mut url = format!(
            "{}/authentication/v2/authorize?response_type=code",
            self.base
        );
        for (name, value) in pairs {
            url.push_str(&format!("&{name}={}", segment(value)));
        }
        url
    }

    /// Exchanges the code, and uses what it brings from now on.
    pub(crate) fn finish_login(
        &self,
        session: &Session,
        client_id: &str,
        scopes: &str,
        redirect_uri: &str,
        code: Secret,
        secrets: &Secrets,
    ) -> Result<LoggedIn> {
        let grant = Grant::Code {
            client_id: client_id.to_owned(),
            code,
            verifier: secrets.verifier.clone(),
            redirect_uri: redirect_uri.to_owned(),
        };
        let issued: Issued = grant
            .fetch(session, self.tokens.url())
            .map_err(|failure| failure.error)?;
        let scopes = issued.scopes.clone().unwrap_or_else(|| scopes.to_owned());
        self.tokens.install(&issued, client_id, &scopes);
        Ok(LoggedIn {
            expires_in: issued.lifetime,
            refresh_token: issued.refresh,
            scopes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        let secrets = Secrets {
            verifier: Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            state: Secret::new("s"),
            nonce: Secret::new("n"),
        };
        assert_eq!(
            secrets.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn every_login_has_secrets_of_its_own() {
        let (one, other) = (Secrets::new().unwrap(), Secrets::new().unwrap());
        for secret in [&one.verifier, &one.state, &one.nonce] {
            assert_eq!(secret.expose().len(), 43);
        }
        assert!(one.verifier != other.verifier && one.state != other.state);
        assert!(one.state != one.verifier && one.state != one.nonce);
    }
}
