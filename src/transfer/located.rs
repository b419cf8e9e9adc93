//! What the engine knows of a source: where its bytes are right now, and that it can be asked again.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::signed::SignedChunk;
use crate::transport::Context;

const SHORTEST_LIFE: Duration = Duration::from_secs(20);

/// Signed, or signed again.
pub(crate) trait Locate: Send + Sync {
    /// How the items are best located: each inner list in one call.
    fn groups(&self) -> Vec<Vec<usize>>;
    /// Locates some items; the answers are in their order.
    fn locate(&self, context: &Context, items: &[usize]) -> Vec<Result<Located>>;
    /// Whether asking again can bring a new address.
    fn can_renew(&self, item: usize) -> bool;
    /// What tells this source from every other one, as a hash: the same in every run, and nothing of it secret.
    fn fingerprint(&self, item: usize) -> String;
    /// The server answered 401 at the address: the token in its headers is not to be used again.
    fn refused(&self, item: usize);
    /// What an error of the server means for this item, if the source knows better.
    fn explain(&self, item: usize, error: Error) -> Error;
}

/// Where the bytes of an item are.
#[derive(Debug)]
pub(crate) struct Located {
    /// In order; together they are the file.
    pub(crate) sources: Vec<Piece>,
    /// Sent to the origin of a source only.
    pub(crate) headers: Vec<(String, Secret)>,
    pub(crate) size: Option<u64>,
    pub(crate) etag: Option<String>,
    pub(crate) sha1: Option<String>,
    pub(crate) content_type: Option<String>,
    /// When to ask again, before the address stops working.
    pub(crate) renew_at: Option<Instant>,
    /// The address works for one GET.
    pub(crate) single_use: bool,
    /// One GET for the whole file is to be tried before ranges.
    pub(crate) whole_first: bool,
    /// The item is unchanged; there is nothing to fetch.
    pub(crate) not_modified: bool,
}

/// A part of the file with a URL of its own.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) url: Secret,
    pub(crate) start: u64,
    /// `None` while the size is unknown; only for a single piece.
    pub(crate) end: Option<u64>,
}

/// A signed file as pieces: one at its URL, or the chunks of an unmerged object.
pub(crate) fn pieces(
    url: Option<Secret>,
    chunks: Vec<SignedChunk>,
    size: Option<u64>,
) -> Vec<Piece> {
    match url {
        Some(url) => vec![Piece {
            url,
            start: 0,
            end: size,
        }],
        None => chunks
            .into_iter()
            .map(|chunk| Piece {
                url: chunk.url,
                start: chunk.start,
                end: Some(chunk.end),
            })
            .collect(),
    }
}

impl Located {
    /// Renew a little before the end of `lifetime`: the check is made when a request arrives there.
    ///
    /// Not of one so short that it would be renewed all the time, such as one that is over already because a
    /// clock is wrong: then the server has to say that it has expired.
    pub(crate) fn renew_within(lifetime: Option<Duration>) -> Option<Instant> {
        let lifetime = lifetime.filter(|lifetime| *lifetime >= SHORTEST_LIFE)?;
        let early = Duration::from_secs(60).min(lifetime.checked_div(4).unwrap_or_default());
        Instant::now().checked_add(lifetime.saturating_sub(early))
    }

    /// Whether another answer speaks of the same version of the file.
    pub(super) fn is_same_file(&self, other: &Located) -> bool {
        fn agree<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
            match (a, b) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            }
        }
        agree(&self.size, &other.size)
            && agree(&self.etag, &other.etag)
            && agree(&self.sha1, &other.sha1)
            && self.sources.len() == other.sources.len()
            && self
                .sources
                .iter()
                .zip(&other.sources)
                .all(|(a, b)| a.start == b.start && agree(&a.end, &b.end))
    }
}
