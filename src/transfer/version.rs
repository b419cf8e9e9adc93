//! What tells one version of a file from another.

/// What a reply says of the version it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) strong_etag: Option<String>,
    /// A reply left it out, so another server answers there as well, which would refuse it as a condition.
    pub(super) left_out: bool,
    pub(super) last_modified: Option<String>,
}

impl Version {
    /// `Last-Modified`, if it is a date.
    pub(super) fn date(&self) -> Option<&str> {
        let date = self.last_modified.as_deref()?;
        httpdate::parse_http_date(date).ok().map(|_| date)
    }

    /// Whether another reply proves that it speaks of this version.
    pub(super) fn is_proven_by(&self, other: &Version) -> bool {
        match (&self.strong_etag, &other.strong_etag) {
            (Some(a), Some(b)) => a == b,
            (Some(_), None) => false,
            _ => self.date().is_some() && self.date() == other.date(),
        }
    }

    pub(super) fn is_same(&self, other: &Version) -> bool {
        match (&self.strong_etag, &other.strong_etag) {
            (Some(a), Some(b)) => a == b,
            // One server of several may leave the ETag out; the date is the next best.
            _ => match (&self.last_modified, &other.last_modified) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            },
        }
    }
}
