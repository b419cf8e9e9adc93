//! Manifests
//!
//! What the translation of a design made, and how far it has come, from "Fetch Manifest" (GET urn/manifest).
//! The tree of derivatives and their children is a list here: each node after its parent. Texts are NULL where
//! APS says nothing, and for an index that is not below the count.

use std::ffi::{c_char, c_void};

use super::callback::{self, Body};
use super::cancel_token::apsfetch_cancel_token;
use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::text::{self, Text};
use super::{arguments, output, release};
use crate::{Manifest, ManifestMessage, ManifestNode, TranslationStatus};

/// The manifest does not say, or says a word this library does not know; the status text has it.
pub const APSFETCH_TRANSLATION_UNKNOWN: i32 = 0;
/// Not begun.
pub const APSFETCH_TRANSLATION_PENDING: i32 = 1;
/// Under way.
pub const APSFETCH_TRANSLATION_IN_PROGRESS: i32 = 2;
/// Over: done.
pub const APSFETCH_TRANSLATION_SUCCESS: i32 = 3;
/// Over: failed. The messages say why.
pub const APSFETCH_TRANSLATION_FAILED: i32 = 4;
/// Over: given up after too long a time.
pub const APSFETCH_TRANSLATION_TIMEOUT: i32 = 5;

const _: () = assert!(TranslationStatus::Unknown as i32 == APSFETCH_TRANSLATION_UNKNOWN);
const _: () = assert!(TranslationStatus::Pending as i32 == APSFETCH_TRANSLATION_PENDING);
const _: () = assert!(TranslationStatus::InProgress as i32 == APSFETCH_TRANSLATION_IN_PROGRESS);
const _: () = assert!(TranslationStatus::Success as i32 == APSFETCH_TRANSLATION_SUCCESS);
const _: () = assert!(TranslationStatus::Failed as i32 == APSFETCH_TRANSLATION_FAILED);
const _: () = assert!(TranslationStatus::Timeout as i32 == APSFETCH_TRANSLATION_TIMEOUT);

/// The manifest of a design. It does not change, so any thread may read it.
pub struct apsfetch_manifest {
    _opaque: [u8; 0],
}

pub(super) struct ManifestObject {
    /// Without its JSON text, which C has to read.
    pub(super) manifest: Manifest,
    pub(super) nodes: Vec<NodeTexts>,
    json: Text,
    urn: Text,
    status_text: Option<Text>,
    progress: Option<Text>,
    region: Option<Text>,
    manifest_type: Option<Text>,
    version: Option<Text>,
}

/// The texts of a node.
pub(super) struct NodeTexts {
    pub(super) urn: Option<Text>,
    pub(super) guid: Option<Text>,
    pub(super) name: Option<Text>,
    pub(super) role: Option<Text>,
    pub(super) mime: Option<Text>,
    pub(super) node_type: Option<Text>,
    pub(super) output_type: Option<Text>,
    pub(super) status_text: Option<Text>,
    pub(super) progress: Option<Text>,
    pub(super) messages: Vec<MessageTexts>,
}

/// The texts of a message.
pub(super) struct MessageTexts {
    pub(super) message_type: Option<Text>,
    pub(super) code: Option<Text>,
    pub(super) text: Text,
}

impl ManifestObject {
    pub(super) fn new(mut manifest: Manifest) -> Self {
        let json = std::mem::take(&mut manifest.json);
        ManifestObject {
            nodes: manifest.nodes.iter().map(NodeTexts::new).collect(),
            json: Text::new(&json),
            urn: Text::new(&manifest.urn),
            status_text: Text::maybe(manifest.status_text.as_deref()),
            progress: Text::maybe(manifest.progress.as_deref()),
            region: Text::maybe(manifest.region.as_deref()),
            manifest_type: Text::maybe(manifest.manifest_type.as_deref()),
            version: Text::maybe(manifest.version.as_deref()),
            manifest,
        }
    }
}

impl NodeTexts {
    fn new(node: &ManifestNode) -> Self {
        NodeTexts {
            urn: Text::maybe(node.urn.as_deref()),
            guid: Text::maybe(node.guid.as_deref()),
            name: Text::maybe(node.name.as_deref()),
            role: Text::maybe(node.role.as_deref()),
            mime: Text::maybe(node.mime.as_deref()),
            node_type: Text::maybe(node.node_type.as_deref()),
            output_type: Text::maybe(node.output_type.as_deref()),
            status_text: Text::maybe(node.status_text.as_deref()),
            progress: Text::maybe(node.progress.as_deref()),
            messages: node.messages.iter().map(MessageTexts::new).collect(),
        }
    }
}

impl MessageTexts {
    fn new(message: &ManifestMessage) -> Self {
        MessageTexts {
            message_type: Text::maybe(message.message_type.as_deref()),
            code: Text::maybe(message.code.as_deref()),
            text: Text::new(&message.text),
        }
    }
}

impl Handle for apsfetch_manifest {
    type Object = ManifestObject;
    const NAME: &'static str = "manifest";
}

/// Reads one of the texts.
fn text_of(
    manifest: *const apsfetch_manifest,
    text: impl FnOnce(&ManifestObject) -> Option<&Text>,
) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(text::pointer(text(&*handle::get(manifest)?)))
    })
}

/// Asks for the manifest of a design, and waits for the answer. `urn` is the design's, in URL-safe base64 or
/// plain. `cancel` may be NULL. The manifest may say that the translation is not over, or has failed;
/// `APSFETCH_E_NOT_READY` means that there is none yet, `APSFETCH_E_NOT_FOUND` that APS does not know the
/// design in the client's region.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_manifest_fetch(
    client: *const apsfetch_client,
    urn: *const c_char,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_manifest,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let urn = arguments::text(urn, "URN of the design")?;
            let cancel = arguments::cancel_token(cancel)?;
            let manifest = client.manifest(urn, cancel.as_deref())?;
            output::give(out, ManifestObject::new(manifest))?;
            Ok(Outcome::Done)
        })
    }
}

/// Called by `apsfetch_manifest_wait` on the thread that called it with each manifest that APS sends, also the
/// last one. `manifest` is valid during the call, and the library frees it. A result other than 0 ends the
/// wait. Otherwise as `apsfetch_progress_callback`.
pub type apsfetch_manifest_callback = Option<
    unsafe extern "C-unwind" fn(manifest: *const apsfetch_manifest, user_data: *mut c_void) -> i32,
>;

/// A manifest while the callback has it.
struct Lent(*mut apsfetch_manifest);

impl Drop for Lent {
    fn drop(&mut self) {
        release::free(self.0, |_| {});
    }
}

/// Asks for the manifest with growing pauses until the translation is over: success, failure or timeout of
/// APS's own, which its status tells apart. After `wait_ms`, or never for `APSFETCH_NO_LIMIT`, it fails with
/// `APSFETCH_E_NOT_READY` and how far the translation was; with `APSFETCH_E_NOT_FOUND` at once for a design
/// that APS does not know. `callback` and `cancel` may be NULL; both end the wait with `APSFETCH_E_CANCELLED`.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn apsfetch_manifest_wait(
    client: *const apsfetch_client,
    urn: *const c_char,
    wait_ms: u32,
    callback: apsfetch_manifest_callback,
    user_data: *mut c_void,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_manifest,
    error: *mut *mut apsfetch_error,
) -> i32 {
    let prepare = || {
        // SAFETY: the caller vouches for the pointer.
        unsafe { output::clear(out) }?;
        let client = handle::get(client)?;
        // SAFETY: as above.
        let urn = unsafe { arguments::text(urn, "URN of the design") }?.to_owned();
        let cancel = arguments::cancel_token(cancel)?;
        let wait = arguments::limit(wait_ms);
        let body: Body<Manifest, Manifest> = Box::new(move |ask| {
            let told = |manifest: &Manifest| ask(manifest.clone());
            client.wait_for_manifest(&urn, wait, told, cancel.as_deref())
        });
        Ok(body)
    };
    let tell = callback.map(|callback| {
        move |manifest| {
            let lent: Option<*mut apsfetch_manifest> = guard::value(None, || {
                handle::insert(ManifestObject::new(manifest)).map(Some)
            });
            let Some(lent) = lent.map(Lent) else {
                return false;
            };
            // SAFETY: the caller vouches for its function.
            unsafe { callback(lent.0, user_data) == 0 }
        }
    });
    // SAFETY: the caller vouches for both pointers, and `out` has gone through `clear` when there is a result.
    unsafe {
        callback::run(error, prepare, tell, |manifest| {
            output::give(out, ManifestObject::new(manifest))?;
            Ok(Outcome::Done)
        })
    }
}

/// Reads a manifest that the host has kept as JSON text. `APSFETCH_E_INVALID_ARGUMENT` if it is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_manifest_from_json(
    json: *const c_char,
    out: *mut *mut apsfetch_manifest,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let manifest = Manifest::from_json(arguments::text(json, "JSON text")?)?;
            output::give(out, ManifestObject::new(manifest))?;
            Ok(Outcome::Done)
        })
    }
}

/// The JSON text, as it was received.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_json(manifest: *const apsfetch_manifest) -> *const c_char {
    text_of(manifest, |manifest| Some(&manifest.json))
}

/// The design's URN in base64.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_urn(manifest: *const apsfetch_manifest) -> *const c_char {
    text_of(manifest, |manifest| Some(&manifest.urn))
}

/// How far the translation has come: one of the `APSFETCH_TRANSLATION_` numbers.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_status(manifest: *const apsfetch_manifest) -> i32 {
    guard::number(|| Ok(handle::get(manifest)?.manifest.status as i32))
}

/// The status in APS's own word.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_status_text(
    manifest: *const apsfetch_manifest,
) -> *const c_char {
    text_of(manifest, |manifest| manifest.status_text.as_ref())
}

/// The progress in APS's own words: "complete", or "NN% complete".
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_progress(manifest: *const apsfetch_manifest) -> *const c_char {
    text_of(manifest, |manifest| manifest.progress.as_ref())
}

/// The progress in percent, 0 to 100, or -1 if APS did not say it.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_percent(manifest: *const apsfetch_manifest) -> i64 {
    guard::value(-1, || {
        Ok(handle::get(manifest)?
            .manifest
            .percent
            .map_or(-1, i64::from))
    })
}

/// The data centre where the derivatives are.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_region(manifest: *const apsfetch_manifest) -> *const c_char {
    text_of(manifest, |manifest| manifest.region.as_ref())
}

/// `type` of the manifest: always "manifest" today.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_type(manifest: *const apsfetch_manifest) -> *const c_char {
    text_of(manifest, |manifest| manifest.manifest_type.as_ref())
}

/// The version of the manifest's form.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_version(manifest: *const apsfetch_manifest) -> *const c_char {
    text_of(manifest, |manifest| manifest.version.as_ref())
}

/// 1 if there is a picture of the design, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_has_thumbnail(manifest: *const apsfetch_manifest) -> i32 {
    guard::value(0, || {
        Ok(handle::get(manifest)?.manifest.has_thumbnail.into())
    })
}

/// How many nodes there are: derivatives and their children, depth first.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_count(manifest: *const apsfetch_manifest) -> usize {
    guard::value(0, || Ok(handle::get(manifest)?.nodes.len()))
}

/// Frees a manifest with all its texts.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_free(manifest: *mut apsfetch_manifest) -> i32 {
    release::free(manifest, |_| {})
}
