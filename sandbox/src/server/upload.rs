//! `PUT` on a signed resource with write access: the body goes to a temporary file while it arrives.

use super::call::Call;
use super::reply::Reply;
use crate::api;
use crate::content::Content;
use crate::state::State;
use crate::text;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use sha1::{Digest as _, Sha1};
use std::io::{self, Write as _};
use std::sync::Arc;
use tokio::sync::mpsc;

pub(super) async fn store(state: &Arc<State>, call: &Call, mut incoming: Incoming) -> Reply {
    // The URL is spent, or refused, before the first byte is read.
    let target = match api::begin_upload(state, call) {
        Ok(target) => target,
        Err(reply) => return reply,
    };
    let (sender, receiver) = mpsc::channel(4);
    let writer = tokio::task::spawn_blocking(move || write(receiver));
    let mut whole = true;
    while let Some(frame) = incoming.frame().await {
        let Ok(frame) = frame else {
            whole = false;
            break;
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if sender.send(data).await.is_err() {
            break;
        }
    }
    drop(sender);
    match writer.await {
        Ok(Ok(content)) if whole => api::finish_upload(state, call, &target, content),
        Ok(Ok(_)) => Reply::reason(400, "The request body ended before its length"),
        _ => Reply::reason(500, "The sandbox cannot write a temporary file"),
    }
}

fn write(mut receiver: mpsc::Receiver<Bytes>) -> io::Result<Content> {
    /// Up to here it is kept in memory.
    const SMALL: usize = 4 << 20;
    let mut start = Vec::new();
    let mut file: Option<tempfile::NamedTempFile> = None;
    let mut hash = Sha1::new();
    while let Some(data) = receiver.blocking_recv() {
        hash.update(&data);
        match &mut file {
            Some(file) => file.write_all(&data)?,
            None if start.len() + data.len() <= SMALL => start.extend_from_slice(&data),
            None => {
                let mut new = tempfile::NamedTempFile::new()?;
                new.write_all(&start)?;
                new.write_all(&data)?;
                file = Some(new);
            }
        }
    }
    match file {
        None => Ok(Content::bytes(start)),
        Some(file) => Content::temporary(file, text::hex(&hash.finalize())),
    }
}
