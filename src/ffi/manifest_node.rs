//! Nodes of a manifest
//!
//! Derivatives, and what is inside them. Nodes are numbered from 0 to below `apsfetch_manifest_node_count`,
//! and so are the messages of each. Many nodes say next to nothing: what is missing is NULL, -1 or 0.

use std::ffi::c_char;

use super::manifest::{ManifestObject, MessageTexts, NodeTexts, apsfetch_manifest};
use super::text::{self, Text};
use super::{arguments, guard, handle};
use crate::{ManifestNode, Result};

impl ManifestObject {
    fn node(&self, index: usize) -> Result<(&ManifestNode, &NodeTexts)> {
        Ok((
            arguments::item(&self.manifest.nodes, index, "nodes")?,
            arguments::item(&self.nodes, index, "nodes")?,
        ))
    }
}

/// Reads something of a node, or `fallback` if it is not there.
fn read<T>(
    manifest: *const apsfetch_manifest,
    node: usize,
    fallback: T,
    body: impl FnOnce(&ManifestNode) -> T,
) -> T {
    guard::value(fallback, || Ok(body(handle::get(manifest)?.node(node)?.0)))
}

/// Reads one of a node's texts.
fn text_of(
    manifest: *const apsfetch_manifest,
    node: usize,
    text: impl FnOnce(&NodeTexts) -> Option<&Text>,
) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(text::pointer(text(handle::get(manifest)?.node(node)?.1)))
    })
}

/// Reads one of a message's texts.
fn message_text_of(
    manifest: *const apsfetch_manifest,
    node: usize,
    message: usize,
    text: impl FnOnce(&MessageTexts) -> Option<&Text>,
) -> *const c_char {
    guard::value(std::ptr::null(), || {
        let manifest = handle::get(manifest)?;
        let messages = &manifest.node(node)?.1.messages;
        Ok(text::pointer(text(arguments::item(
            messages, message, "messages",
        )?)))
    })
}

/// The index of the node it belongs to, which is smaller than its own; -1 for a derivative.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_parent(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> i64 {
    read(manifest, node, -1, |node| {
        let parent = node.parent.map(i64::try_from);
        parent.and_then(std::result::Result::ok).unwrap_or(-1)
    })
}

/// 1 if the node stands directly in the manifest's list of derivatives, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_is_derivative(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> i32 {
    read(manifest, node, 0, |node| node.is_derivative.into())
}

/// The URN to download it by, for `apsfetch_request_new_derivative`. Only files have one.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_urn(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> *const c_char {
    text_of(manifest, node, |node| node.urn.as_ref())
}

/// Its own id.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_guid(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> *const c_char {
    text_of(manifest, node, |node| node.guid.as_ref())
}

/// Its name.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_name(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> *const c_char {
    text_of(manifest, node, |node| node.name.as_ref())
}

/// What it is for: "graphics", "thumbnail", "Autodesk.CloudPlatform.PropertyDatabase", "obj" and others.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_role(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> *const c_char {
    text_of(manifest, node, |node| node.role.as_ref())
}

/// The media type.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_mime(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> *const c_char {
    text_of(manifest, node, |node| node.mime.as_ref())
}

/// `type`: "resource", "geometry", "view", "folder" and others.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_type(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> *const c_char {
    text_of(manifest, node, |node| node.node_type.as_ref())
}

/// The type of output: "svf", "svf2", "obj", "thumbnail" and others. Children have their derivative's.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_output_type(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> *const c_char {
    text_of(manifest, node, |node| node.output_type.as_ref())
}

/// How far its own translation has come: one of the `APSFETCH_TRANSLATION_` numbers.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_status(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> i32 {
    guard::number(|| Ok(handle::get(manifest)?.node(node)?.0.status as i32))
}

/// The status in APS's own word.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_status_text(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> *const c_char {
    text_of(manifest, node, |node| node.status_text.as_ref())
}

/// The progress in APS's own words.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_progress(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> *const c_char {
    text_of(manifest, node, |node| node.progress.as_ref())
}

/// The progress in percent, 0 to 100, or -1 if APS did not say it.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_percent(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> i64 {
    read(manifest, node, -1, |node| {
        node.percent.map_or(-1, i64::from)
    })
}

/// 1 if there is a picture of it, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_node_has_thumbnail(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> i32 {
    read(manifest, node, 0, |node| node.has_thumbnail.into())
}

/// How many messages the translator has about it.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_message_count(
    manifest: *const apsfetch_manifest,
    node: usize,
) -> usize {
    read(manifest, node, 0, |node| node.messages.len())
}

/// The type of a message: "error", "warning" or "info".
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_message_type(
    manifest: *const apsfetch_manifest,
    node: usize,
    message: usize,
) -> *const c_char {
    message_text_of(manifest, node, message, |message| {
        message.message_type.as_ref()
    })
}

/// The code of a message, such as "Revit-UnsupportedFileType".
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_message_code(
    manifest: *const apsfetch_manifest,
    node: usize,
    message: usize,
) -> *const c_char {
    message_text_of(manifest, node, message, |message| message.code.as_ref())
}

/// The text of a message; what APS sends as a list has one line for each entry.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_message_text(
    manifest: *const apsfetch_manifest,
    node: usize,
    message: usize,
) -> *const c_char {
    message_text_of(manifest, node, message, |message| Some(&message.text))
}
