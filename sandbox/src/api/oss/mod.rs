//! The Object Storage Service.

mod batch;
mod listing;
mod resource;
mod sign;
mod signed;
mod single;

pub(super) use batch::batch;
pub(super) use listing::{bucket_details, buckets, object_details, objects};
pub(super) use resource::signed_resource;
pub(crate) use resource::{begin_upload, finish_upload};
pub(super) use signed::create_signed;
pub(super) use single::signed_s3_download;

use crate::server::{Call, Reply};
use crate::world::Bucket;

/// Refuses keys that no bucket can have.
fn check_bucket_key(bucket: &str) -> Result<(), Reply> {
    if Bucket::valid_key(bucket) {
        return Ok(());
    }
    Err(Reply::reason(
        400,
        "The bucket key is not valid: it must match ^[-_.a-z0-9]{3,128}$",
    ))
}

/// `minutesExpiration`, when it is there, within its limits.
fn minutes_param(call: &Call, default: u64) -> Result<u64, Reply> {
    let Some(text) = call.param("minutesExpiration") else {
        return Ok(default);
    };
    match text.parse() {
        Ok(minutes @ 1..=60) => Ok(minutes),
        _ => Err(Reply::reason(
            400,
            "minutesExpiration must be an integer from 1 to 60",
        )),
    }
}
