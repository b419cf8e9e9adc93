//! The objects of a bucket: `GET buckets/:bucketKey/objects` page by page, and `GET …/objects/:objectKey/details`.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::encode::{query, segment};
use super::{Api, ApiCall, json};
use crate::error::{Error, Result};
use crate::objects::{ListOptions, ObjectInfo, ObjectPage};
use crate::transport::{Context, Reply, origin};

/// The most that a page can hold.
const LARGEST_PAGE: u32 = 100;
/// Pages in a row that bring nothing new, before it is called a loop.
const BARREN_PAGES: u32 = 50;
/// The longest query of a next page that is followed.
const LONGEST_QUERY: usize = 8 * 1024;

#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    items: Option<Vec<Object>>,
    #[serde(default, deserialize_with = "json::text")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Object {
    #[serde(default, rename = "objectKey", deserialize_with = "json::text")]
    object_key: Option<String>,
    #[serde(default, rename = "objectId", deserialize_with = "json::text")]
    object_id: Option<String>,
    #[serde(default, deserialize_with = "json::size")]
    size: Option<u64>,
    #[serde(default, deserialize_with = "json::text")]
    sha1: Option<String>,
    #[serde(
        default,
        rename = "contentType",
        alias = "content-type",
        deserialize_with = "json::text"
    )]
    content_type: Option<String>,
    #[serde(default, deserialize_with = "json::text")]
    location: Option<String>,
}

impl Api {
    /// All pages, one after the other.
    pub(crate) fn list_objects(
        &self,
        context: &Context,
        bucket: &str,
        options: &ListOptions,
    ) -> Result<Vec<ObjectInfo>> {
        let wanted = options
            .max_objects
            .map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(usize::MAX));
        let mut objects: Vec<ObjectInfo> = Vec::new();
        // An object that is written anew while the listing runs can stand in two pages.
        let mut known = HashSet::new();
        let mut pages = HashSet::new();
        let mut barren = 0u32;
        let mut next: Option<String> = None;
        while objects.len() < wanted {
            let page = self.list_objects_page(context, bucket, options, next.as_deref())?;
            let before = objects.len();
            for object in page.objects {
                if objects.len() < wanted && known.insert(object.object_key.clone()) {
                    objects.push(object);
                }
            }
            barren = if objects.len() > before {
                0
            } else {
                barren.saturating_add(1)
            };
            let Some(query) = page.next else {
                break;
            };
            if barren >= BARREN_PAGES || !pages.insert(query.clone()) {
                return Err(Error::bad_response(
                    "The listing of the bucket goes in circles: its next page is one that was already seen.",
                ));
            }
            next = Some(query);
        }
        Ok(objects)
    }

    /// One page: the first, or the one that an earlier page named.
    pub(crate) fn list_objects_page(
        &self,
        context: &Context,
        bucket: &str,
        options: &ListOptions,
        page: Option<&str>,
    ) -> Result<ObjectPage> {
        let resource = resource(bucket);
        let query = match page {
            None => first_query(options)?,
            Some(next) => next_query(next, options)?,
        };
        let call = ApiCall {
            method: "GET",
            path: format!("{resource}{query}"),
            headers: Vec::new(),
            body: None,
            doing: "Listing the bucket",
        };
        let answer = self.ask(context, &call, &[], read_page)?;
        page_of(answer, &self.base, bucket)
    }

    /// What APS says of one object.
    pub(crate) fn object_details(
        &self,
        context: &Context,
        bucket: &str,
        key: &str,
    ) -> Result<ObjectInfo> {
        let call = ApiCall {
            method: "GET",
            path: format!(
                "/oss/v2/buckets/{}/objects/{}/details",
                segment(bucket),
                segment(key)
            ),
            headers: Vec::new(),
            body: None,
            doing: "Asking for the object's details",
        };
        let mut object: Object = self.ask(context, &call, &[], |reply| {
            json::read(reply, "details of the object")
        })?;
        // It is the one that was asked for, in whatever form the reply writes its key.
        object.object_key = Some(key.to_owned());
        object.into_info(bucket)
    }
}

pub(super) fn read_page(reply: Reply) -> Result<(Option<String>, Page)> {
    let request_id = reply.request_id();
    Ok((request_id, json::read(reply, "listing of the bucket")?))
}

/// One page, whose next page is one of the same bucket at the same origin.
pub(super) fn page_of(
    (request_id, page): (Option<String>, Page),
    base: &str,
    bucket: &str,
) -> Result<ObjectPage> {
    let resource = resource(bucket);
    let read = || {
        // Nothing is not the same as no objects: a file must not be missing silently.
        let objects = page.items.ok_or_else(|| {
            Error::bad_response("The listing of the bucket has no list of objects in it.")
        })?;
        let next = page.next.filter(|next| !next.is_empty());
        Ok(ObjectPage {
            objects: objects
                .into_iter()
                .map(|object| object.into_info(bucket))
                .collect::<Result<_>>()?,
            next: next
                .map(|next| query_of_next(&next, base, &resource))
                .transpose()?,
        })
    };
    read().map_err(|error: Error| error.with_request_id(request_id))
}

fn resource(bucket: &str) -> String {
    format!("/oss/v2/buckets/{}/objects", segment(bucket))
}

/// The query of the next page. Its address must be that of this listing: a token is sent there.
fn query_of_next(next: &str, base: &str, resource: &str) -> Result<String> {
    let refused = || {
        Error::bad_response(
            "The listing names a next page that is not a page of the same bucket, so it was not fetched.",
        )
    };
    let (address, query) = next.split_once('?').ok_or_else(refused)?;
    let ours = format!("{base}{resource}");
    let same_origin = match (origin(address, "next page"), origin(&ours, "base URL")) {
        (Ok(theirs), Ok(ours)) => theirs == ours,
        _ => false,
    };
    let decoded = |url: &str| {
        let rest = url.split_once("://").map(|(_, rest)| rest)?;
        let path = rest.find('/').and_then(|at| rest.get(at..))?;
        Some(percent_decode_str(path).decode_utf8().ok()?.into_owned())
    };
    if !same_origin || decoded(address).is_none() || decoded(address) != decoded(&ours) {
        return Err(refused());
    }
    let query = query.split('#').next().unwrap_or_default();
    check_query(query).map_err(|_| refused())?;
    Ok(query.to_owned())
}

impl Object {
    fn into_info(self, bucket: &str) -> Result<ObjectInfo> {
        let of_id = || {
            let id = self.object_id.as_deref()?;
            let (_, key) = id.split_once(&format!(":{bucket}/"))?;
            Some(key.to_owned())
        };
        let object_key = self
            .object_key
            .clone()
            .or_else(of_id)
            .filter(|key| !key.is_empty())
            .ok_or_else(|| {
                Error::bad_response("The listing of the bucket has an object without a key.")
            })?;
        Ok(ObjectInfo {
            bucket_key: bucket.to_owned(),
            object_key,
            object_id: self.object_id,
            size: self.size,
            sha1: self
                .sha1
                .filter(|sha1| sha1.len() == 40 && sha1.bytes().all(|b| b.is_ascii_hexdigit()))
                .map(|sha1| sha1.to_ascii_lowercase()),
            content_type: self.content_type,
            location: self.location,
        })
    }
}

fn first_query(options: &ListOptions) -> Result<String> {
    let limit = options.limit.unwrap_or(LARGEST_PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Error::invalid(format!(
            "A page of a listing has 1 to {LARGEST_PAGE} objects."
        )));
    }
    let mut pairs = vec![format!("limit={limit}")];
    let texts = [
        ("beginsWith", &options.begins_with),
        ("startAt", &options.start_at),
    ];
    for (name, value) in texts {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            if value.len() > 1024 || value.chars().any(char::is_control) {
                return Err(Error::invalid(format!(
                    "The value of {name} is longer than 1024 bytes or has a control character."
                )));
            }
            pairs.push(format!("{name}={}", segment(value)));
        }
    }
    Ok(query(&pairs))
}

/// The query of a next page as it was given, with the prefix if it has lost that.
fn next_query(next: &str, options: &ListOptions) -> Result<String> {
    check_query(next)?;
    let mut pairs = vec![next.to_owned()];
    let has_prefix = next.split('&').any(|pair| {
        pair.get(..11)
            .is_some_and(|start| start.eq_ignore_ascii_case("beginsWith="))
    });
    if let Some(prefix) = options
        .begins_with
        .as_deref()
        .filter(|text| !text.is_empty())
        && !has_prefix
    {
        pairs.push(format!("beginsWith={}", segment(prefix)));
    }
    Ok(query(&pairs))
}

fn check_query(text: &str) -> Result<()> {
    let usable = (1..=LONGEST_QUERY).contains(&text.len())
        && text
            .bytes()
            .all(|byte| (0x21..0x7f).contains(&byte) && byte != b'#');
    if !usable {
        return Err(Error::invalid(
            "The next page must be given as an earlier page named it.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_query_is_checked_and_encoded() {
        let options = ListOptions {
            begins_with: Some("a b/ü".into()),
            limit: Some(7),
            start_at: Some("a+b".into()),
            max_objects: None,
        };
        assert_eq!(
            first_query(&options).unwrap(),
            "?limit=7&beginsWith=a%20b%2F%C3%BC&startAt=a%2Bb"
        );
        assert_eq!(first_query(&ListOptions::default()).unwrap(), "?limit=100");
        for limit in [0, 101] {
            let limit = Some(limit);
            assert!(
                first_query(&ListOptions {
                    limit,
                    ..ListOptions::default()
                })
                .is_err()
            );
        }
        let begins_with = Some("a\nb".into());
        assert!(
            first_query(&ListOptions {
                begins_with,
                ..ListOptions::default()
            })
            .is_err()
        );
    }

    #[test]
    fn a_next_page_keeps_its_query_and_gets_back_a_lost_prefix() {
        let options = ListOptions {
            begins_with: Some("a b".into()),
            ..ListOptions::default()
        };
        assert_eq!(
            next_query("startAt=x%2fy&beginswith=a", &options).unwrap(),
            "?startAt=x%2fy&beginswith=a"
        );
        assert_eq!(
            next_query("startAt=x", &options).unwrap(),
            "?startAt=x&beginsWith=a%20b"
        );
        for bad in ["", "a b", "a#b", "a\r\nb", "ü"] {
            assert!(next_query(bad, &options).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_object_without_a_key_is_known_by_its_id() {
        let object = |json: &str| {
            let object: Object = json::parse(json.as_bytes(), "listing", "host").unwrap();
            object.into_info("my-bucket")
        };
        let of_id = object(
            r#"{"objectId":"urn:adsk.objects:os.object:my-bucket/a/b c","size":"5","sha1":"no"}"#,
        );
        let of_id = of_id.unwrap();
        assert_eq!(
            (of_id.object_key.as_str(), of_id.size, of_id.sha1),
            ("a/b c", Some(5), None)
        );
        assert!(object("{}").is_err());
        assert!(object(r#"{"objectId":"urn:adsk.objects:os.object:other/a"}"#).is_err());
    }
}
