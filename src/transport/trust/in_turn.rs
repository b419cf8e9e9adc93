//! One verifier after another.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use super::Result;

type Next = dyn Fn(Error) -> Result<Arc<dyn ServerCertVerifier>> + Send + Sync;

/// Accepts what the first one accepts. Of what it refuses, another may be the judge.
pub(super) struct InTurn {
    first: Arc<dyn ServerCertVerifier>,
    /// Who judges after such a refusal, or what is said of it in the end.
    next: Box<Next>,
}

impl InTurn {
    pub(super) fn new(
        first: Arc<dyn ServerCertVerifier>,
        next: impl Fn(Error) -> Result<Arc<dyn ServerCertVerifier>> + Send + Sync + 'static,
    ) -> Self {
        InTurn {
            first,
            next: Box::new(next),
        }
    }
}

impl fmt::Debug for InTurn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InTurn").finish_non_exhaustive()
    }
}

impl ServerCertVerifier for InTurn {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified> {
        let ask = |verifier: &dyn ServerCertVerifier| {
            let stapled = ocsp_response;
            verifier.verify_server_cert(end_entity, intermediates, server_name, stapled, now)
        };
        ask(&*self.first).or_else(|refused| ask(&*(self.next)(refused)?))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid> {
        self.first.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid> {
        self.first.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.first.supported_verify_schemes()
    }
}
