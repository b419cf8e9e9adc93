//! Where requests and the engine meet: a request is located by having it signed.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::aps::{self, Access, Api, BATCH_LIMIT, BatchItem, BatchQuery, Bearer, SignedUrlOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::request::{DerivativeSource, ObjectSigning, ObjectSource, Source};
use crate::secret::Secret;
use crate::signed::{Signed, SignedStatus};
use crate::transfer::{self, Locate, Located, Piece, pieces};
use crate::transport::Context;

/// The sources of a job, and the API that signs them.
pub(crate) struct Sources {
    api: Arc<Api>,
    sources: Vec<Source>,
    /// The tokens that direct downloads carry, to be able to say which one was refused.
    bearers: Mutex<HashMap<usize, Bearer>>,
}

impl Sources {
    pub(crate) fn new(api: Arc<Api>, sources: Vec<Source>) -> Self {
        Sources {
            api,
            sources,
            bearers: Mutex::new(HashMap::new()),
        }
    }

    /// Signs some of the sources; the answers are in their order.
    pub(crate) fn sign(&self, context: &Context, items: &[usize]) -> Vec<Result<Signed>> {
        let mut answers: HashMap<usize, Result<Signed>> = HashMap::new();
        for group in group(&self.sources, items) {
            match self.sign_group(context, &group) {
                Ok(signed) => answers.extend(group.into_iter().zip(signed)),
                Err(error) => {
                    answers.extend(group.into_iter().map(|index| (index, Err(error.clone()))));
                }
            }
        }
        items
            .iter()
            .map(|index| {
                answers.remove(index).unwrap_or_else(|| {
                    Err(Error::bad_response("APS gave no answer for this item."))
                })
            })
            .collect()
    }

    /// Signs what goes into one call: several objects, or one of anything else.
    fn sign_group(&self, context: &Context, group: &[usize]) -> Result<Vec<Result<Signed>>> {
        let objects: Vec<&ObjectSource> = group
            .iter()
            .filter_map(|index| match self.sources.get(*index) {
                Some(Source::Object(object)) if object.signing == ObjectSigning::Batch => {
                    Some(object)
                }
                _ => None,
            })
            .collect();
        if let Some(first) = objects.first() {
            let items: Vec<BatchItem> = objects.iter().map(|object| object.item.clone()).collect();
            return self
                .api
                .batch_signed_s3_download(context, &first.bucket, &first.query, &items);
        }
        Ok(group
            .iter()
            .map(|index| match self.sources.get(*index) {
                Some(Source::Derivative(derivative)) if derivative.direct => Err(Error::new(
                    ErrorKind::Unsupported,
                    "A direct download is not signed: it needs the access token with every request.",
                )),
                Some(Source::Object(object)) => self.sign_object(context, object),
                Some(Source::Derivative(derivative)) => self.api.signed_cookies(
                    context,
                    &derivative.urn,
                    &derivative.derivative_urn,
                    &derivative.query,
                ),
                Some(Source::Url(url)) => {
                    let mut signed = Signed::new(SignedStatus::Complete);
                    signed.url = Some(url.url.clone());
                    signed.single_use = url.single_use;
                    Ok(signed)
                }
                None => Err(Error::invalid("There is no such item in the job.")),
            })
            .collect())
    }

    /// The ways to sign one object alone.
    fn sign_object(&self, context: &Context, object: &ObjectSource) -> Result<Signed> {
        if object.signing == ObjectSigning::SignedS3Download {
            return self.api.signed_s3_download(
                context,
                &object.bucket,
                &object.query,
                &object.item,
            );
        }
        let options = SignedUrlOptions {
            access: Access::Read,
            use_cdn: object.query.use_cdn,
            minutes_expiration: object.query.minutes_expiration,
            single_use: object.single_use,
        };
        let answer = self.api.create_signed_url(
            context,
            &object.bucket,
            &object.item.object_key,
            &options,
        )?;
        let mut signed = Signed::new(SignedStatus::Complete);
        signed.url = Some(answer.url);
        signed.expires_at = answer.expires_at;
        signed.expires_in = answer.expires_in;
        signed.single_use = answer.single_use;
        Ok(signed)
    }

    /// A direct download is located by its address and the token of the moment.
    fn locate_direct(
        &self,
        context: &Context,
        index: usize,
        derivative: &DerivativeSource,
    ) -> Result<Located> {
        let bearer = self.api.tokens.bearer(context)?;
        let mut headers = self.api.direct_headers();
        let token = Secret::new(bearer.header.expose());
        headers.push(("Authorization".to_owned(), token));
        self.bearers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(index, bearer);
        let url = self
            .api
            .direct_url(&derivative.urn, &derivative.derivative_urn);
        Ok(Located {
            sources: vec![Piece {
                url: Secret::new(url),
                start: 0,
                end: None,
            }],
            headers,
            size: None,
            etag: None,
            sha1: None,
            content_type: None,
            renew_at: None,
            single_use: false,
            whole_first: true,
            not_modified: false,
        })
    }

    fn locate_one(&self, index: usize, signed: Signed) -> Result<Located> {
        if signed.status == SignedStatus::Error {
            let reason = signed.reason.as_deref().unwrap_or("no reason given");
            return Err(Error::new(
                ErrorKind::Refused,
                format!("APS cannot give this object: \"{reason}\"."),
            ));
        }
        let mut headers: Vec<(String, Secret)> = Vec::new();
        if let Some(cookies) = signed.cookie_header() {
            headers.push(("Cookie".to_owned(), Secret::new(cookies)));
        }
        if let Some(Source::Url(url)) = self.sources.get(index) {
            headers.extend(url.headers.iter().cloned());
        }
        let sources = pieces(signed.url, signed.chunks, signed.size);
        let size = signed
            .size
            .or_else(|| sources.last().and_then(|last| last.end));
        Ok(Located {
            renew_at: Located::renew_within(signed.expires_in),
            sources,
            headers,
            size,
            etag: signed.etag,
            sha1: signed.sha1,
            content_type: signed.content_type,
            single_use: signed.single_use,
            whole_first: false,
            not_modified: signed.status == SignedStatus::Skipped,
        })
    }
}

impl Locate for Sources {
    fn groups(&self) -> Vec<Vec<usize>> {
        let all: Vec<usize> = (0..self.sources.len()).collect();
        group(&self.sources, &all)
    }

    fn locate(&self, context: &Context, items: &[usize]) -> Vec<Result<Located>> {
        if let [index] = items
            && let Some(Source::Derivative(derivative)) = self.sources.get(*index)
            && derivative.direct
        {
            return vec![self.locate_direct(context, *index, derivative)];
        }
        items
            .iter()
            .zip(self.sign(context, items))
            .map(|(index, signed)| self.locate_one(*index, signed?))
            .collect()
    }

    fn can_renew(&self, item: usize) -> bool {
        !matches!(self.sources.get(item), None | Some(Source::Url(_)))
    }

    fn fingerprint(&self, item: usize) -> String {
        let mut hasher = Sha256::new();
        // With its length before each word, so that no two sources can look alike.
        let mut add = |word: &str| {
            hasher.update((word.len() as u64).to_le_bytes());
            hasher.update(word);
        };
        match self.sources.get(item) {
            Some(Source::Derivative(source)) => {
                let way = if source.direct { "direct" } else { "cookies" };
                for word in [
                    "derivative",
                    way,
                    self.api.base(),
                    &source.urn,
                    &source.derivative_urn,
                ] {
                    add(word);
                }
            }
            Some(Source::Object(source)) => {
                let key = &source.item.object_key;
                for word in ["object", self.api.base(), &source.bucket, key] {
                    add(word);
                }
            }
            // The query changes with each signature, and is secret.
            Some(Source::Url(source)) => {
                let url = source.url.expose();
                add("url");
                add(url.split(['?', '#']).next().unwrap_or_default());
            }
            None => {}
        }
        transfer::hex(&hasher.finalize())
    }

    fn explain(&self, item: usize, error: Error) -> Error {
        match self.sources.get(item) {
            Some(Source::Derivative(source)) if source.direct => {
                aps::explain_svf2(&source.derivative_urn, error)
            }
            _ => error,
        }
    }

    fn refused(&self, item: usize) {
        let bearer = self
            .bearers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&item);
        if let Some(bearer) = bearer {
            self.api.tokens.rejected(&bearer);
        }
    }
}

/// Objects of one bucket with the same query go into one call, up to its limit, and no key twice in one:
/// the answers are a map by key, in which two would fall together.
fn group(sources: &[Source], items: &[usize]) -> Vec<Vec<usize>> {
    struct Open<'a> {
        keys: HashSet<&'a str>,
        members: Vec<usize>,
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut open: HashMap<(&str, &BatchQuery), Open<'_>> = HashMap::new();
    for index in items {
        match sources.get(*index) {
            Some(Source::Object(object)) if object.signing == ObjectSigning::Batch => {
                let key = (object.bucket.as_str(), &object.query);
                let entry = open.entry(key).or_insert_with(|| Open {
                    keys: HashSet::new(),
                    members: Vec::new(),
                });
                let twice = !entry.keys.insert(&object.item.object_key);
                if twice || entry.members.len() >= BATCH_LIMIT {
                    groups.push(std::mem::take(&mut entry.members));
                    entry.keys.clear();
                    entry.keys.insert(&object.item.object_key);
                }
                entry.members.push(*index);
            }
            _ => groups.push(vec![*index]),
        }
    }
    groups.extend(open.into_values().map(|open| open.members));
    // In the order of the items, so that what was asked for first is begun first.
    groups.retain(|group| !group.is_empty());
    groups.sort_by_key(|group| group.first().copied());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Request;

    fn sources(keys: &[(&str, &str)]) -> Vec<Source> {
        keys.iter()
            .map(|(bucket, key)| Request::object(bucket, key).unwrap().source)
            .collect()
    }

    #[test]
    fn one_call_for_each_bucket_and_no_key_twice() {
        let sources = sources(&[("aaa", "1"), ("bbb", "1"), ("aaa", "2"), ("aaa", "1")]);
        let groups = group(&sources, &[0, 1, 2, 3]);
        assert_eq!(groups, [vec![0, 2], vec![1], vec![3]]);
    }

    #[test]
    fn more_than_a_call_takes_is_split() {
        let keys: Vec<String> = (0..60).map(|index| index.to_string()).collect();
        let pairs: Vec<_> = keys.iter().map(|key| ("aaa", key.as_str())).collect();
        let sizes: Vec<_> = group(&sources(&pairs), &(0..60).collect::<Vec<_>>())
            .iter()
            .map(Vec::len)
            .collect();
        assert_eq!(sizes, [25, 25, 10]);
    }
}
