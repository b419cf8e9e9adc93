//! What a client has to know about a running sandbox. The program prints it as one line of JSON.

use crate::log::lock;
use crate::state::State;
use serde::Serialize;
use std::path::PathBuf;

/// Addresses, credentials and content of a sandbox.
#[derive(Clone, Debug, Serialize)]
pub struct Info {
    /// The API's origin, such as `http://127.0.0.1:40123`.
    pub api: String,
    /// The CDN's origin.
    pub cdn: String,
    /// S3's origin.
    pub s3: String,
    /// The certificate of the authority that clients must trust, as PEM; none without TLS.
    pub ca_file: Option<PathBuf>,
    /// The id of a client with a secret.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The id of a client without a secret, for logins with PKCE.
    pub public_client_id: String,
    /// The designs.
    pub designs: Vec<DesignInfo>,
    /// The buckets.
    pub buckets: Vec<BucketInfo>,
}

/// One design.
#[derive(Clone, Debug, Serialize)]
pub struct DesignInfo {
    /// The URN in URL-safe base64, as paths take it.
    pub urn: String,
    /// The URN that is inside.
    pub source_urn: String,
    /// The name of the source file.
    pub name: String,
    /// The region it is stored in.
    pub region: String,
    /// `pending`, `inprogress`, `success`, `failed` or `timeout`, at this moment.
    pub status: String,
    /// Its derivatives.
    pub derivatives: Vec<DerivativeInfo>,
}

/// One derivative.
#[derive(Clone, Debug, Serialize)]
pub struct DerivativeInfo {
    /// The URN, not encoded.
    pub urn: String,
    /// The name of the file.
    pub name: String,
    /// The number of bytes.
    pub size: u64,
    /// The media type.
    pub mime: String,
    /// The role in the manifest.
    pub role: String,
    /// The type of output it belongs to.
    pub output_type: String,
    /// False for 3D SVF2.
    pub downloadable: bool,
}

/// One bucket.
#[derive(Clone, Debug, Serialize)]
pub struct BucketInfo {
    /// The key.
    pub key: String,
    /// The region it is stored in.
    pub region: String,
    /// Its objects.
    pub objects: Vec<ObjectInfo>,
}

/// One object.
#[derive(Clone, Debug, Serialize)]
pub struct ObjectInfo {
    /// The key, not encoded.
    pub key: String,
    /// The number of bytes.
    pub size: u64,
    /// True for an upload whose chunks are not merged yet.
    pub chunked: bool,
}

impl Info {
    pub(crate) fn of(state: &State) -> Info {
        let world = lock(&state.world);
        let now = state.clock.now();
        let designs = world.designs.iter().map(|design| DesignInfo {
            urn: design.urn.clone(),
            source_urn: design.source_urn.clone(),
            name: design.name.clone(),
            region: design.region.clone(),
            status: design.progress.now(now).status().to_owned(),
            derivatives: design
                .derivatives
                .iter()
                .map(|derivative| DerivativeInfo {
                    urn: derivative.urn.clone(),
                    name: derivative.name.clone(),
                    size: derivative.content.len(),
                    mime: derivative.mime.clone(),
                    role: derivative.role.clone(),
                    output_type: derivative.output_type.clone(),
                    downloadable: derivative.downloadable,
                })
                .collect(),
        });
        let buckets = world.buckets.values().map(|bucket| BucketInfo {
            key: bucket.key.clone(),
            region: bucket.region.clone(),
            objects: bucket
                .objects
                .values()
                .map(|object| ObjectInfo {
                    key: object.key.clone(),
                    size: object.content.len(),
                    chunked: !object.chunks.is_empty(),
                })
                .collect(),
        });
        Info {
            api: state.origins.api.clone(),
            cdn: state.origins.cdn.clone(),
            s3: state.origins.s3.clone(),
            ca_file: state.ca_file.clone(),
            client_id: state.clients.id.clone(),
            client_secret: state.clients.secret.clone(),
            public_client_id: state.clients.public_id.clone(),
            designs: designs.collect(),
            buckets: buckets.collect(),
        }
    }
}
