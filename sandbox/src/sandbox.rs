//! A running sandbox.

use crate::builder::Builder;
use crate::content::Content;
use crate::control::Sha1;
use crate::error::Error;
use crate::faults::Rule;
use crate::info::Info;
use crate::limits::RateLimit;
use crate::log::{RequestRecord, lock};
use crate::state::State;
use crate::world::{Settings, TranslationState};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

/// APS, its CDN and its S3, running on loopback inside this process until stopped or dropped.
pub struct Sandbox {
    state: Arc<State>,
    info: Info,
    stop: Option<Sender<()>>,
    keeper: Option<JoinHandle<()>>,
    /// Holds the certificate; gone with the sandbox.
    _folder: Option<tempfile::TempDir>,
}

impl Sandbox {
    /// Starts a sandbox with the sample content, over plain http.
    pub fn start() -> Result<Sandbox, Error> {
        Sandbox::builder().start()
    }

    /// Begins to describe a sandbox.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(
        state: Arc<State>,
        stop: Sender<()>,
        keeper: JoinHandle<()>,
        folder: Option<tempfile::TempDir>,
    ) -> Sandbox {
        Sandbox {
            info: state.info(),
            state,
            stop: Some(stop),
            keeper: Some(keeper),
            _folder: folder,
        }
    }

    /// Addresses, credentials and content, as they were at the start.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// The same as they are now.
    pub fn current_info(&self) -> Info {
        self.state.info()
    }

    /// Ends all threads of the sandbox, cuts all connections, and returns when that is done.
    pub fn stop(self) {
        drop(self);
    }

    /// Waits until someone asks over the control endpoint that the sandbox should stop.
    pub fn wait_for_stop_request(&self) {
        self.state.stop.wait();
    }

    /// Something that ends [`Sandbox::wait_for_stop_request`] from another thread.
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.state))
    }

    /// Issues a token to the client with the secret, for a space-separated list of scopes.
    pub fn access_token(&self, scopes: &str) -> String {
        self.state.issue_token(scopes)
    }

    /// How long tokens live that are issued from now on.
    pub fn set_token_lifetime(&self, lifetime: Duration) {
        self.state.set_token_lifetime(lifetime);
    }

    /// Every token issued so far is answered with 401 from now on. Refresh tokens still work.
    pub fn revoke_tokens(&self) {
        self.state.revoke(false);
    }

    /// Refresh tokens issued so far no longer work, nor do tokens.
    pub fn revoke_refresh_tokens(&self) {
        self.state.revoke(true);
    }

    /// The access log of all three servers, in order of arrival.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.state.log.snapshot()
    }

    /// Forgets the access log.
    pub fn clear_requests(&self) {
        self.state.log.clear();
    }

    /// The sandbox's clock jumps forward: dates, and everything that expires.
    pub fn advance_clock(&self, by: Duration) {
        self.state
            .clock
            .advance_ms(i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 2));
    }

    /// The sandbox's clock jumps back.
    pub fn set_back_clock(&self, by: Duration) {
        self.state
            .clock
            .advance_ms(-i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 2));
    }

    /// The time on the sandbox's clock.
    pub fn now(&self) -> SystemTime {
        self.state.clock.now()
    }

    /// Adds a bucket in the US, when it is missing.
    pub fn add_bucket(&self, bucket: &str) {
        self.state.add_bucket(bucket, "US");
    }

    /// Adds a bucket in a region, or moves it there.
    pub fn add_bucket_in(&self, bucket: &str, region: &str) {
        self.state.add_bucket(bucket, region);
    }

    /// Adds an object, or replaces its content. The bucket is made when it is missing.
    pub fn add_object(&self, bucket: &str, key: &str, content: Content) {
        self.state.add_object(bucket, key, content);
    }

    /// Removes an object.
    pub fn remove_object(&self, bucket: &str, key: &str) -> Result<(), Error> {
        self.state.remove_object(bucket, key)
    }

    /// Makes an object an unmerged upload of chunks of these lengths; with none, a merged one again.
    pub fn set_chunks(&self, bucket: &str, key: &str, lengths: &[u64]) -> Result<(), Error> {
        self.state.set_chunks(bucket, key, lengths)
    }

    /// What APS tells about an object's SHA-1.
    pub fn set_sha1(&self, bucket: &str, key: &str, sha1: Sha1) -> Result<(), Error> {
        self.state.set_sha1(bucket, key, sha1)
    }

    /// The media type of an object.
    pub fn set_content_type(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<(), Error> {
        self.state.set_content_type(bucket, key, content_type)
    }

    /// Adds a design to a region, or moves it there. The URN may be raw or base64; the answer is base64.
    pub fn add_design(&self, urn: &str, region: &str) -> String {
        self.state.add_design(urn, region)
    }

    /// Adds a derivative, or replaces its content. The design is made when it is missing.
    pub fn add_derivative(&self, design_urn: &str, derivative_urn: &str, content: Content) {
        self.state
            .add_derivative(design_urn, derivative_urn, content);
    }

    /// Removes a derivative.
    pub fn remove_derivative(&self, design_urn: &str, derivative_urn: &str) -> Result<(), Error> {
        self.state.remove_derivative(design_urn, derivative_urn)
    }

    /// How far the translation of a design has come.
    pub fn set_design_state(&self, design_urn: &str, state: TranslationState) -> Result<(), Error> {
        self.state.set_design_state(design_urn, state)
    }

    /// How far one derivative of a translated design has come.
    pub fn set_derivative_state(
        &self,
        design_urn: &str,
        derivative_urn: &str,
        state: TranslationState,
    ) -> Result<(), Error> {
        self.state
            .set_derivative_state(design_urn, derivative_urn, state)
    }

    /// Whether a derivative can be downloaded; 3D SVF2 cannot.
    pub fn set_downloadable(
        &self,
        design_urn: &str,
        derivative_urn: &str,
        downloadable: bool,
    ) -> Result<(), Error> {
        self.state
            .set_downloadable(design_urn, derivative_urn, downloadable)
    }

    /// The switches, to look at.
    pub fn settings(&self) -> Settings {
        lock(&self.state.world).settings.clone()
    }

    /// Changes switches: `sandbox.change_settings(|s| s.numbers_as_strings = true)`.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut lock(&self.state.world).settings);
    }

    /// Replaces all rate limits.
    pub fn set_rate_limits(&self, limits: Vec<RateLimit>) {
        self.state.set_limits(limits);
    }

    /// Adds a fault; the answer is its id.
    pub fn fault(&self, rule: Rule) -> u64 {
        lock(&self.state.faults).add(rule)
    }

    /// Removes a fault; true when there was one.
    pub fn remove_fault(&self, id: u64) -> bool {
        lock(&self.state.faults).remove(id)
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        lock(&self.state.faults).clear();
    }

    /// How often a fault was applied.
    pub fn fault_count(&self, id: u64) -> Option<u64> {
        lock(&self.state.faults).applied(id)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

/// Asks a sandbox to stop, from any thread.
#[derive(Clone)]
pub struct Stopper(Arc<State>);

impl Stopper {
    /// Ends [`Sandbox::wait_for_stop_request`].
    pub fn request_stop(&self) {
        self.0.request_stop();
    }
}
