//! The client: options, token, and the calls that start everything else.

use std::sync::Arc;
use std::time::Duration;

use crate::aps::{self, AccessToken, Api, Details, SignedUrl, SignedUrlOptions};
use crate::builder::{ClientBuilder, check_bandwidth, check_token};
use crate::cancel::CancelToken;
use crate::error::{Error, ErrorKind, Result};
use crate::job::Job;
use crate::locate::Sources;
use crate::request::{Request, Source, Target};
use crate::signed::Signed;
use crate::transfer::{Engine, ItemResult, NewItem, Progress, check_target};
use crate::transport::Context;

/// A connection to APS: options, access token, idle connections and worker threads.
///
/// Clones share all of it. It can be used from any number of threads. Dropping the last clone cancels what
/// still runs, and ends and joins the threads.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    api: Arc<Api>,
    engine: Arc<Engine>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.api.closing.cancel();
        self.engine.shut_down();
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    pub(crate) fn from_parts(api: Arc<Api>, engine: Arc<Engine>) -> Self {
        Client {
            inner: Arc::new(Inner { api, engine }),
        }
    }

    /// Options with their defaults.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Sets the token for the requests from now on. Jobs that wait for a token go on.
    pub fn set_access_token(&self, token: &str) -> Result<()> {
        let token = check_token(token)?;
        self.inner.api.tokens.set(&token);
        Ok(())
    }

    /// Bytes a second that all downloads of the client together may take from now on, also those under way: from 1024; 0 is
    /// no limit. See [`ClientBuilder::bandwidth_limit`].
    pub fn set_bandwidth_limit(&self, bytes_per_second: u64) -> Result<()> {
        let limit = check_bandwidth(bytes_per_second)?;
        self.inner.engine.limit_bandwidth(limit);
        Ok(())
    }

    /// The refresh token of the user's login, for the host to keep in a safe place; `None` when there is no
    /// login, or it has ended. APS replaces it at each renewal: look at it after the work, and before the
    /// client is freed. It is a secret.
    pub fn refresh_token(&self) -> Option<String> {
        self.inner.api.tokens.refresh_token()
    }

    /// An access token for another library of the program: the one of the moment, or a new one if there is none or
    /// it is about to expire. It waits for an answer of the token service, but never for
    /// [`Client::set_access_token`]: without a token and without a way to one it is
    /// [`ErrorKind::Auth`]. The client goes on using it, too.
    pub fn access_token(&self, cancel: Option<&CancelToken>) -> Result<AccessToken> {
        self.inner.api.tokens.current(&self.context(cancel))
    }

    pub(crate) fn api(&self) -> &Arc<aps::Api> {
        &self.inner.api
    }

    /// Has requests signed without downloading anything. The answers are in the order of the requests; one
    /// that failed does not spoil the others.
    ///
    /// Objects of one bucket with the same options are signed 25 in a call.
    pub fn sign(&self, requests: &[Request], cancel: Option<&CancelToken>) -> Vec<Result<Signed>> {
        let sources = requests
            .iter()
            .map(|request| request.source.clone())
            .collect();
        let context = self.context(cancel);
        let all: Vec<usize> = (0..requests.len()).collect();
        Sources::new(self.inner.api.clone(), sources).sign(&context, &all)
    }

    /// What APS says of a derivative, from
    /// [Check Derivative Details](https://aps.autodesk.com/en/docs/model-derivative/v2/reference/http/urn-manifest-derivativeurn-HEAD/).
    ///
    /// While the derivative is not translated yet (202), the question is repeated with growing pauses, for `wait`
    /// at the most; then the error is [`ErrorKind::NotReady`].
    pub fn details(
        &self,
        request: &Request,
        wait: Duration,
        cancel: Option<&CancelToken>,
    ) -> Result<Details> {
        let Source::Derivative(derivative) = &request.source else {
            return Err(Error::invalid(
                "Details can be asked for a derivative only.",
            ));
        };
        self.inner.api.details(
            &self.context(cancel),
            &derivative.urn,
            &derivative.derivative_urn,
            wait,
        )
    }

    /// An OSS signed URL for an object, from
    /// [Create Signed URL](https://aps.autodesk.com/en/docs/data/v2/reference/http/buckets-:bucketKey-objects-:objectKey-signed-POST/).
    /// Needs the scope `data:write`.
    pub fn create_signed_url(
        &self,
        bucket_key: &str,
        object_key: &str,
        options: &SignedUrlOptions,
        cancel: Option<&CancelToken>,
    ) -> Result<SignedUrl> {
        if options.minutes_expiration == Some(0) {
            return Err(Error::invalid(
                "A signed URL lives for at least one minute.",
            ));
        }
        self.inner.api.create_signed_url(
            &self.context(cancel),
            &aps::bucket_key(bucket_key)?,
            &aps::object_key(object_key)?,
            options,
        )
    }

    pub(crate) fn context(&self, cancel: Option<&CancelToken>) -> Context {
        let context = Context::alone(&self.inner.api.network, cancel);
        // A client that is shut down must not be kept by a call that waits.
        self.inner.api.closing.watch(&context.session);
        context
    }

    /// Starts to download. Each request needs a target, and no two the same one.
    pub fn start(&self, requests: Vec<Request>) -> Result<Job> {
        let mut sources = Vec::with_capacity(requests.len());
        let mut items = Vec::with_capacity(requests.len());
        let mut paths = std::collections::HashSet::new();
        for (index, request) in requests.into_iter().enumerate() {
            let label = request.label();
            let target = match request.target {
                Some(Target::File(path)) => {
                    // Before Windows makes of it what it takes it for.
                    check_target(&path)?;
                    let path = std::path::absolute(&path)
                        .map_err(|_| Error::invalid(format!("The target of {label} is empty.")))?;
                    if !paths.insert(crate::folder::same_file(&path)) {
                        return Err(Error::invalid(format!(
                            "Two requests have the same target {}.",
                            path.display()
                        )));
                    }
                    Target::File(path)
                }
                Some(memory) => memory,
                None => {
                    return Err(Error::invalid(format!(
                        "Request {index} ({label}) has no target to download to."
                    )));
                }
            };
            sources.push(request.source);
            items.push(NewItem {
                label,
                target,
                existing: request.existing,
                sha1: request.sha1,
                size: request.size,
                known: request.known,
                resume: request.resume,
            });
        }
        let locator = Box::new(Sources::new(self.inner.api.clone(), sources));
        let session = self.inner.api.network.session();
        let job = self.inner.engine.start(items, locator, session)?;
        Ok(Job::new(self.inner.engine.clone(), job))
    }

    /// Downloads and waits for the end. `on_progress` is called on this thread about ten times a second and
    /// once at the end; when it returns `false`, the job is cancelled.
    ///
    /// The results are in the order of the requests; one that failed does not stop the others.
    pub fn download(
        &self,
        requests: Vec<Request>,
        mut on_progress: impl FnMut(&Progress) -> bool,
    ) -> Result<Vec<Result<ItemResult>>> {
        let job = self.start(requests)?;
        loop {
            let finished = job.wait(Duration::from_millis(100));
            if !on_progress(&job.progress()) && !finished {
                job.cancel();
            }
            if finished {
                return Ok(job.results());
            }
        }
    }

    /// Cancels everything and ends the threads now, while other clones still exist; they can start nothing more.
    pub fn shut_down(&self) {
        self.inner.api.closing.cancel();
        self.inner.engine.shut_down();
    }

    /// The scheme of an error for a call that needs a finished job.
    pub(crate) fn not_finished() -> Error {
        Error::new(
            ErrorKind::InvalidState,
            "The job is still running; wait for it first.",
        )
    }
}
