//! `HEAD {urn}/manifest/{derivativeUrn}`, and how the operations on derivatives find theirs.

use super::auth;
use super::route::{DerivativePath, DesignPath};
use crate::content::Content;
use crate::log::lock;
use crate::server::{Call, Reply};
use crate::state::State;
use crate::text;
use crate::world::{Derivative, Design, Now, World};

/// A derivative that is there to be downloaded.
pub(super) struct Found {
    pub(super) urn: String,
    pub(super) mime: String,
    pub(super) content: Content,
}

/// The region that a request asks, as text: names that do not exist yet are simply regions with nothing in them.
fn region(call: &Call, path: &DesignPath) -> String {
    if path.europe {
        return "EMEA".to_owned();
    }
    match call
        .header("region")
        .map(|region| region.trim().to_ascii_uppercase())
    {
        None => "US".to_owned(),
        Some(region) if region.is_empty() => "US".to_owned(),
        // The name that this region had first.
        Some(region) if region == "APAC" => "AUS".to_owned(),
        Some(region) => region,
    }
}

/// The design that a path names, in the region that the request asks.
pub(super) fn find_design<'a>(
    world: &'a mut World,
    call: &Call,
    path: &DesignPath,
) -> Result<&'a mut Design, Reply> {
    if text::from_base64_urn(&path.urn).is_none() {
        return Err(Reply::diagnostic(
            400,
            "The input urn is not a URL-safe base64 encoded urn.",
        ));
    }
    let region = region(call, path);
    let missing = || Reply::diagnostic(404, "The requested resource does not exist.");
    let design = world
        .design_mut(path.urn.trim_end_matches('='))
        .filter(|design| design.region == region);
    design.ok_or_else(missing)
}

/// The derivative's URN as sent, decoded once, and decoded twice.
fn candidates(sent: &str) -> Vec<String> {
    let once = text::decode(sent);
    let twice = once.as_deref().and_then(text::decode);
    [Some(sent.to_owned()), once, twice]
        .into_iter()
        .flatten()
        .collect()
}

/// The derivative that a path names, whatever its state.
pub(super) fn find<'a>(
    world: &'a mut World,
    call: &Call,
    path: &DerivativePath,
) -> Result<(&'a mut Design, usize), Reply> {
    let candidates = candidates(&path.derivative);
    let design = find_design(world, call, &path.design)?;
    if candidates.iter().any(|urn| urn.contains('\\')) {
        return Err(Reply::diagnostic(500, "Unexpected service interruption."));
    }
    let position = |urn: &String| {
        design
            .derivatives
            .iter()
            .position(|derivative| derivative.urn == *urn)
    };
    match candidates.iter().find_map(position) {
        Some(index) => Ok((design, index)),
        None => Err(Reply::diagnostic(
            404,
            "The requested derivative does not exist.",
        )),
    }
}

/// What is asked of every derivative before its bytes are given out.
pub(super) fn downloadable(
    state: &State,
    call: &Call,
    path: &DerivativePath,
) -> Result<Found, Reply> {
    auth::require(state, call, &auth::READ_VIEWABLES)?;
    let mut world = lock(&state.world);
    let (design, index) = find(&mut world, call, path)?;
    let derivative = &design.derivatives[index];
    match design.state_of(derivative, state.clock.now()) {
        Now::Ready => {}
        Now::Failed(_) | Now::Timeout => return Err(failed()),
        Now::Pending | Now::Running(_) => {
            return Err(Reply::diagnostic(
                404,
                "The requested derivative is not available yet.",
            ));
        }
    }
    if !derivative.downloadable {
        return Err(Reply::diagnostic(
            400,
            "3D SVF2 derivatives cannot be downloaded.",
        ));
    }
    Ok(found(derivative))
}

fn found(derivative: &Derivative) -> Found {
    Found {
        urn: derivative.urn.clone(),
        mime: derivative.mime.clone(),
        content: derivative.content.clone(),
    }
}

fn failed() -> Reply {
    Reply::diagnostic(
        404,
        "The translation of the design failed: there is no such derivative.",
    )
}

pub(super) fn head(state: &State, call: &Call, path: &DerivativePath) -> Reply {
    if let Err(reply) = auth::require(state, call, &auth::READ_VIEWABLES) {
        return reply;
    }
    if let Err(reply) = super::direct::well_formed_range(call) {
        return reply;
    }
    let mut world = lock(&state.world);
    let now = state.clock.now();
    let (design, index) = match find(&mut world, call, path) {
        Ok(found) => found,
        Err(reply) => return reply,
    };
    let progress = design.state_of(&design.derivatives[index], now);
    let design_is_ready = design.progress.now(now) == Now::Ready;
    if design_is_ready {
        design.derivatives[index].progress.polled();
    } else {
        design.progress.polled();
    }
    let derivative = &design.derivatives[index];
    match progress {
        Now::Pending | Now::Running(_) => Reply::new(202),
        Now::Failed(_) | Now::Timeout => failed(),
        Now::Ready if !derivative.downloadable => {
            Reply::diagnostic(400, "3D SVF2 derivatives cannot be downloaded.")
        }
        Now::Ready => {
            let mut reply = Reply::new(200).header("Content-Type", "application/octet-stream");
            reply.announced = Some(derivative.content.len());
            reply
        }
    }
}
