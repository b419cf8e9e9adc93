//! How a request is signed
//!
//! Options of the operations of APS, which most programs leave alone. An option that the kind of request does
//! not have is an error.

use std::ffi::c_char;

use super::arguments;
use super::error::apsfetch_error;
use super::request::{apsfetch_request, edit};
use crate::{Error, ObjectSigning};

/// "Batch Get S3 Download URLs": together with other objects in one call. The default.
pub const APSFETCH_SIGNING_BATCH: i32 = 1;
/// "Get Signed S3 Download URL" (GET objects/objectKey/signeds3download): for this object alone.
pub const APSFETCH_SIGNING_SIGNED_S3_DOWNLOAD: i32 = 2;
/// "Create Signed URL" (POST objects/objectKey/signed): an OSS signed URL. It needs the scope `data:write`.
pub const APSFETCH_SIGNING_SIGNED_URL: i32 = 3;

const _: () = assert!(ObjectSigning::Batch as i32 == APSFETCH_SIGNING_BATCH);
const _: () =
    assert!(ObjectSigning::SignedS3Download as i32 == APSFETCH_SIGNING_SIGNED_S3_DOWNLOAD);
const _: () = assert!(ObjectSigning::SignedUrl as i32 == APSFETCH_SIGNING_SIGNED_URL);

/// Objects only: which operation of APS signs it, one of the `APSFETCH_SIGNING_` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_signing(
    request: *mut apsfetch_request,
    signing: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.signing(match signing {
                APSFETCH_SIGNING_BATCH => ObjectSigning::Batch,
                APSFETCH_SIGNING_SIGNED_S3_DOWNLOAD => ObjectSigning::SignedS3Download,
                APSFETCH_SIGNING_SIGNED_URL => ObjectSigning::SignedUrl,
                other => {
                    return Err(Error::invalid(format!(
                        "The choice of the signing is {other}, not 1, 2 or 3."
                    )));
                }
            })
        })
    }
}

/// Derivatives only: 1 downloads from the API itself, by the deprecated "Download Derivative"
/// (GET urn/manifest/derivativeUrn), instead of by signed cookies: whole up to 256 MB, above that in ranges.
/// Never chosen by the library itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_direct_download(
    request: *mut apsfetch_request,
    direct: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.direct_download(arguments::flag(direct, "choice of the direct download")?)
        })
    }
}

/// URLs: 1 says that the URL works for one single GET, so it is fetched in one piece and never twice. Objects
/// with `APSFETCH_SIGNING_SIGNED_URL`: 1 asks for such a URL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_single_use(
    request: *mut apsfetch_request,
    single_use: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.single_use(arguments::flag(single_use, "choice of single use")?)
        })
    }
}

/// Derivatives and objects: how many minutes the signed URL or cookies live. 1 to 360 for a derivative
/// (`minutes-expiration`, 360 by default), 1 to 60 for an object (`minutesExpiration`, 2 by default), from 1
/// for an OSS signed URL (60 by default). A download renews them when it takes longer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_minutes_expiration(
    request: *mut apsfetch_request,
    minutes: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.minutes_expiration(minutes)
        })
    }
}

/// Derivatives and objects: the `Content-Disposition` to be returned with the file
/// (`response-content-disposition`). For a derivative it must begin with "attachment".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_response_content_disposition(
    request: *mut apsfetch_request,
    value: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.response_content_disposition(arguments::text(value, "content disposition")?)
        })
    }
}

/// Objects only: the `Content-Type` to be returned with the file (`response-content-type`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_response_content_type(
    request: *mut apsfetch_request,
    value: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.response_content_type(arguments::text(value, "content type")?)
        })
    }
}

/// Objects only: the `Cache-Control` to be returned with the file (`response-cache-control`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_response_cache_control(
    request: *mut apsfetch_request,
    value: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.response_cache_control(arguments::text(value, "cache control")?)
        })
    }
}

/// Objects only: the ETag of the version the host has (`If-None-Match`). If the object is still that version,
/// the item succeeds with `APSFETCH_ITEM_NOT_MODIFIED` and leaves the target alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_if_none_match(
    request: *mut apsfetch_request,
    etag: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.if_none_match(arguments::text(etag, "ETag")?)
        })
    }
}

/// Derivatives only: the version that lies at the target, by the ETag that `apsfetch_result_etag` or
/// `apsfetch_signed_etag` told and its size in bytes. If signing tells the same again, and the target exists
/// with that size, the item succeeds with `APSFETCH_ITEM_NOT_MODIFIED` and leaves the target alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_skip_if_etag(
    request: *mut apsfetch_request,
    etag: *const c_char,
    bytes: u64,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.skip_if_etag(arguments::text(etag, "ETag")?, bytes)
        })
    }
}

/// Objects only: a time as an HTTP date, such as "Wed, 15 Jan 2025 00:00:00 GMT" (`If-Modified-Since`). If the
/// object has not changed since, the item succeeds with `APSFETCH_ITEM_NOT_MODIFIED` and leaves the target
/// alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_if_modified_since(
    request: *mut apsfetch_request,
    http_date: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.if_modified_since(arguments::text(http_date, "HTTP date")?)
        })
    }
}

/// Objects only: 1 asks for one OSS signed URL when the object's upload is not merged yet
/// (`public-resource-fallback`), instead of one S3 URL for each chunk.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_public_resource_fallback(
    request: *mut apsfetch_request,
    fallback: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.public_resource_fallback(arguments::flag(fallback, "choice of the fallback")?)
        })
    }
}

/// Objects only: 1 asks for a CloudFront URL instead of an S3 one (`useCdn`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_use_cdn(
    request: *mut apsfetch_request,
    use_cdn: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.use_cdn(arguments::flag(use_cdn, "choice of the CDN")?)
        })
    }
}
