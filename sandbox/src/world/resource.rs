//! OSS signed URLs: `/oss/v2/signedresources/{id}`.

use std::time::SystemTime;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
    ReadWrite,
}

impl Access {
    /// Any case, as deployed clients send it.
    pub(crate) fn parse(text: &str) -> Option<Access> {
        match text.to_ascii_lowercase().as_str() {
            "read" => Some(Access::Read),
            "write" => Some(Access::Write),
            "readwrite" => Some(Access::ReadWrite),
            _ => None,
        }
    }
}

pub(crate) struct SignedResource {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) access: Access,
    pub(crate) expires: SystemTime,
    pub(crate) single_use: bool,
    pub(crate) used: bool,
    pub(crate) content_type: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) cache_control: Option<String>,
}

/// Whether a signed resource may be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    Expired,
    AlreadyUsed,
    WrongAccess,
}

impl SignedResource {
    /// Decides about one use and, when it is allowed and the URL is for a single use, spends it.
    pub(crate) fn spend(&mut self, write: bool, now: SystemTime) -> Verdict {
        if now >= self.expires {
            return Verdict::Expired;
        }
        if self.used {
            return Verdict::AlreadyUsed;
        }
        let allowed = match self.access {
            Access::ReadWrite => true,
            Access::Read => !write,
            Access::Write => write,
        };
        if !allowed {
            return Verdict::WrongAccess;
        }
        self.used = self.single_use;
        Verdict::Allowed
    }
}
