//! What scripts can do to a running sandbox.

use crate::content::Content;
use crate::error::Error;
use crate::info::Info;
use crate::limits::RateLimit;
use crate::log::lock;
use crate::state::State;
use crate::tokens;
use crate::world::{Derivative, Design, Object, Progress, Sha1Policy, TranslationState};
use std::time::Duration;

/// What APS tells about the SHA-1 of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sha1 {
    /// The true one; left out for computed objects above 1 GiB, where it would take seconds.
    Usual,
    /// The true one, however long it takes to compute.
    Always,
    /// None, as right after an upload.
    Hidden,
    /// This one, true or not.
    Claimed(String),
}

impl State {
    pub(crate) fn issue_token(&self, scopes: &str) -> String {
        let lifetime = *lock(&self.token_lifetime);
        lock(&self.tokens).issue(
            &self.clients.id,
            &tokens::scopes(scopes),
            self.clock.now(),
            lifetime,
        )
    }

    pub(crate) fn set_token_lifetime(&self, lifetime: Duration) {
        *lock(&self.token_lifetime) = lifetime;
    }

    pub(crate) fn revoke(&self, refresh_too: bool) {
        let mut tokens = lock(&self.tokens);
        tokens.revoke_all();
        if refresh_too {
            tokens.revoke_refresh();
        }
    }

    pub(crate) fn set_limits(&self, limits: Vec<RateLimit>) {
        lock(&self.limits).set(limits);
    }

    pub(crate) fn info(&self) -> Info {
        Info::of(self)
    }

    pub(crate) fn add_bucket(&self, bucket: &str, region: &str) {
        let now = self.clock.now();
        lock(&self.world).bucket_entry(bucket, now).region = region.to_ascii_uppercase();
    }

    pub(crate) fn add_object(&self, bucket: &str, key: &str, content: Content) {
        let now = self.clock.now();
        lock(&self.world).put_object(bucket, key, content, now);
    }

    pub(crate) fn remove_object(&self, bucket: &str, key: &str) -> Result<(), Error> {
        let mut world = lock(&self.world);
        let removed = world
            .buckets
            .get_mut(bucket)
            .and_then(|bucket| bucket.objects.remove(key));
        removed.map(drop).ok_or_else(|| no_object(bucket, key))
    }

    fn change_object<T>(
        &self,
        bucket: &str,
        key: &str,
        change: impl FnOnce(&mut Object) -> T,
    ) -> Result<T, Error> {
        let mut world = lock(&self.world);
        let object = world
            .buckets
            .get_mut(bucket)
            .and_then(|bucket| bucket.objects.get_mut(key));
        object.map(change).ok_or_else(|| no_object(bucket, key))
    }

    pub(crate) fn set_chunks(&self, bucket: &str, key: &str, lengths: &[u64]) -> Result<(), Error> {
        self.change_object(bucket, key, |object| {
            let total = lengths
                .iter()
                .try_fold(0_u64, |sum, len| sum.checked_add(*len));
            if !lengths.is_empty() && (total != Some(object.content.len()) || lengths.contains(&0))
            {
                let size = object.content.len();
                return Err(Error::new(format!(
                    "the lengths of the chunks must be positive and add up to {size}"
                )));
            }
            object.set_chunks(lengths);
            Ok(())
        })?
    }

    pub(crate) fn set_sha1(&self, bucket: &str, key: &str, sha1: Sha1) -> Result<(), Error> {
        self.change_object(bucket, key, |object| {
            object.sha1 = match sha1 {
                Sha1::Usual => Sha1Policy::Usual,
                Sha1::Always => Sha1Policy::Always,
                Sha1::Hidden => Sha1Policy::Hidden,
                Sha1::Claimed(value) => Sha1Policy::Claimed(value),
            };
        })
    }

    pub(crate) fn set_content_type(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<(), Error> {
        self.change_object(bucket, key, |object| {
            content_type.clone_into(&mut object.content_type)
        })
    }

    pub(crate) fn add_design(&self, urn: &str, region: &str) -> String {
        let now = self.clock.now();
        let mut world = lock(&self.world);
        let design = world.design_entry(urn, "US", now);
        design.region = region.to_ascii_uppercase();
        design.urn.clone()
    }

    pub(crate) fn add_derivative(&self, design: &str, derivative: &str, content: Content) {
        let now = self.clock.now();
        let mut world = lock(&self.world);
        world
            .design_entry(design, "US", now)
            .put(Derivative::new(derivative, content, now));
    }

    fn change_design<T>(
        &self,
        urn: &str,
        change: impl FnOnce(&mut Design) -> T,
    ) -> Result<T, Error> {
        let urn = Design::canonical_urn(urn);
        lock(&self.world)
            .design_mut(&urn)
            .map(change)
            .ok_or_else(|| Error::new(format!("there is no design {urn}")))
    }

    fn change_derivative<T>(
        &self,
        design: &str,
        urn: &str,
        change: impl FnOnce(&mut Derivative) -> T,
    ) -> Result<T, Error> {
        self.change_design(design, |design| {
            let derivative = design
                .derivatives
                .iter_mut()
                .find(|derivative| derivative.urn == urn);
            derivative
                .map(change)
                .ok_or_else(|| Error::new(format!("there is no derivative {urn}")))
        })?
    }

    pub(crate) fn remove_derivative(&self, design: &str, urn: &str) -> Result<(), Error> {
        self.change_design(design, |design| {
            design
                .derivatives
                .retain(|derivative| derivative.urn != urn)
        })
    }

    pub(crate) fn set_design_state(&self, urn: &str, state: TranslationState) -> Result<(), Error> {
        let now = self.clock.now();
        self.change_design(urn, |design| design.progress = Progress::new(state, now))
    }

    pub(crate) fn set_derivative_state(
        &self,
        design: &str,
        urn: &str,
        state: TranslationState,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        self.change_derivative(design, urn, |derivative| {
            derivative.progress = Progress::new(state, now)
        })
    }

    pub(crate) fn set_downloadable(
        &self,
        design: &str,
        urn: &str,
        downloadable: bool,
    ) -> Result<(), Error> {
        self.change_derivative(design, urn, |derivative| {
            derivative.downloadable = downloadable
        })
    }
}

fn no_object(bucket: &str, key: &str) -> Error {
    Error::new(format!(
        "there is no object {key:?} in the bucket {bucket:?}"
    ))
}
