//! `Content-Range`, read strictly: what cannot be understood is not trusted.

/// `bytes first-last/total` of a 206.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentRange {
    pub(crate) first: u64,
    /// Inclusive, as on the wire.
    pub(crate) last: u64,
    /// `None` for `*`.
    pub(crate) total: Option<u64>,
}

impl ContentRange {
    /// Parses the header of a 206.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = strip_unit(text)?;
        let (range, total) = rest.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (first, last) = (digits(first.trim())?, digits(last.trim())?);
        let total = match total.trim() {
            "*" => None,
            total => Some(digits(total)?),
        };
        if last < first || total.is_some_and(|total| last >= total) {
            return None;
        }
        Some(ContentRange { first, last, total })
    }

    /// The total of a 416: `bytes */total`.
    pub(crate) fn parse_unsatisfied(text: &str) -> Option<u64> {
        digits(strip_unit(text)?.trim().strip_prefix("*/")?.trim())
    }
}

fn strip_unit(text: &str) -> Option<&str> {
    let text = text.trim();
    let (unit, rest) = text.split_at_checked(5)?;
    (unit.eq_ignore_ascii_case("bytes") && rest.starts_with([' ', '\t'])).then(|| rest.trim_start())
}

/// A number of digits only: no sign, no space, no overflow.
pub(crate) fn digits(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_ones() {
        assert_eq!(
            ContentRange::parse("bytes 0-100/1658"),
            Some(ContentRange {
                first: 0,
                last: 100,
                total: Some(1658)
            })
        );
        assert_eq!(
            ContentRange::parse("Bytes 5-5/*"),
            Some(ContentRange {
                first: 5,
                last: 5,
                total: None
            })
        );
        assert_eq!(ContentRange::parse_unsatisfied("bytes */0"), Some(0));
    }

    #[test]
    fn bad_ones() {
        for bad in [
            "",
            "bytes",
            "bytes 0-100",
            "bytes 100-0/1658",
            "bytes 0-1658/1658",
            "bytes -1-5/10",
            "bytes +0-5/10",
            "bytes 0-18446744073709551616/99999999999999999999",
            "bytes0-5/10",
            "items 0-5/10",
            "bytes 0-5/ten",
            "bytes */10",
            "é 0-5/10",
        ] {
            assert_eq!(ContentRange::parse(bad), None, "{bad}");
        }
    }
}
