//! `GET {urn}/manifest`.

use super::route::DesignPath;
use super::{auth, derivative};
use crate::log::lock;
use crate::server::{Call, Reply};
use crate::state::State;
use crate::world::{Derivative, Design, Now};
use serde_json::{Value, json};
use std::time::SystemTime;

pub(super) fn get(state: &State, call: &Call, path: &DesignPath) -> Reply {
    if call.method != "GET" {
        return super::wrong_method();
    }
    if let Err(reply) = auth::require(state, call, &auth::READ_VIEWABLES) {
        return reply;
    }
    let mut world = lock(&state.world);
    let arrays = world.settings.manifest_messages_as_arrays;
    let now = state.clock.now();
    match derivative::find_design(&mut world, call, path) {
        Err(reply) => reply,
        Ok(design) => {
            let body = manifest(design, now, arrays);
            if design.progress.now(now) == Now::Ready {
                design
                    .derivatives
                    .iter_mut()
                    .for_each(|derivative| derivative.progress.polled());
            } else {
                design.progress.polled();
            }
            Reply::json(200, &body)
        }
    }
}

fn manifest(design: &Design, now: SystemTime, arrays: bool) -> Value {
    let state = design.progress.now(now);
    let thumbnails: Vec<&Derivative> = of_type(design, "thumbnail");
    let mut groups: Vec<Value> = Vec::new();
    let mut types: Vec<&str> = Vec::new();
    if state != Now::Pending {
        for derivative in &design.derivatives {
            let kind = derivative.output_type.as_str();
            if !types.contains(&kind) && kind != "thumbnail" {
                types.push(kind);
            }
        }
        if types.is_empty() && !thumbnails.is_empty() {
            types.push("thumbnail");
        }
        for (index, kind) in types.iter().enumerate() {
            // The pictures hang below the first output.
            let pictures = if index == 0 && *kind != "thumbnail" {
                thumbnails.as_slice()
            } else {
                &[]
            };
            groups.push(group(design, kind, pictures, now, arrays));
        }
    }
    json!({
        "type": "manifest",
        "hasThumbnail": (!thumbnails.is_empty()).to_string(),
        "status": state.status(),
        "progress": state.progress(),
        "region": design.region,
        "urn": design.urn,
        "version": "1.0",
        "derivatives": groups,
    })
}

fn of_type<'a>(design: &'a Design, kind: &str) -> Vec<&'a Derivative> {
    design
        .derivatives
        .iter()
        .filter(|derivative| derivative.output_type == kind)
        .collect()
}

/// One output of the translation, with all its files.
fn group(
    design: &Design,
    kind: &str,
    pictures: &[&Derivative],
    now: SystemTime,
    arrays: bool,
) -> Value {
    let files = of_type(design, kind);
    let states: Vec<Now> = files
        .iter()
        .map(|file| design.state_of(file, now))
        .collect();
    // The output as a whole is as far as its slowest file; a failure shows first.
    let failure = states
        .iter()
        .find(|state| matches!(state, Now::Failed(_) | Now::Timeout));
    let waiting = states.iter().find(|state| **state != Now::Ready);
    let state = failure.or(waiting).cloned().unwrap_or(Now::Ready);
    let mut children: Vec<Value> = files
        .iter()
        .map(|file| child(design, file, now, arrays))
        .collect();
    let thumbnails: Vec<Value> = pictures
        .iter()
        .map(|file| child(design, file, now, arrays))
        .collect();
    if kind.starts_with("svf") || !thumbnails.is_empty() {
        // A viewable: files and pictures are below a geometry node, which has no urn of its own.
        let mut inner = thumbnails;
        inner.push(json!({
            "guid": format!("{}-view", design.urn.get(..8).unwrap_or_default()),
            "type": "view", "role": "3d", "name": "{3D}", "status": "success",
            "camera": [0.0, -10.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.8, 1.0, 0],
        }));
        if kind.starts_with("svf") {
            inner.append(&mut children);
        }
        let geometry = json!({
            "guid": format!("{}-geometry", design.urn.get(..8).unwrap_or_default()),
            "type": "geometry", "role": "3d", "name": "{3D}", "viewableID": "1",
            "status": state.status(), "progress": state.progress(), "hasThumbnail": (!pictures.is_empty()).to_string(),
            "children": inner,
        });
        children.insert(0, geometry);
    }
    json!({
        "name": design.name,
        "hasThumbnail": (!pictures.is_empty()).to_string(),
        "status": state.status(),
        "progress": state.progress(),
        "outputType": kind,
        "messages": messages(&state, arrays),
        "properties": { "Document Information": { "RVTVersion": "2026", "Project Name": design.name } },
        "children": children,
    })
}

fn child(design: &Design, derivative: &Derivative, now: SystemTime, arrays: bool) -> Value {
    let state = design.state_of(derivative, now);
    let mut node = json!({
        "guid": derivative.guid,
        "type": "resource",
        "role": derivative.role,
        "name": derivative.name,
        "mime": derivative.mime,
        "status": state.status(),
        "progress": state.progress(),
    });
    if derivative.role == "thumbnail" {
        node["resolution"] = json!([400.0, 400.0]);
    }
    // What is not there has no urn.
    if state == Now::Ready {
        node["urn"] = derivative.urn.clone().into();
    }
    let messages = messages(&state, arrays);
    if messages.as_array().is_some_and(|list| !list.is_empty()) {
        node["messages"] = messages;
    }
    node
}

/// Both of the forms that APS uses: `message` is a string, and `message` is an array of strings.
fn messages(state: &Now, arrays: bool) -> Value {
    let (text, code) = match state {
        Now::Failed(text) => (text.as_str(), "Revit-UnsupportedFileType"),
        Now::Timeout => (
            "The translation took too long.",
            "TranslationWorker-Timeout",
        ),
        _ => return json!([]),
    };
    let detail = [text, "See the log of the translation."];
    let first = if arrays { json!([text]) } else { json!(text) };
    json!([
        { "type": "error", "code": code, "message": first },
        { "type": "warning", "code": "TranslationWorker-RecoverableInternalFailure", "message": detail },
    ])
}
