//! A certificate for this machine, and the authority that contestants are told to trust.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

pub(super) struct Certificate {
    pub(super) authority: PathBuf,
    pub(super) chain: PathBuf,
    pub(super) key: PathBuf,
}

impl Certificate {
    pub(super) fn make(folder: &Path) -> Result<Self> {
        let authority_key = KeyPair::generate()?;
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority
            .distinguished_name
            .push(rcgen::DnType::CommonName, "apsfetch benchmark");
        let authority_certificate = authority.self_signed(&authority_key)?;
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate()?;
        let leaf = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?
            .signed_by(&key, &issuer)?;
        let made = Self {
            authority: folder.join("authority.pem"),
            chain: folder.join("chain.pem"),
            key: folder.join("key.pem"),
        };
        fs::write(&made.authority, authority_certificate.pem())?;
        fs::write(&made.chain, leaf.pem())?;
        fs::write(&made.key, key.serialize_pem())?;
        Ok(made)
    }
}
