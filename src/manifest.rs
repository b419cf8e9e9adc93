//! The manifest of a design: what its translation made, and how far it has come.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// How far a translation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(i32)]
#[non_exhaustive]
pub enum TranslationStatus {
    /// The manifest does not say, or says a word this library does not know; the text has it.
    #[default]
    Unknown = 0,
    /// Not begun.
    Pending = 1,
    /// Under way.
    InProgress = 2,
    /// Done.
    Success = 3,
    /// Failed; the messages say why.
    Failed = 4,
    /// Given up after too long a time.
    Timeout = 5,
}

impl TranslationStatus {
    fn from_word(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "pending" => TranslationStatus::Pending,
            "inprogress" => TranslationStatus::InProgress,
            "success" => TranslationStatus::Success,
            "failed" => TranslationStatus::Failed,
            "timeout" => TranslationStatus::Timeout,
            _ => TranslationStatus::Unknown,
        }
    }

    /// Whether nothing more will come: success, failed or timeout.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            TranslationStatus::Success | TranslationStatus::Failed | TranslationStatus::Timeout
        )
    }
}

/// The manifest of a design, from
/// [Fetch Manifest](https://aps.autodesk.com/en/docs/model-derivative/v2/reference/http/manifest/urn-manifest-GET/).
///
/// The tree of derivatives and their children is a list here: each node after its parent, with the parent's
/// index. A field that is missing or of an unexpected kind is `None`, `false` or [`TranslationStatus::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manifest {
    /// The JSON text, as it was received.
    pub json: String,
    /// The design's URN in base64: the one in the manifest, or else the one that was asked for.
    pub urn: String,
    /// How far the translation has come.
    pub status: TranslationStatus,
    /// The same, in APS's own word.
    pub status_text: Option<String>,
    /// The progress in APS's own words: `complete`, or `NN% complete`.
    pub progress: Option<String>,
    /// The progress in percent, 0 to 100.
    pub percent: Option<u8>,
    /// The data centre where the derivatives are.
    pub region: Option<String>,
    /// `type`: always `manifest` today.
    pub manifest_type: Option<String>,
    /// The version of the manifest's form.
    pub version: Option<String>,
    /// Whether there is a picture of the design.
    pub has_thumbnail: bool,
    /// Derivatives and their children, depth first.
    pub nodes: Vec<ManifestNode>,
}

/// A derivative, or something inside one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ManifestNode {
    /// The index of the node it belongs to; `None` for a derivative.
    pub parent: Option<usize>,
    /// Whether it stands directly in the manifest's list of derivatives.
    pub is_derivative: bool,
    /// The URN to download it by. Many nodes have none.
    pub urn: Option<String>,
    /// The node's own id.
    pub guid: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What it is for: `graphics`, `thumbnail`, `Autodesk.CloudPlatform.PropertyDatabase`, `obj` and others.
    pub role: Option<String>,
    /// The media type.
    pub mime: Option<String>,
    /// `type`: `resource`, `geometry`, `view`, `folder` and others.
    pub node_type: Option<String>,
    /// The type of output: `svf`, `svf2`, `obj`, `thumbnail` and others. Children have their derivative's.
    pub output_type: Option<String>,
    /// How far its own translation has come; many nodes do not say.
    pub status: TranslationStatus,
    /// The same, in APS's own word.
    pub status_text: Option<String>,
    /// The progress in APS's own words.
    pub progress: Option<String>,
    /// The progress in percent, 0 to 100.
    pub percent: Option<u8>,
    /// Whether there is a picture of it.
    pub has_thumbnail: bool,
    /// What the translator says about it.
    pub messages: Vec<ManifestMessage>,
}

/// What the translator says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ManifestMessage {
    /// `type`: `error`, `warning` or `info`.
    pub message_type: Option<String>,
    /// The code, such as `Revit-UnsupportedFileType`.
    pub code: Option<String>,
    /// The text; what APS sends as a list has one line for each entry.
    pub text: String,
}

impl Manifest {
    /// Reads a manifest that the host has kept as JSON text.
    ///
    /// Fails with [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when the text is no manifest.
    pub fn from_json(json: &str) -> Result<Self> {
        let value = serde_json::from_str(json)
            .map_err(|_| Error::invalid("The text is not JSON, so it is not a manifest."))?;
        Self::from_value(value, json.to_owned(), None)
            .ok_or_else(|| Error::invalid("The text is JSON, but not that of a manifest."))
    }

    /// `None` when the value is not an object. `asked` is the URN to fall back on.
    pub(crate) fn from_value(value: Value, json: String, asked: Option<&str>) -> Option<Self> {
        let Value::Object(mut fields) = value else {
            return None;
        };
        let nodes = flatten(fields.remove("derivatives"));
        let status_text = text(&fields, "status");
        let progress = text(&fields, "progress");
        Some(Manifest {
            json,
            urn: text(&fields, "urn")
                .filter(|urn| !urn.is_empty())
                .unwrap_or_else(|| asked.unwrap_or_default().to_owned()),
            status: status(&status_text),
            percent: percent(&progress),
            status_text,
            progress,
            region: text(&fields, "region"),
            manifest_type: text(&fields, "type"),
            version: text(&fields, "version"),
            has_thumbnail: flag(&fields, "hasThumbnail"),
            nodes,
        })
    }

    /// The first message of type `error`, or the first one at all.
    pub fn first_error(&self) -> Option<&ManifestMessage> {
        let mut all = self.nodes.iter().flat_map(|node| &node.messages);
        let is_error = |message: &&ManifestMessage| {
            message
                .message_type
                .as_deref()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("error"))
        };
        all.clone().find(is_error).or_else(|| all.next())
    }
}

/// The tree as a list, each node after its parent.
fn flatten(derivatives: Option<Value>) -> Vec<ManifestNode> {
    struct Open {
        value: Value,
        parent: Option<usize>,
        output_type: Option<String>,
    }
    let mut nodes: Vec<ManifestNode> = Vec::new();
    // A stack of our own: the depth of the tree is the sender's choice.
    let mut open: Vec<Open> = Vec::new();
    let push =
        |open: &mut Vec<Open>, values: Option<Value>, parent, output_type: Option<String>| {
            let values = match values {
                Some(Value::Array(values)) => values,
                Some(one @ Value::Object(_)) => vec![one],
                _ => Vec::new(),
            };
            open.extend(values.into_iter().rev().map(|value| Open {
                value,
                parent,
                output_type: output_type.clone(),
            }));
        };
    push(&mut open, derivatives, None, None);
    while let Some(next) = open.pop() {
        let Value::Object(mut fields) = next.value else {
            continue;
        };
        let children = fields.remove("children");
        let node = node(&mut fields, next.parent, next.output_type);
        let index = nodes.len();
        push(&mut open, children, Some(index), node.output_type.clone());
        nodes.push(node);
    }
    nodes
}

fn node(
    fields: &mut Map<String, Value>,
    parent: Option<usize>,
    inherited: Option<String>,
) -> ManifestNode {
    let messages = messages(fields.remove("messages"));
    let status_text = text(fields, "status");
    let progress = text(fields, "progress");
    ManifestNode {
        parent,
        is_derivative: parent.is_none(),
        urn: text(fields, "urn").filter(|urn| !urn.is_empty()),
        guid: text(fields, "guid"),
        name: text(fields, "name"),
        role: text(fields, "role"),
        mime: text(fields, "mime"),
        node_type: text(fields, "type"),
        output_type: text(fields, "outputType").or(inherited),
        status: status(&status_text),
        percent: percent(&progress),
        status_text,
        progress,
        has_thumbnail: flag(fields, "hasThumbnail"),
        messages,
    }
}

fn messages(value: Option<Value>) -> Vec<ManifestMessage> {
    let list = match value {
        Some(Value::Array(list)) => list,
        None | Some(Value::Null) => Vec::new(),
        Some(one) => vec![one],
    };
    list.into_iter()
        .filter_map(|entry| match entry {
            Value::Object(fields) => Some(ManifestMessage {
                message_type: text(&fields, "type"),
                code: text(&fields, "code"),
                text: fields.get("message").map(lines).unwrap_or_default(),
            }),
            Value::Null => None,
            other => Some(ManifestMessage {
                text: lines(&other),
                ..ManifestMessage::default()
            }),
        })
        .collect()
}

/// A text, or a list of texts as lines.
fn lines(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list
            .iter()
            .map(|entry| match entry {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
            .collect::<Vec<_>>()
            .join("\n"),
        other => other.to_string(),
    }
}

/// A text, a number or a yes-or-no as text; nothing for anything else.
fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `true`, or the word, as APS writes it.
fn flag(fields: &Map<String, Value>, name: &str) -> bool {
    text(fields, name).is_some_and(|text| text.trim().eq_ignore_ascii_case("true"))
}

fn status(word: &Option<String>) -> TranslationStatus {
    word.as_deref()
        .map(TranslationStatus::from_word)
        .unwrap_or_default()
}

/// The number in `50% complete`, and 100 for `complete`.
fn percent(progress: &Option<String>) -> Option<u8> {
    let text = progress.as_deref()?.trim();
    if text.eq_ignore_ascii_case("complete") {
        return Some(100);
    }
    let end = text.find(|c: char| !c.is_ascii_digit());
    let digits = text.get(..end.unwrap_or(text.len()))?;
    let number: u64 = digits.parse().ok()?;
    u8::try_from(number.min(100)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_flattened_with_parents() {
        let manifest = Manifest::from_json(
            r#"{"urn":"abc","status":"success","progress":"complete","hasThumbnail":"true","version":1.0,
            "derivatives":[
              {"outputType":"svf","status":"success","children":[
                {"guid":"a","type":"geometry","children":[{"guid":"b","urn":"urn:x/output/b","mime":"m"}]},
                {"guid":"c","outputType":"own"}]},
              {"outputType":"obj","progress":"33.5% complete"}]}"#,
        )
        .unwrap();
        let seen: Vec<_> = manifest
            .nodes
            .iter()
            .map(|node| {
                let guid = node.guid.as_deref().unwrap_or("-");
                (guid, node.parent, node.output_type.as_deref().unwrap())
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("-", None, "svf"),
                ("a", Some(0), "svf"),
                ("b", Some(1), "svf"),
                ("c", Some(0), "own"),
                ("-", None, "obj"),
            ]
        );
        let derivatives: Vec<_> = manifest.nodes.iter().map(|n| n.is_derivative).collect();
        assert_eq!(derivatives, [true, false, false, false, true]);
        assert_eq!(manifest.percent, Some(100));
        assert_eq!(manifest.version.as_deref(), Some("1.0"));
        assert!(manifest.has_thumbnail && !manifest.nodes[0].has_thumbnail);
        assert_eq!(manifest.nodes[4].percent, Some(33));
    }

    #[test]
    fn wrong_kinds_are_tolerated() {
        let manifest = Manifest::from_json(
            r#"{"urn":7,"status":["success"],"progress":250,"region":{},"hasThumbnail":true,
            "derivatives":{"outputType":null,"urn":[],"status":"SUCCESS ","children":["text",5,null,{"name":3}],
              "messages":[{"type":"error","code":1,"message":["a",["b"],"c"]},"bare",null,{"message":null}]}}"#,
        )
        .unwrap();
        assert_eq!(manifest.urn, "7");
        assert_eq!(manifest.status, TranslationStatus::Unknown);
        assert_eq!(manifest.percent, Some(100));
        assert_eq!(manifest.nodes.len(), 2);
        assert_eq!(manifest.nodes[0].status, TranslationStatus::Success);
        assert_eq!(manifest.nodes[0].urn, None);
        let texts: Vec<_> = manifest.nodes[0]
            .messages
            .iter()
            .map(|m| m.text.as_str())
            .collect();
        assert_eq!(texts, ["a\n[\"b\"]\nc", "bare", ""]);
        assert_eq!(manifest.first_error().unwrap().code.as_deref(), Some("1"));
        assert_eq!(manifest.nodes[1].name.as_deref(), Some("3"));
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for bad in ["", "[]", "\"text\"", "{", "<html>"] {
            let error = Manifest::from_json(bad).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument, "{bad}");
        }
        let empty = Manifest::from_json("{}").unwrap();
        assert!(empty.nodes.is_empty() && empty.percent.is_none());
        assert!(!empty.status.is_final());
    }
}
