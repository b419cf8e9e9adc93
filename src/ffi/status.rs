//! Statuses
//!
//! What a function that returns `int32_t` returns. Negative means failed. The numbers are for ever; a later
//! version of the library may have more, so treat a negative number you do not know as a failure.

use std::ffi::{CStr, c_char};

use super::guard;
use crate::ErrorKind;

/// Done.
pub const APSFETCH_OK: i32 = 0;
/// Not over yet. Not a failure.
pub const APSFETCH_PENDING: i32 = 1;
/// An argument is missing, malformed or out of range. Nothing was sent or written.
pub const APSFETCH_E_INVALID_ARGUMENT: i32 = -1;
/// A handle is NULL, was freed already, or is of another type.
pub const APSFETCH_E_INVALID_HANDLE: i32 = -2;
/// A handle that was made before `fork` was used in the child process.
pub const APSFETCH_E_WRONG_PROCESS: i32 = -3;
/// A bug in this library was caught before it reached the host program.
pub const APSFETCH_E_PANIC: i32 = -4;
/// The operating system refused a thread, memory or a descriptor, or the file is larger than the request
/// allows for memory.
pub const APSFETCH_E_RESOURCE: i32 = -5;
/// The call is not possible in this state.
pub const APSFETCH_E_INVALID_STATE: i32 = -6;
/// The job was cancelled.
pub const APSFETCH_E_CANCELLED: i32 = -7;
/// A limit on time passed. The message says which one.
pub const APSFETCH_E_TIMEOUT: i32 = -8;
/// The connection broke, or could not be made.
pub const APSFETCH_E_NETWORK: i32 = -10;
/// A host name could not be resolved.
pub const APSFETCH_E_DNS: i32 = -11;
/// TLS failed: the certificate is not trusted, expired or for another host, or there is no common version.
pub const APSFETCH_E_TLS: i32 = -12;
/// The proxy refused or could not be used.
pub const APSFETCH_E_PROXY: i32 = -13;
/// The access token is missing, wrong or expired (HTTP 401).
pub const APSFETCH_E_AUTH: i32 = -20;
/// The token is valid but lacks a scope or the right to the item (HTTP 403).
pub const APSFETCH_E_FORBIDDEN: i32 = -21;
/// The design, derivative, bucket or object does not exist in this region (HTTP 404).
pub const APSFETCH_E_NOT_FOUND: i32 = -22;
/// The derivative is not translated yet (HTTP 202).
pub const APSFETCH_E_NOT_READY: i32 = -23;
/// APS asks to slow down (HTTP 429) and the retries are used up. See `apsfetch_error_retry_after_ms`.
pub const APSFETCH_E_RATE_LIMITED: i32 = -24;
/// Another HTTP status that means failure. See `apsfetch_error_http_status`.
pub const APSFETCH_E_HTTP: i32 = -25;
/// A reply breaks the protocol, so nothing in it was used.
pub const APSFETCH_E_BAD_RESPONSE: i32 = -26;
/// A signed URL or its cookies expired and could not be renewed.
pub const APSFETCH_E_EXPIRED: i32 = -27;
/// APS answered for this one item that it cannot be downloaded. The message has its reason.
pub const APSFETCH_E_REFUSED: i32 = -28;
/// The file changed on the server during the download, or has not the size the request says.
pub const APSFETCH_E_CHANGED: i32 = -30;
/// All bytes arrived but their SHA-1 is not the promised one.
pub const APSFETCH_E_INTEGRITY: i32 = -31;
/// Reading or writing a local file failed. See `apsfetch_error_os_code`.
pub const APSFETCH_E_FILE: i32 = -40;
/// The disk or the quota is full.
pub const APSFETCH_E_DISK_FULL: i32 = -41;
/// The target is held open by another program, so it could not be replaced.
pub const APSFETCH_E_FILE_LOCKED: i32 = -42;
/// The target exists and the request says not to replace it.
pub const APSFETCH_E_FILE_EXISTS: i32 = -43;
/// Another download is writing to the same target.
pub const APSFETCH_E_BUSY: i32 = -44;
/// The operation is not offered for this item.
pub const APSFETCH_E_UNSUPPORTED: i32 = -50;

/// Ties each kind of error to its constant and text. A kind without a constant, or with another number,
/// does not compile.
macro_rules! kinds {
    ($($kind:ident $constant:ident $text:literal,)*) => {
        $(const _: () = assert!(ErrorKind::$kind as i32 == $constant);)*

        #[cfg(test)]
        pub(super) const KINDS: &[(ErrorKind, i32, &str, &CStr)] =
            &[$((ErrorKind::$kind, $constant, stringify!($constant), $text),)*];

        // Not called: it has to name every kind in order to compile.
        const fn _constant(kind: ErrorKind) -> i32 {
            match kind {
                $(ErrorKind::$kind => $constant,)*
            }
        }

        fn text(status: i32) -> &'static CStr {
            match status {
                APSFETCH_OK => c"ok",
                APSFETCH_PENDING => c"pending",
                $($constant => $text,)*
                _ => c"unknown status",
            }
        }
    };
}

kinds! {
    InvalidArgument APSFETCH_E_INVALID_ARGUMENT c"invalid argument",
    InvalidHandle APSFETCH_E_INVALID_HANDLE c"invalid handle",
    WrongProcess APSFETCH_E_WRONG_PROCESS c"handle of another process",
    Panic APSFETCH_E_PANIC c"internal error",
    Resource APSFETCH_E_RESOURCE c"out of resources",
    InvalidState APSFETCH_E_INVALID_STATE c"not possible now",
    Cancelled APSFETCH_E_CANCELLED c"cancelled",
    Timeout APSFETCH_E_TIMEOUT c"timed out",
    Network APSFETCH_E_NETWORK c"network error",
    Dns APSFETCH_E_DNS c"host name not resolved",
    Tls APSFETCH_E_TLS c"TLS error",
    Proxy APSFETCH_E_PROXY c"proxy error",
    Auth APSFETCH_E_AUTH c"not authenticated",
    Forbidden APSFETCH_E_FORBIDDEN c"access denied",
    NotFound APSFETCH_E_NOT_FOUND c"not found",
    NotReady APSFETCH_E_NOT_READY c"not ready",
    RateLimited APSFETCH_E_RATE_LIMITED c"rate limited",
    Http APSFETCH_E_HTTP c"HTTP error",
    BadResponse APSFETCH_E_BAD_RESPONSE c"unusable reply",
    Expired APSFETCH_E_EXPIRED c"signed URL expired",
    Refused APSFETCH_E_REFUSED c"refused by APS",
    Changed APSFETCH_E_CHANGED c"changed on the server",
    Integrity APSFETCH_E_INTEGRITY c"checksum mismatch",
    File APSFETCH_E_FILE c"file error",
    DiskFull APSFETCH_E_DISK_FULL c"disk full",
    FileLocked APSFETCH_E_FILE_LOCKED c"file in use",
    FileExists APSFETCH_E_FILE_EXISTS c"file exists",
    Busy APSFETCH_E_BUSY c"target busy",
    Unsupported APSFETCH_E_UNSUPPORTED c"not supported",
}

/// A few words for a status, in English. Static text, never NULL; for a number it does not know,
/// "unknown status".
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_status_text(status: i32) -> *const c_char {
    guard::value(c"".as_ptr(), || Ok(text(status).as_ptr()))
}
