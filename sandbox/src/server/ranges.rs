//! Conditions and ranges, as S3 and CloudFront treat them.

use super::body::Slice;
use super::call::Call;
use super::reply::Reply;
use http::Method;
use std::time::{Duration, SystemTime};

/// What a GET or HEAD is answered with.
pub(crate) struct Entity {
    pub(crate) slice: Slice,
    /// With its quotes.
    pub(crate) etag: String,
    pub(crate) modified: SystemTime,
    pub(crate) headers: Vec<(String, String)>,
}

/// What the conditions and the range of a request amount to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Whole,
    /// First byte and length.
    Part(u64, u64),
    NotModified,
    PreconditionFailed,
    Unsatisfiable,
}

/// What a `Range` header amounts to for `len` bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// No range, several ranges, another unit, or nonsense: the whole, as S3 answers.
    Whole,
    Part(u64, u64),
    Unsatisfiable,
}

pub(crate) fn parse_range(value: &str, len: u64) -> Asked {
    let Some(spec) = value.trim().strip_prefix("bytes=") else {
        return Asked::Whole;
    };
    let spec = spec.trim();
    let Some((first, last)) = spec.split_once('-') else {
        return Asked::Whole;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // A number too large for us is larger than any object.
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        return match number(last) {
            None => Asked::Whole,
            Some(0) => Asked::Unsatisfiable,
            Some(_) if len == 0 => Asked::Unsatisfiable,
            Some(count) => Asked::Part(len - count.min(len), count.min(len)),
        };
    }
    let Some(first) = number(first) else {
        return Asked::Whole;
    };
    let last = match number(last) {
        Some(last) => last,
        None if last.is_empty() => u64::MAX,
        None => return Asked::Whole,
    };
    if last < first {
        return Asked::Whole;
    }
    if first >= len {
        return Asked::Unsatisfiable;
    }
    Asked::Part(first, last.min(len - 1) - first + 1)
}

/// HTTP dates have no fractions of a second.
fn whole_seconds(time: SystemTime) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(crate::clock::epoch_secs(time))
}

fn lists(header: &str, etag: &str) -> bool {
    header
        .split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag == etag || tag.trim_matches('"') == etag.trim_matches('"'))
}

pub(crate) fn decide(call: &Call, entity: &Entity) -> Verdict {
    let modified = whole_seconds(entity.modified);
    let date = |name: &str| {
        call.header(name)
            .and_then(|text| httpdate::parse_http_date(text).ok())
    };
    if let Some(tags) = call.header("if-match") {
        if !lists(tags, &entity.etag) {
            return Verdict::PreconditionFailed;
        }
    } else if date("if-unmodified-since").is_some_and(|time| modified > time) {
        return Verdict::PreconditionFailed;
    }
    if let Some(tags) = call.header("if-none-match") {
        if lists(tags, &entity.etag) {
            return Verdict::NotModified;
        }
    } else if date("if-modified-since").is_some_and(|time| modified <= time) {
        return Verdict::NotModified;
    }
    let Some(range) = call.header("range") else {
        return Verdict::Whole;
    };
    if let Some(validator) = call.header("if-range") {
        let same_date = httpdate::parse_http_date(validator).is_ok_and(|time| time == modified);
        if validator != entity.etag && !same_date {
            return Verdict::Whole;
        }
    }
    match parse_range(range, entity.slice.len) {
        Asked::Whole => Verdict::Whole,
        Asked::Part(start, len) => Verdict::Part(start, len),
        Asked::Unsatisfiable => Verdict::Unsatisfiable,
    }
}

/// Answers with the whole, a part, or 304. `refuse` words the errors: 412 and 416.
pub(crate) fn serve(
    call: &Call,
    entity: Entity,
    refuse: impl FnOnce(u16, &str, u64) -> Reply,
) -> Reply {
    let total = entity.slice.len;
    let (status, start, len) = match decide(call, &entity) {
        Verdict::Whole => (200, 0, total),
        Verdict::Part(start, len) => (206, start, len),
        Verdict::NotModified => (304, 0, 0),
        Verdict::PreconditionFailed => return refuse(412, "", total),
        Verdict::Unsatisfiable => {
            let range = call.header("range").unwrap_or_default().to_owned();
            return refuse(416, &range, total).header("Content-Range", format!("bytes */{total}"));
        }
    };
    let head = call.method == Method::HEAD;
    let slice = Slice {
        content: entity.slice.content,
        start: entity.slice.start + start,
        len: if head || status == 304 { 0 } else { len },
    };
    let mut reply = Reply::with_slice(status, slice);
    if head && status != 304 {
        reply.announced = Some(len);
    }
    reply.headers = entity.headers;
    reply.set("ETag", &entity.etag);
    reply.set("Last-Modified", &httpdate::fmt_http_date(entity.modified));
    reply.set("Accept-Ranges", "bytes");
    if status == 206 {
        reply.set(
            "Content-Range",
            &format!("bytes {start}-{}/{total}", start + len - 1),
        );
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_s3_reads_them() {
        let cases = [
            ("bytes=0-63", 100, Asked::Part(0, 64)),
            ("bytes=0-0", 1, Asked::Part(0, 1)),
            ("bytes=90-200", 100, Asked::Part(90, 10)),
            ("bytes=90-", 100, Asked::Part(90, 10)),
            ("bytes=-10", 100, Asked::Part(90, 10)),
            ("bytes=-200", 100, Asked::Part(0, 100)),
            ("bytes=100-", 100, Asked::Unsatisfiable),
            ("bytes=100-200", 100, Asked::Unsatisfiable),
            ("bytes=99999999999999999999-", 100, Asked::Unsatisfiable),
            ("bytes=-0", 100, Asked::Unsatisfiable),
            ("bytes=0-", 0, Asked::Unsatisfiable),
            ("bytes=0-0", 0, Asked::Unsatisfiable),
            ("bytes=-5", 0, Asked::Unsatisfiable),
            ("bytes=5-2", 100, Asked::Whole),
            ("bytes=0-1,5-6", 100, Asked::Whole),
            ("bytes=a-b", 100, Asked::Whole),
            ("items=0-1", 100, Asked::Whole),
            ("bytes=", 100, Asked::Whole),
        ];
        for (value, len, expected) in cases {
            assert_eq!(parse_range(value, len), expected, "{value} of {len}");
        }
    }
}
