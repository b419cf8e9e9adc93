//! `GET {urn}/manifest/{derivativeUrn}`: the deprecated direct download.

use super::derivative;
use super::route::DerivativePath;
use crate::log::lock;
use crate::server::{Asked, Call, Reply, Slice, parse_range};
use crate::state::State;
use crate::text;

/// 256 MB: more than this is given out in ranges only.
const MAX_WHOLE: u64 = 256 << 20;

/// The page names three forms of one range: `a-b`, `a-`, and none. Anything else is refused.
pub(super) fn well_formed_range(call: &Call) -> Result<(), Reply> {
    let Some(range) = call.header("range") else {
        return Ok(());
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let spec = range
        .trim()
        .strip_prefix("bytes=")
        .and_then(|spec| spec.split_once('-'));
    let ordered = |first: &str, last: &str| match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) => first <= last,
        _ => true,
    };
    match spec {
        Some((first, last))
            if !first.is_empty() && digits(first) && digits(last) && ordered(first, last) =>
        {
            Ok(())
        }
        _ => Err(Reply::diagnostic(
            400,
            "The range header is not formatted correctly.",
        )),
    }
}

pub(super) fn get(state: &State, call: &Call, path: &DerivativePath) -> Reply {
    match answer(state, call, path) {
        Ok(reply) | Err(reply) => reply,
    }
}

fn answer(state: &State, call: &Call, path: &DerivativePath) -> Result<Reply, Reply> {
    let found = derivative::downloadable(state, call, path)?;
    well_formed_range(call)?;
    let total = found.content.len();
    let (status, start, len) = match call.header("range") {
        None if total > MAX_WHOLE => {
            let message =
                "The resource exceeded the maximum length (256 MB); use range request instead.";
            return Err(Reply::diagnostic(413, message));
        }
        None => (200, 0, total),
        Some(range) => match parse_range(range, total) {
            Asked::Part(start, len) => (206, start, len),
            Asked::Whole => (200, 0, total),
            Asked::Unsatisfiable => {
                let reply = Reply::diagnostic(416, "The range is not satisfiable.");
                return Err(reply.header("Content-Range", format!("bytes */{total}")));
            }
        },
    };
    let slice = Slice {
        content: found.content,
        start,
        len,
    };
    // The urn as the tag: it says which derivative this is, and nothing about its bytes.
    let mut reply = Reply::with_slice(status, slice)
        .header("Content-Type", "application/octet-stream")
        .header("ETag", text::encode_segment(&found.urn));
    if status == 206 {
        reply.set(
            "Content-Range",
            &format!("bytes {start}-{}/{total}", start + len - 1),
        );
        let settings = lock(&state.world).settings.clone();
        if settings.direct_partial_claims_whole_length {
            reply.announced = Some(total);
        }
        reply.chunked = settings.direct_partial_chunked;
    }
    Ok(reply)
}
