//! Numbers that may be unknown, which C sees as -1.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A size or a count.
pub(super) fn or_unknown(number: Option<u64>) -> i64 {
    number
        .and_then(|number| i64::try_from(number).ok())
        .unwrap_or(-1)
}

/// A length of time, in milliseconds.
pub(super) fn milliseconds(time: Option<Duration>) -> i64 {
    or_unknown(time.and_then(|time| u64::try_from(time.as_millis()).ok()))
}

/// A point in time, in milliseconds since 1970.
pub(super) fn since_1970(at: Option<SystemTime>) -> i64 {
    milliseconds(at.and_then(|at| at.duration_since(UNIX_EPOCH).ok()))
}
