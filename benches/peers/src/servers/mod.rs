//! Everything that contestants talk to, on free ports of this machine.

mod certificate;
mod delay;
mod nginx;
mod sandbox;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::content::Source;

use certificate::Certificate;
use delay::Delay;
use nginx::Nginx;

/// nginx and what it needs. It all ends with this object.
pub(crate) struct Servers {
    nginx: Nginx,
    /// nginx asks it before it answers below `DELAYED`.
    _delay: Delay,
    certificate: Certificate,
}

pub(crate) use sandbox::{BUCKET, Sandbox};

/// Below this path nginx serves as it comes.
pub(crate) const PLAIN: &str = "files/";
/// Below this path the first byte takes 50 ms.
pub(crate) const DELAYED: &str = "delayed/";

/// Below this path nginx itself limits each answer. It lets the first second of each pass at once.
pub(crate) const LIMITED: &str = "limited/";
/// Bytes per second.
pub(crate) const LIMITED_RATE: u64 = 8_000_000;

impl Servers {
    /// Serves `files`; keeps its own files in `folder`.
    pub(crate) fn start(files: &Path, sources: &[Source], folder: &Path) -> Result<Self> {
        let certificate = Certificate::make(folder)?;
        let delay = Delay::start()?;
        let nginx = Nginx::start(files, sources, folder, &certificate, delay.address())?;
        Ok(Self {
            nginx,
            _delay: delay,
            certificate,
        })
    }

    pub(crate) fn http(&self) -> SocketAddr {
        self.nginx.http
    }

    pub(crate) fn https(&self) -> SocketAddr {
        self.nginx.https
    }

    /// The certificate of the authority that contestants must trust.
    pub(crate) fn authority(&self) -> PathBuf {
        self.certificate.authority.clone()
    }
}
