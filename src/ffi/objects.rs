//! Objects of a bucket
//!
//! As the Object Storage Service lists them, by "Get Objects" (GET buckets/bucketKey/objects), and one alone,
//! by "Get Object Details" (GET buckets/bucketKey/objects/objectKey/details). Both need the scope `data:read`.
//! Texts are NULL where APS says nothing, and for an index that is not below the count.

use std::ffi::c_char;

use super::cancel_token::apsfetch_cancel_token;
use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::list_options::{self, apsfetch_list_options};
use super::text::{self, Text};
use super::{arguments, number, output, release};
use crate::ObjectInfo;

/// Objects, in the order of APS. The list does not change, so any thread may read it.
pub struct apsfetch_objects {
    _opaque: [u8; 0],
}

pub(super) struct ObjectList {
    objects: Vec<Item>,
    next: Option<Text>,
}

/// An object, with its texts as C reads them.
struct Item {
    size: Option<u64>,
    bucket_key: Text,
    object_key: Text,
    object_id: Option<Text>,
    sha1: Option<Text>,
    content_type: Option<Text>,
    location: Option<Text>,
}

impl ObjectList {
    fn new(objects: &[ObjectInfo], next: Option<&str>) -> Self {
        ObjectList {
            objects: objects.iter().map(Item::new).collect(),
            next: Text::maybe(next),
        }
    }
}

impl Item {
    fn new(object: &ObjectInfo) -> Self {
        Item {
            size: object.size,
            bucket_key: Text::new(&object.bucket_key),
            object_key: Text::new(&object.object_key),
            object_id: Text::maybe(object.object_id.as_deref()),
            sha1: Text::maybe(object.sha1.as_deref()),
            content_type: Text::maybe(object.content_type.as_deref()),
            location: Text::maybe(object.location.as_deref()),
        }
    }
}

impl Handle for apsfetch_objects {
    type Object = ObjectList;
    const NAME: &'static str = "list of objects";
}

/// Reads one of an object's texts.
fn text_of(
    objects: *const apsfetch_objects,
    index: usize,
    text: impl FnOnce(&Item) -> Option<&Text>,
) -> *const c_char {
    guard::value(std::ptr::null(), || {
        let list = handle::get(objects)?;
        Ok(text::pointer(text(arguments::item(
            &list.objects,
            index,
            "objects",
        )?)))
    })
}

/// Lists a bucket, all pages, and waits for the answers. `options` and `cancel` may be NULL. For a bucket of
/// millions, `apsfetch_list_objects_page` takes less memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_list_objects(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    options: *const apsfetch_list_options,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_objects,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let bucket = arguments::text(bucket_key, "bucket key")?;
            let options = list_options::copy(options)?;
            let cancel = arguments::cancel_token(cancel)?;
            let objects = client.list_objects(bucket, &options, cancel.as_deref())?;
            output::give(out, ObjectList::new(&objects, None))?;
            Ok(Outcome::Done)
        })
    }
}

/// Lists one page of a bucket: the first one if `page` is NULL, else the one that `apsfetch_objects_next` of
/// the page before names, with the same options. `options` and `cancel` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_list_objects_page(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    options: *const apsfetch_list_options,
    page: *const c_char,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_objects,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let bucket = arguments::text(bucket_key, "bucket key")?;
            let options = list_options::copy(options)?;
            let page = arguments::optional_text(page, "page")?;
            let cancel = arguments::cancel_token(cancel)?;
            let found = client.list_objects_page(bucket, &options, page, cancel.as_deref())?;
            output::give(out, ObjectList::new(&found.objects, found.next.as_deref()))?;
            Ok(Outcome::Done)
        })
    }
}

/// Asks for the details of one object, and waits for the answer: a list with this object alone. `cancel` may
/// be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_object_details(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    object_key: *const c_char,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_objects,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let bucket = arguments::text(bucket_key, "bucket key")?;
            let key = arguments::text(object_key, "object key")?;
            let cancel = arguments::cancel_token(cancel)?;
            let object = client.object_details(bucket, key, cancel.as_deref())?;
            output::give(out, ObjectList::new(&[object], None))?;
            Ok(Outcome::Done)
        })
    }
}

/// How many objects there are. A page can be empty although more pages follow.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_objects_count(objects: *const apsfetch_objects) -> usize {
    guard::value(0, || Ok(handle::get(objects)?.objects.len()))
}

/// What `apsfetch_list_objects_page` takes for the next page; NULL on the last one, and for other lists.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_objects_next(objects: *const apsfetch_objects) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(text::pointer(handle::get(objects)?.next.as_ref()))
    })
}

/// The key of its bucket.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_objects_bucket_key(
    objects: *const apsfetch_objects,
    index: usize,
) -> *const c_char {
    text_of(objects, index, |object| Some(&object.bucket_key))
}

/// Its key, not percent-encoded.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_objects_object_key(
    objects: *const apsfetch_objects,
    index: usize,
) -> *const c_char {
    text_of(objects, index, |object| Some(&object.object_key))
}

/// Its URN: "urn:adsk.objects:os.object:BUCKET/KEY".
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_objects_object_id(
    objects: *const apsfetch_objects,
    index: usize,
) -> *const c_char {
    text_of(objects, index, |object| object.object_id.as_ref())
}

/// Its size in bytes, or -1 if APS did not say it.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_objects_size(objects: *const apsfetch_objects, index: usize) -> i64 {
    guard::value(-1, || {
        let list = handle::get(objects)?;
        let object = arguments::item(&list.objects, index, "objects")?;
        Ok(number::or_unknown(object.size))
    })
}

/// Its SHA-1 as 40 hex digits. It can be missing right after an upload.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_objects_sha1(
    objects: *const apsfetch_objects,
    index: usize,
) -> *const c_char {
    text_of(objects, index, |object| object.sha1.as_ref())
}

/// Its media type; listings usually leave it out.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_objects_content_type(
    objects: *const apsfetch_objects,
    index: usize,
) -> *const c_char {
    text_of(objects, index, |object| object.content_type.as_ref())
}

/// Its address at the API.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_objects_location(
    objects: *const apsfetch_objects,
    index: usize,
) -> *const c_char {
    text_of(objects, index, |object| object.location.as_ref())
}

/// Frees the list with all its texts.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_objects_free(objects: *mut apsfetch_objects) -> i32 {
    release::free(objects, |_| {})
}
