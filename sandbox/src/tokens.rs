//! Tokens: who holds which scopes until when; login codes; refresh tokens.

use crate::text;
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

/// A login code is exchanged at once or never.
const CODE_LIFETIME: Duration = Duration::from_secs(5 * 60);
const REFRESH_LIFETIME: Duration = Duration::from_secs(15 * 24 * 3600);

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: SystemTime,
}

/// What a login code or a refresh token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: SystemTime,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<String>,
}

#[derive(Default)]
pub(crate) struct Tokens {
    live: HashMap<String, Token>,
    codes: HashMap<String, Grant>,
    refresh: HashMap<String, Grant>,
}

impl Tokens {
    pub(crate) fn issue(
        &mut self,
        client_id: &str,
        scopes: &[String],
        now: SystemTime,
        lifetime: Duration,
    ) -> String {
        let name = text::secret::<48>();
        let token = Token {
            client_id: client_id.to_owned(),
            scopes: scopes.to_vec(),
            expires: now + lifetime,
        };
        self.live.insert(name.clone(), token);
        name
    }

    pub(crate) fn find(&self, name: &str, now: SystemTime) -> Option<&Token> {
        self.live.get(name).filter(|token| now < token.expires)
    }

    pub(crate) fn revoke_all(&mut self) {
        self.live.clear();
    }

    pub(crate) fn revoke_refresh(&mut self) {
        self.refresh.clear();
    }

    pub(crate) fn issue_code(&mut self, mut grant: Grant, now: SystemTime) -> String {
        let name = text::secret::<30>();
        grant.expires = now + CODE_LIFETIME;
        self.codes.insert(name.clone(), grant);
        name
    }

    /// A code works once, whether or not what follows succeeds.
    pub(crate) fn take_code(&mut self, name: &str, now: SystemTime) -> Option<Grant> {
        self.codes.remove(name).filter(|grant| now < grant.expires)
    }

    pub(crate) fn issue_refresh(&mut self, mut grant: Grant, now: SystemTime) -> String {
        let name = text::secret::<30>();
        grant.expires = now + REFRESH_LIFETIME;
        self.refresh.insert(name.clone(), grant);
        name
    }

    pub(crate) fn find_refresh(&self, name: &str, now: SystemTime) -> Option<Grant> {
        self.refresh
            .get(name)
            .filter(|grant| now < grant.expires)
            .cloned()
    }

    pub(crate) fn end_refresh(&mut self, name: &str) {
        self.refresh.remove(name);
    }
}

/// The scopes of a space-separated list.
pub(crate) fn scopes(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
