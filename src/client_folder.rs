//! What a client does with manifests, buckets and whole folders.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::aps;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::folder::{DesignFilter, FileStatus, FolderOutcome, FolderPlan, ObjectFilter};
use crate::job::Job;
use crate::manifest::{Manifest, TranslationStatus};
use crate::manifest_watch::ManifestWatch;
use crate::objects::{ListOptions, ObjectInfo, ObjectPage};
use crate::transfer::Progress;

/// How often a blocking download looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(50);
/// How often it tells how far it is.
const TELL: Duration = Duration::from_millis(100);
/// How often it notes in the listing what has arrived, in case the program is killed.
const NOTE: Duration = Duration::from_secs(5);

impl Client {
    /// The manifest of a design, from
    /// [Fetch Manifest](https://aps.autodesk.com/en/docs/model-derivative/v2/reference/http/manifest/urn-manifest-GET/).
    ///
    /// `urn` is the design's URN, in URL-safe base64 or plain (`urn:adsk.objects:…`). The manifest may say that
    /// the translation is not over, or has failed; [`ErrorKind::NotReady`] means that there is none yet.
    pub fn manifest(&self, urn: &str, cancel: Option<&CancelToken>) -> Result<Manifest> {
        let urn = aps::design_urn(urn)?;
        self.api().manifest(&self.context(cancel), &urn)
    }

    /// Asks for the manifest with growing pauses until the translation is over: a success, a failure or a
    /// timeout of APS's own, which the manifest's status and messages tell apart.
    ///
    /// `on_progress` sees each manifest on this thread; when it returns `false`, the wait ends with
    /// [`ErrorKind::Cancelled`]. After `wait` at the most it ends with [`ErrorKind::NotReady`] and how far the
    /// translation was. A design that APS does not know is [`ErrorKind::NotFound`] at once.
    pub fn wait_for_manifest(
        &self,
        urn: &str,
        wait: Duration,
        mut on_progress: impl FnMut(&Manifest) -> bool,
        cancel: Option<&CancelToken>,
    ) -> Result<Manifest> {
        let urn = aps::design_urn(urn)?;
        let context = self.context(cancel);
        self.api()
            .wait_for_manifest(context, &urn, wait, &mut on_progress)
    }

    /// [`Client::wait_for_manifest`] on a thread of the client, to be polled. It waits for an access token as jobs
    /// do, if the client was told to.
    pub fn watch_manifest(&self, urn: &str, wait: Duration) -> Result<ManifestWatch> {
        ManifestWatch::start(self, urn, wait)
    }

    /// The objects of a bucket, all pages of
    /// [Get Objects](https://aps.autodesk.com/en/docs/data/v2/reference/http/buckets-:bucketKey-objects-GET/),
    /// in memory; [`Client::list_objects_page`] takes less for a bucket of millions. Needs the scope `data:read`.
    ///
    /// A next page that does not belong to the same listing, or one in circles, is [`ErrorKind::BadResponse`].
    pub fn list_objects(
        &self,
        bucket_key: &str,
        options: &ListOptions,
        cancel: Option<&CancelToken>,
    ) -> Result<Vec<ObjectInfo>> {
        let bucket = aps::bucket_key(bucket_key)?;
        self.api()
            .list_objects(&self.context(cancel), &bucket, options)
    }

    /// One page of the objects of a bucket: the first for `None`, the following ones for what
    /// [`ObjectPage::next`] of the page before says. `options` stay the same; `max_objects` has no meaning here.
    pub fn list_objects_page(
        &self,
        bucket_key: &str,
        options: &ListOptions,
        page: Option<&str>,
        cancel: Option<&CancelToken>,
    ) -> Result<ObjectPage> {
        let bucket = aps::bucket_key(bucket_key)?;
        self.api()
            .list_objects_page(&self.context(cancel), &bucket, options, page)
    }

    /// What APS says of one object, from
    /// [Get Object Details](https://aps.autodesk.com/en/docs/data/v2/reference/http/buckets-:bucketKey-objects-:objectKey-details-GET/).
    pub fn object_details(
        &self,
        bucket_key: &str,
        object_key: &str,
        cancel: Option<&CancelToken>,
    ) -> Result<ObjectInfo> {
        let bucket = aps::bucket_key(bucket_key)?;
        let key = aps::object_key(object_key)?;
        self.api()
            .object_details(&self.context(cancel), &bucket, &key)
    }

    /// Plans to download the derivatives of a design into a folder: gives each its name, makes the folders and
    /// notes the names in the folder's listing, `apsfetch-listing.json`. Nothing is sent.
    ///
    /// What cannot be downloaded (3D SVF2, failed or unfinished translations) is in the plan as skipped.
    pub fn plan_design(
        &self,
        manifest: &Manifest,
        filter: &DesignFilter,
        folder: impl AsRef<Path>,
    ) -> Result<FolderPlan> {
        FolderPlan::of_design(&manifest.urn, manifest, filter, folder.as_ref())
    }

    /// Plans to download objects into a folder, in the same manner. The bucket is listed first; objects that
    /// lie in the folder already, unchanged on both sides, are in the plan as unchanged. That is: APS tells
    /// the same SHA-1 and size, and the file here has the size and time of its download.
    pub fn plan_objects(
        &self,
        bucket_key: &str,
        filter: &ObjectFilter,
        folder: impl AsRef<Path>,
        cancel: Option<&CancelToken>,
    ) -> Result<FolderPlan> {
        let options = ListOptions {
            begins_with: Some(filter.prefix.clone()),
            ..ListOptions::default()
        };
        let objects = self.list_objects(bucket_key, &options, cancel)?;
        FolderPlan::of_objects(bucket_key, objects, filter, folder.as_ref())
    }

    /// Starts to download what is planned: [`FolderPlan::requests`], in their order. When the job is over, or
    /// before, [`FolderPlan::record`] notes the results in the listing.
    pub fn start_plan(&self, plan: &FolderPlan) -> Result<Job> {
        plan.check_folders()?;
        self.start(plan.requests())
    }

    /// Downloads the derivatives of a design into a folder and waits for the end: manifest, plan, job, listing.
    /// Files that are unchanged since the last time are not downloaded again.
    ///
    /// `on_progress` is called on this thread about ten times a second; when it returns `false`, or `cancel` is
    /// cancelled, the files that are not over fail as cancelled, and the next time goes on with them.
    ///
    /// One failed file does not stop the others. A translation that has not ended is [`ErrorKind::NotReady`]; one
    /// that failed and left nothing to download is [`ErrorKind::Refused`].
    pub fn download_design(
        &self,
        urn: &str,
        filter: &DesignFilter,
        folder: impl AsRef<Path>,
        on_progress: impl FnMut(&Progress) -> bool,
        cancel: Option<&CancelToken>,
    ) -> Result<FolderOutcome> {
        let manifest = self.manifest(urn, cancel)?;
        if matches!(
            manifest.status,
            TranslationStatus::Pending | TranslationStatus::InProgress
        ) {
            return Err(Error::new(
                ErrorKind::NotReady,
                "The translation of the design is not over. Wait for its manifest first, then download it.",
            ));
        }
        let plan = FolderPlan::of_design(urn, &manifest, filter, folder.as_ref())?;
        let failed = matches!(
            manifest.status,
            TranslationStatus::Failed | TranslationStatus::Timeout
        );
        if failed
            && plan
                .files()
                .iter()
                .all(|file| file.status == FileStatus::Skipped)
        {
            return Err(translation_failed(&manifest));
        }
        self.run_plan(&plan, on_progress, cancel)
    }

    /// Downloads objects into a folder and waits for the end: listing of the bucket, plan, job, listing of the
    /// folder. Otherwise as [`Client::download_design`].
    pub fn download_objects(
        &self,
        bucket_key: &str,
        filter: &ObjectFilter,
        folder: impl AsRef<Path>,
        on_progress: impl FnMut(&Progress) -> bool,
        cancel: Option<&CancelToken>,
    ) -> Result<FolderOutcome> {
        let plan = self.plan_objects(bucket_key, filter, folder, cancel)?;
        self.run_plan(&plan, on_progress, cancel)
    }

    fn run_plan(
        &self,
        plan: &FolderPlan,
        mut on_progress: impl FnMut(&Progress) -> bool,
        cancel: Option<&CancelToken>,
    ) -> Result<FolderOutcome> {
        let job = self.start_plan(plan)?;
        let mut told = Instant::now();
        let mut noted = (Instant::now(), 0);
        loop {
            let finished = job.wait(LOOK);
            if cancel.is_some_and(CancelToken::is_cancelled) {
                job.cancel();
            }
            let progress = job.progress();
            if finished || told.elapsed() >= TELL {
                told = Instant::now();
                if !on_progress(&progress) {
                    job.cancel();
                }
            }
            if finished {
                return plan.record(&job);
            }
            if noted.0.elapsed() >= NOTE && noted.1 != progress.items_finished {
                noted = (Instant::now(), progress.items_finished);
                // If it cannot be written, the end of the job will say so.
                let _ = plan.record(&job);
            }
        }
    }
}

fn translation_failed(manifest: &Manifest) -> Error {
    let said = manifest.first_error().map(|message| message.text.as_str());
    let said: String = said
        .unwrap_or("no reason given")
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect();
    Error::new(
        ErrorKind::Refused,
        format!("APS could not translate the design, so there is nothing to download: \"{said}\"."),
    )
}
