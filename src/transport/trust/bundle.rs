//! Most of the system's certificates at once, from the one file in which Linux distributions have them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use once_cell::sync::OnceCell;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::in_turn::InTurn;
use super::{Result, system};

/// Where Debian, Fedora, SUSE and Alpine have all certificates in one file.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

pub(in super::super) fn verifier(
    extra_roots: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let bundle = bundle(|name| std::env::var_os(name).map(PathBuf::from));
    let Some(quick) = bundle.and_then(|file| of_bundle(&file, extra_roots, &provider)) else {
        return system(extra_roots, provider);
    };
    let extra_roots = extra_roots.to_vec();
    let read = move || system(&extra_roots, provider.clone());
    Ok(Arc::new(quick_first(quick, read)))
}

/// The file that the system's verifier would read, too.
pub(super) fn bundle(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let named = match (variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR")) {
        (Some(file), _) => vec![file],
        // Nothing but that folder is to be believed.
        (None, Some(folder)) if !folder.as_os_str().is_empty() => Vec::new(),
        (None, _) => BUNDLES.iter().map(PathBuf::from).collect(),
    };
    named.into_iter().find(|file| file.is_file())
}

/// rustls's own verifier with what the file holds. `None` if that is not worth having.
pub(super) fn of_bundle(
    file: &Path,
    extra_roots: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Option<Arc<dyn ServerCertVerifier>> {
    let mut store = RootCertStore::empty();
    for root in extra_roots {
        store.add(root.clone()).ok()?;
    }
    let certificates = CertificateDer::pem_file_iter(file).ok()?;
    let (added, _) = store.add_parsable_certificates(certificates.flatten());
    if added == 0 {
        return None;
    }
    let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone());
    Some(builder.build().ok()?)
}

/// Accepts what the file vouches for. Everything else is the system's to judge, whose certificates are read for it, once.
pub(super) fn quick_first(
    quick: Arc<dyn ServerCertVerifier>,
    read: impl Fn() -> Result<Arc<dyn ServerCertVerifier>> + Send + Sync + 'static,
) -> InTurn {
    let system = OnceCell::new();
    InTurn::new(quick, move |_| system.get_or_try_init(&read).cloned())
}
