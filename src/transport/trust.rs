//! Who is believed to be who they say: the operating system's own verdict, and the authorities of the CA file.
//!
//! On Linux and macOS the system's verifier takes both at once. On Linux it reads a folder of some hundreds of files for that, of
//! which nearly all certificates are in one file as well: that one is read first, and the folder when it does not suffice.
//! On Windows it makes a chain engine with roots of its own for
//! the CA file. Wine has none, and where there is one, it takes nothing but roots; so a chain that the system finds no root for
//! is checked by rustls against the CA file alone.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;

type Result<T> = std::result::Result<T, rustls::Error>;

#[cfg(not(windows))]
fn system(
    extra_roots: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let verifier = Verifier::new_with_extra_roots(extra_roots.iter().cloned(), provider)?;
    Ok(Arc::new(verifier))
}

#[cfg(not(any(windows, target_os = "linux")))]
pub(super) fn verifier(
    extra_roots: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    system(extra_roots, provider)
}

#[cfg(target_os = "linux")]
pub(super) use bundle::verifier;

#[cfg(target_os = "linux")]
mod bundle;

#[cfg(windows)]
pub(super) fn verifier(
    extra_roots: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    if extra_roots.is_empty() {
        let system = Arc::new(Verifier::new(provider)?);
        return Ok(Arc::new(either::either(system, None)));
    }
    let more = either::of_file(extra_roots, provider.clone())?;
    // With the roots, it asks for what was revoked by them, too.
    let system = Verifier::new_with_extra_roots(extra_roots.iter().cloned(), provider.clone())
        .or_else(|_| Verifier::new(provider))?;
    Ok(Arc::new(either::either(Arc::new(system), Some(more))))
}

#[cfg(any(windows, target_os = "linux", test))]
mod in_turn;

#[cfg(any(windows, test))]
mod either {
    use rustls::client::WebPkiServerVerifier;
    use rustls::{CertificateError, Error, OtherError, RootCertStore};

    use super::in_turn::InTurn;
    use super::*;

    /// What the system's verifier says, in its own words, where it has found no root: CERT_E_CHAINING, for there is no
    /// certificate of the issuer; and CERT_E_REVOCATION_FAILURE, which is Wine's word for the same. Windows never says the latter,
    /// because it is told that whatever cannot be asked for was not revoked.
    const NO_ROOT: [&str; 2] = ["os error -2146762486", "os error -2146762482"];

    /// rustls's own verifier, with these roots and no other.
    pub(super) fn of_file(
        roots: &[CertificateDer<'static>],
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>> {
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(root.clone())?;
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider)
            .build()
            .map_err(|error| Error::Other(OtherError(Arc::new(error))))?;
        Ok(verifier)
    }

    /// The system's verdict, unless it only does not know who vouches: then that of the CA file.
    ///
    /// Everything else that the system says is final, above all that a certificate was revoked.
    pub(super) fn either(
        system: Arc<dyn ServerCertVerifier>,
        file: Option<Arc<dyn ServerCertVerifier>>,
    ) -> InTurn {
        InTurn::new(system, move |refused| match &file {
            _ if !is_unknown(&refused) => Err(refused),
            Some(file) => Ok(file.clone()),
            None => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
        })
    }

    fn is_unknown(error: &Error) -> bool {
        match error {
            Error::InvalidCertificate(CertificateError::UnknownIssuer) => true,
            Error::InvalidCertificate(CertificateError::Other(other)) => {
                let words = other.to_string();
                NO_ROOT.iter().any(|code| words.contains(code))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use rustls::client::danger::ServerCertVerified;
    use rustls::pki_types::{ServerName, UnixTime};
    use rustls::{CertificateError, Error, OtherError};

    use super::either::{either, of_file};
    use super::*;

    type Authority = CertifiedIssuer<'static, KeyPair>;

    fn authority() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    fn server(authority: &Authority) -> CertificateDer<'static> {
        let params = CertificateParams::new(["aps.test".to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        params.signed_by(&key, authority).unwrap().der().clone()
    }

    fn file(authority: &Authority) -> Arc<dyn ServerCertVerifier> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        of_file(&[authority.der().clone()], provider).unwrap()
    }

    /// A system that says the same of everybody.
    #[derive(Debug)]
    struct Says(Result<()>);

    impl ServerCertVerifier for Says {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified> {
            self.0.clone().map(|()| ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid> {
            Err(Error::General("not asked".to_owned()))
        }

        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid> {
            Err(Error::General("not asked".to_owned()))
        }

        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            Vec::new()
        }
    }

    fn refused(error: CertificateError) -> Result<()> {
        Err(Error::InvalidCertificate(error))
    }

    fn other(text: &str) -> CertificateError {
        CertificateError::Other(OtherError(Arc::from(Box::from(text))))
    }

    const NO_CHAIN: &str = "A certificate chain could not be built to a trusted root authority. (os error -2146762486)";
    const OF_WINE: &str = "The revocation process could not continue. (os error -2146762482)";

    fn verdict(
        system: Result<()>,
        file: Option<Arc<dyn ServerCertVerifier>>,
        server: &CertificateDer<'_>,
        name: &str,
    ) -> Result<()> {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        either(Arc::new(Says(system)), file)
            .verify_server_cert(server, &[], &name, &[], UnixTime::now())
            .map(drop)
    }

    #[test]
    fn the_file_is_asked_when_the_system_knows_no_root_and_then_only() {
        let authority = authority();
        let server = server(&authority);
        let said = |system, file| verdict(system, file, &server, "aps.test");
        for unknown in [
            CertificateError::UnknownIssuer,
            other(NO_CHAIN),
            other(OF_WINE),
        ] {
            said(refused(unknown.clone()), Some(file(&authority))).unwrap();
            let nobody = said(refused(unknown), None);
            assert_eq!(nobody, refused(CertificateError::UnknownIssuer));
        }
        for last_word in [
            CertificateError::Revoked,
            CertificateError::Expired,
            CertificateError::NotValidForName,
            CertificateError::BadSignature,
        ] {
            let verdict = said(refused(last_word.clone()), Some(file(&authority)));
            assert_eq!(verdict, refused(last_word));
        }
        // Explicitly distrusted.
        let distrusted = other("(os error -2146762479)");
        said(refused(distrusted), Some(file(&authority))).unwrap_err();
        // And what the system knows, the file need not know.
        said(Ok(()), Some(file(&self::authority()))).unwrap();
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_rest_of_the_systems_certificates_is_read_when_the_bundle_does_not_suffice() {
        use super::bundle::{bundle, of_bundle, quick_first};
        use std::sync::atomic::{AtomicUsize, Ordering};

        let (in_bundle, in_folder, unknown) = (authority(), authority(), authority());
        let folder = tempfile::tempdir().unwrap();
        let pem = folder.path().join("bundle.pem");
        std::fs::write(&pem, in_bundle.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let rest = file(&in_folder);
        let reads = Arc::new(AtomicUsize::new(0));
        let counted = reads.clone();
        let verifier = quick_first(of_bundle(&pem, &[], &provider).unwrap(), move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(rest.clone())
        });
        let said = |authority| {
            let name = ServerName::try_from("aps.test").unwrap();
            verifier
                .verify_server_cert(&server(authority), &[], &name, &[], UnixTime::now())
                .map(drop)
        };
        said(&in_bundle).unwrap();
        assert_eq!(reads.load(Ordering::Relaxed), 0);
        said(&in_folder).unwrap();
        said(&unknown).unwrap_err();
        assert_eq!(reads.load(Ordering::Relaxed), 1, "once for all");

        std::fs::write(&pem, "no certificate").unwrap();
        assert!(of_bundle(&pem, &[], &provider).is_none());
        // Who names a folder only does not want the bundle.
        let set = |file: Option<&std::path::Path>, folder: Option<&std::path::Path>| {
            bundle(|name| {
                let value = if name == "SSL_CERT_FILE" {
                    file
                } else {
                    folder
                };
                value.map(std::path::Path::to_owned)
            })
        };
        assert_eq!(set(None, Some(folder.path())), None);
        assert_eq!(set(Some(&pem), Some(folder.path())), Some(pem.clone()));
        assert_eq!(set(Some(folder.path()), None), None, "is no file");
    }

    #[test]
    fn the_file_vouches_for_its_own_and_for_their_names() {
        let authority = authority();
        let server = server(&authority);
        let unknown = || refused(CertificateError::UnknownIssuer);
        let stranger = Some(file(&self::authority()));
        verdict(unknown(), stranger, &server, "aps.test").unwrap_err();
        let elsewhere = verdict(unknown(), Some(file(&authority)), &server, "evil.test");
        assert!(
            matches!(
                &elsewhere,
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForNameContext { .. }
                ))
            ),
            "{elsewhere:?}"
        );
    }
}
