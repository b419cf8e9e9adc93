//! Which derivatives of a design to download.

use std::collections::HashSet;
use std::path::Path;

use super::FolderPlan;
use super::name;
use super::plan::{Candidate, Content, Kind};
use crate::aps;
use crate::error::Result;
use crate::manifest::{Manifest, ManifestNode, TranslationStatus};
use crate::request::Request;

/// Which derivatives of a design to download. Each list that is not empty has to have the node's value in it,
/// in whatever case; the default is all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DesignFilter {
    /// Roles, such as `graphics`, `thumbnail` or `obj`.
    pub roles: Vec<String>,
    /// Media types, such as `image/png`.
    pub mimes: Vec<String>,
    /// Types of output, such as `obj`, `svf` or `thumbnail`.
    pub output_types: Vec<String>,
}

impl DesignFilter {
    fn lets_through(&self, node: &ManifestNode) -> bool {
        let has = |list: &[String], value: &Option<String>| {
            let value = value.as_deref().unwrap_or_default();
            list.is_empty() || list.iter().any(|wanted| wanted.eq_ignore_ascii_case(value))
        };
        has(&self.roles, &node.role)
            && has(&self.mimes, &node.mime)
            && has(&self.output_types, &node.output_type)
    }
}

impl FolderPlan {
    /// Plans the derivatives of a design. `urn` is the one that its manifest was asked for with.
    pub(crate) fn of_design(
        urn: &str,
        manifest: &Manifest,
        filter: &DesignFilter,
        folder: &Path,
    ) -> Result<Self> {
        let urn = aps::design_urn(urn)?;
        let explained = explained(&manifest.nodes);
        let mut candidates = Vec::new();
        for (index, node) in manifest.nodes.iter().enumerate() {
            if filter.lets_through(node) {
                candidates.extend(candidate(&urn, node, explained.contains(&index)));
            }
        }
        Self::make(format!("design {urn}"), folder, candidates)
    }
}

/// The nodes that say "failed" or "under way" only because something inside them says so.
fn explained(nodes: &[ManifestNode]) -> HashSet<usize> {
    let mut explained = HashSet::new();
    for node in nodes.iter().filter(|node| why_unfinished(node).is_some()) {
        let mut parent = node.parent;
        while let Some(index) = parent.filter(|index| explained.insert(*index)) {
            parent = nodes.get(index).and_then(|node| node.parent);
        }
    }
    explained
}

fn candidate(urn: &str, node: &ManifestNode, explained: bool) -> Option<Candidate> {
    let unfinished = why_unfinished(node);
    let Some(derivative) = &node.urn else {
        // A file that was to be made and was not must not be missing silently. Other nodes only hold the tree.
        let reason = unfinished.filter(|_| !explained)?;
        let words = [&node.output_type, &node.role, &node.name];
        let words: Vec<&str> = words.into_iter().filter_map(Option::as_deref).collect();
        return Some(Candidate {
            id: node.guid.clone().unwrap_or_else(|| words.join(" ")),
            kind: Kind::Skipped(reason),
        });
    };
    let plain = aps::derivative_urn(derivative);
    let id = plain.as_ref().unwrap_or(derivative).clone();
    let kind = match unfinished.or_else(|| why_not_a_file(node, &id)) {
        Some(reason) => Kind::Skipped(reason),
        None => Kind::File {
            path: name::of_derivative(&id),
            request: plain
                .and_then(|plain| Request::derivative(urn, &plain))
                .map(Box::new),
            content: Content::Derivative,
        },
    };
    Some(Candidate { id, kind })
}

fn why_unfinished(node: &ManifestNode) -> Option<String> {
    let what = match node.status {
        TranslationStatus::Failed => "Its translation failed",
        TranslationStatus::Timeout => "Its translation took too long and was given up",
        TranslationStatus::Pending => "Its translation has not begun",
        TranslationStatus::InProgress => "Its translation is under way",
        TranslationStatus::Unknown | TranslationStatus::Success => return None,
    };
    let said: String = node
        .messages
        .first()
        .map(|message| message.text.as_str())
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect();
    Some(match said.is_empty() {
        true => format!("{what}."),
        false => format!("{what}: \"{said}\"."),
    })
}

/// 3D SVF2 stands in the manifest like any other file, but lives in the viewer's own storage.
fn why_not_a_file(node: &ManifestNode, urn: &str) -> Option<String> {
    let is_mime = |mime: &str| mime.eq_ignore_ascii_case("application/autodesk-svf2");
    let is_svf2 = urn.starts_with("urn:adsk.fluent:")
        || urn.to_ascii_lowercase().ends_with(".svf2")
        || node.mime.as_deref().is_some_and(is_mime);
    is_svf2.then(|| "3D SVF2 derivatives cannot be downloaded from APS.".to_owned())
}
