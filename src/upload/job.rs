//! An upload under way.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::source::Version;
use super::work::Work;
use super::{UploadOptions, UploadResult, check_content_type};
use crate::aps::{self, Access, SignedUrlOptions};
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::task::{Kind, Task};
use crate::transfer::{JobState, Progress};
use crate::transport::origin;

/// How often progress is told.
const TELL: Duration = Duration::from_millis(50);
const UPLOAD: Kind = Kind {
    thread: "apsfetch-upload",
    noun: "upload",
};

/// Where a file goes.
pub(super) enum Target {
    Url(Secret),
    Object { bucket: String, key: String },
}

impl Target {
    pub(super) fn object(bucket: &str, key: &str) -> Result<Self> {
        Ok(Target::Object {
            bucket: aps::bucket_key(bucket)?,
            key: aps::object_key(key)?,
        })
    }
}

/// An upload that runs on a thread of its client.
///
/// It can be watched and cancelled from any thread. Dropping it cancels it, if it is not over, and waits until
/// nothing of it reads or sends any more.
pub struct UploadJob {
    task: Task<UploadResult>,
    sent: Arc<AtomicU64>,
    total: u64,
}

impl std::fmt::Debug for UploadJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadJob")
            .field("progress", &self.progress())
            .finish()
    }
}

impl UploadJob {
    pub(super) fn start(
        client: &Client,
        target: Target,
        path: &Path,
        options: &UploadOptions,
        is_polled: bool,
        cancel: Option<&CancelToken>,
    ) -> Result<Self> {
        // Before anything is asked of APS.
        if let Target::Url(url) = &target {
            origin(url.expose(), "URL")?;
        }
        check_content_type(&options.content_type)?;
        if options.minutes_expiration == Some(0) {
            return Err(Error::invalid(
                "A signed URL lives for at least one minute.",
            ));
        }
        let version = Version::look(path)?;
        let total = version.length;
        let sent = Arc::new(AtomicU64::new(0));
        let (api, path, options) = (client.api().clone(), path.to_owned(), options.clone());
        let counted = sent.clone();
        let task = Task::start(client, UPLOAD, is_polled, cancel, move |context| {
            crate::failpoint::here("upload");
            let url = match target {
                Target::Url(url) => url,
                Target::Object { bucket, key } => {
                    let signing = SignedUrlOptions {
                        access: Access::Write,
                        minutes_expiration: options.minutes_expiration,
                        single_use: options.single_use,
                        ..SignedUrlOptions::default()
                    };
                    api.create_signed_url(&context, &bucket, &key, &signing)?
                        .url
                }
            };
            Work {
                context,
                url,
                path,
                version,
                options,
                sent: counted,
            }
            .send()
        })?;
        Ok(UploadJob { task, sent, total })
    }

    /// Waits for the end, and tells the progress on this thread. A panic in `on_progress` ends the upload.
    pub(super) fn run(self, mut on_progress: impl FnMut(u64, u64) -> bool) -> Result<UploadResult> {
        loop {
            self.task.wait(TELL);
            let outcome = self.task.outcome();
            let sent = match &outcome {
                Some(Ok(_)) => self.total,
                _ => self.sent.load(Ordering::Relaxed),
            };
            let go_on = on_progress(sent, self.total);
            match outcome {
                Some(outcome) => return outcome,
                None if !go_on => self.cancel(),
                None => {}
            }
        }
    }

    /// Waits for the end, at most `limit`. Whether the upload is over.
    pub fn wait(&self, limit: Duration) -> bool {
        self.task.wait(limit)
    }

    /// Waits for the end, however long it takes.
    pub fn join(&self) {
        self.task.join();
    }

    /// Whether the upload is over.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// How far it has come, as a job of one item: `bytes_done` are sent, and `bytes_total` is the size of the
    /// file. `bytes_done` never falls, also when the file has to be sent again.
    pub fn progress(&self) -> Progress {
        let outcome = self.task.outcome();
        let sent = match &outcome {
            Some(Ok(_)) => self.total,
            _ => self.sent.load(Ordering::Relaxed),
        };
        Progress {
            state: match outcome {
                Some(_) => JobState::Finished,
                None => self.task.state_while_running(),
            },
            items_total: 1,
            items_finished: outcome.is_some().into(),
            items_failed: matches!(outcome, Some(Err(_))).into(),
            items_sized: 1,
            bytes_done: sent,
            bytes_total: self.total,
            connections: u64::from(outcome.is_none() && sent > 0),
            retries: self.task.retries(),
        }
    }

    /// Breaks the upload off, within 100 ms. It returns at once; the result is
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled), unless the file was stored already.
    pub fn cancel(&self) {
        self.task.cancel();
    }

    /// What became of it, or `None` while it is not over.
    pub fn result(&self) -> Option<Result<UploadResult>> {
        self.task.outcome()
    }
}
