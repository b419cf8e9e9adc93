//! TLS for ureq: rustls with the operating system's trust store and an optional extra CA file.
//!
//! ureq's own connector knows either the system's store or a list of certificates. Firms that inspect
//! TLS need both at once, and sessions are to be resumed across agents, so the connector is ours.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, CipherSuite, ClientConfig};

use super::dial::Deadline;
use super::distance::Handshake;
use super::line::Line;
use super::tls_stream::TlsTransport;
use super::{failure, trust};

use crate::error::{Error, ErrorKind, Result};

/// Requests are short; ureq's default of 128 KiB would cost that much for each connection.
pub(super) const OUTPUT_BUFFER: usize = 16 * 1024;
/// One full read of the socket.
pub(super) const INPUT_BUFFER: usize = 128 * 1024;

/// The TLS settings of one client, made at the first https connection: reading the system's trust
/// store takes a moment, and a client that talks to a sandbox on http never needs it.
pub(super) struct Tls {
    extra_roots: Vec<CertificateDer<'static>>,
    config: Mutex<Option<Arc<ClientConfig>>>,
}

impl Tls {
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Self> {
        let extra_roots = match ca_file {
            Some(path) => read_ca_file(path)?,
            None => Vec::new(),
        };
        Ok(Tls {
            extra_roots,
            config: Mutex::new(None),
        })
    }

    /// Reads what the first connection needs, if nobody has yet.
    pub(super) fn prepare(&self) -> Result<()> {
        self.client_config().map(drop)
    }

    fn client_config(&self) -> Result<Arc<ClientConfig>> {
        let mut config = self.config.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = &*config {
            return Ok(config.clone());
        }
        let provider = Arc::new(provider());
        let verifier = trust::verifier(&self.extra_roots, provider.clone()).map_err(|error| {
            Error::new(
                ErrorKind::Tls,
                format!(
                    "The operating system's trusted certificates could not be loaded ({error}). \
                     Install them (on Debian: the package ca-certificates) or set a CA file."
                ),
            )
        })?;
        let made = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| Error::new(ErrorKind::Tls, format!("TLS is unusable: {error}.")))?
            // "dangerous" is rustls's word for any verifier but its own; this one is the system's.
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        let made = Arc::new(made);
        *config = Some(made.clone());
        Ok(made)
    }
}

/// What encrypts. AES with 128 bits before 256, as browsers offer it: rustls prefers the other, which takes 14 rounds for
/// each 16 bytes instead of 10, and servers without a wish of their own take what is offered first.
fn provider() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| {
        !matches!(
            suite.suite(),
            CipherSuite::TLS13_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
        )
    });
    provider
}

/// All public authorities together are a fifth of a megabyte.
const LARGEST_CA_FILE: u64 = 16 * 1024 * 1024;

fn read_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let shown = PathBuf::from(path);
    let unusable = |why: String| {
        Error::invalid(format!(
            "The CA file {} {why}. It must hold certificates in PEM form (-----BEGIN CERTIFICATE-----).",
            shown.display()
        ))
    };
    let unreadable = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            return Error::new(
                ErrorKind::File,
                format!(
                    "Could not read the CA file {}: there is no such file.",
                    path.display()
                ),
            )
            .with_os_code(error.raw_os_error());
        }
        Error::file(format_args!("read the CA file {}", path.display()), &error)
    };
    // Looked at before it is opened: opening a pipe would wait for its writer, and a device may never end.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unusable("is not a file".to_owned()));
    }
    let mut pem = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST_CA_FILE + 1).read_to_end(&mut pem))
        .map_err(unreadable)?;
    if pem.len() as u64 > LARGEST_CA_FILE {
        return Err(unusable("is too large".to_owned()));
    }
    let certificates = CertificateDer::pem_slice_iter(&pem)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|_| unusable("has a damaged certificate".to_owned()))?;
    if certificates.is_empty() {
        return Err(unusable("holds no certificate".to_owned()));
    }
    Ok(certificates)
}

/// Wraps a connected line in TLS, within what is left of the limit on connecting.
pub(super) fn handshake(
    tls: &Tls,
    line: Line,
    host: &str,
    deadline: &Deadline,
    seen: Option<&mut Handshake<'_>>,
) -> Result<TlsTransport> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(bare.to_owned())
        .map_err(|_| Error::invalid(format!("`{host}` is not a host name.")))?;
    TlsTransport::handshake(tls.client_config()?, name, line, deadline, seen)
        .map_err(|error| broken_handshake(host, deadline, error))
}

fn broken_handshake(host: &str, deadline: &Deadline, error: std::io::Error) -> Error {
    if let Some(tls) = rustls_error(&error) {
        return explain(host, tls);
    }
    match failure::timeout_inside(error) {
        Err(_) => Error::new(
            ErrorKind::Timeout,
            format!(
                "{host} accepted the connection but did not finish the TLS handshake within {} s. Check the network, the proxy and the firewall.",
                deadline.limit.as_secs_f32()
            ),
        ),
        // A firewall that does not like the name ends connections so; so does a server that is just restarting.
        Ok(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Error::new(
            ErrorKind::Tls,
            format!(
                "{host} closed the connection in the TLS handshake. A firewall or a proxy may not allow it."
            ),
        )
        .transient(),
        Ok(error) => failure::explain_broken(host, &error),
    }
}

/// The buffer is full, and nothing of it can be used: a body is taken out in any amount, so these are headers.
pub(super) fn headers_too_large() -> ureq::Error {
    ureq::Error::LargeResponseHeader(INPUT_BUFFER, INPUT_BUFFER)
}

/// The rustls error inside an I/O error, if that is what it is.
pub(super) fn rustls_error(error: &std::io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref::<rustls::Error>()
}

/// Says in a user's words why TLS failed.
pub(super) fn explain(host: &str, error: &rustls::Error) -> Error {
    use rustls::Error as Tls;
    let text = match error {
        Tls::InvalidCertificate(problem) => match problem {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => format!(
                "The certificate of {host} has expired, or this computer's clock is wrong. Check the date and time."
            ),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => format!(
                "The certificate of {host} is not valid yet: this computer's clock is probably wrong. Check the date and time."
            ),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!(
                    "The certificate that was presented is not for {host}. A proxy or a captive portal may answer in its place."
                )
            }
            // A signature that is wrong is that of another authority of the same name, such as the firm's old one.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
                "The certificate of {host} was issued by an authority this computer does not trust. If your firm inspects TLS, \
                 install its root certificate in the system's store or give it as CA file."
            ),
            CertificateError::Other(other)
                if format!("{other:?}").contains("CaUsedAsEndEntity") =>
            {
                format!(
                    "{host} presented an authority's own certificate, or one it made for itself, which is not accepted for a server. If it is yours, issue it a server certificate."
                )
            }
            CertificateError::Revoked => format!("The certificate of {host} has been revoked."),
            _ => format!("The certificate of {host} was not accepted."),
        },
        Tls::PeerIncompatible(_)
        | Tls::AlertReceived(rustls::AlertDescription::ProtocolVersion) => {
            format!(
                "{host} offers no TLS version or cipher this library accepts (TLS 1.2 or later)."
            )
        }
        Tls::AlertReceived(alert) => format!("{host} refused the TLS connection ({alert:?})."),
        Tls::InvalidMessage(_) => format!(
            "{host} did not answer with TLS. Check the address, and whether a proxy stands in between."
        ),
        _ => format!("The TLS connection with {host} failed."),
    };
    Error::new(ErrorKind::Tls, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ciphers_are_offered_and_the_cheaper_ones_first() {
        let names = |provider: &CryptoProvider| -> Vec<_> {
            let suites = provider.cipher_suites.iter();
            suites.map(|suite| suite.suite()).collect()
        };
        let (mut ours, mut all) = (
            names(&provider()),
            names(&rustls::crypto::ring::default_provider()),
        );
        assert_eq!(
            ours.first(),
            Some(&CipherSuite::TLS13_AES_128_GCM_SHA256),
            "{ours:?}"
        );
        ours.sort_by_key(|suite| u16::from(*suite));
        all.sort_by_key(|suite| u16::from(*suite));
        assert_eq!(ours, all);
    }
}
