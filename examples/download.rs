//! Downloads a derivative or objects from the real service (or any sandbox).
//!
//! ```text
//! export APS_CLIENT_ID=... APS_CLIENT_SECRET=...      # or APS_ACCESS_TOKEN=...
//! cargo run --release --example download -- FOLDER derivative URN DERIVATIVE_URN
//! cargo run --release --example download -- FOLDER object BUCKET KEY [KEY ...]
//! ```
//! `APS_REGION` names the data centre (EMEA, AUS, ...), `APS_BASE_URL` another address than the real one,
//! `APS_CA_FILE` a certificate authority to trust.

use std::env;
use std::path::Path;

use apsfetch::{Client, Request};

#[path = "support/mod.rs"]
mod support;

const USAGE: &str = "usage: download FOLDER derivative URN DERIVATIVE_URN | download FOLDER object BUCKET KEY [KEY ...]";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();

    let mut builder = Client::builder();
    if let Ok(url) = env::var("APS_BASE_URL") {
        builder = builder.base_url(&url)?;
    }
    if let Ok(region) = env::var("APS_REGION") {
        builder = builder.region(&region)?;
    }
    if let Ok(path) = env::var("APS_CA_FILE") {
        builder = builder.ca_file(path);
    }
    builder = match env::var("APS_ACCESS_TOKEN") {
        Ok(token) => builder.access_token(&token)?,
        Err(_) => {
            let missing = |_| "set APS_ACCESS_TOKEN, or APS_CLIENT_ID and APS_CLIENT_SECRET";
            builder.client_credentials(
                &env::var("APS_CLIENT_ID").map_err(missing)?,
                &env::var("APS_CLIENT_SECRET").map_err(missing)?,
                "data:read viewables:read",
            )?
        }
    };
    let client = builder.build()?;

    let mut names = Vec::new();
    let requests = match arguments.as_slice() {
        [folder, "derivative", urn, derivative_urn] => {
            let name = derivative_urn.rsplit('/').next().unwrap_or("derivative");
            let target = Path::new(folder).join(name);
            names.push(name.to_owned());
            vec![Request::derivative(urn, derivative_urn)?.to_file(target)]
        }
        [folder, "object", bucket, keys @ ..] if !keys.is_empty() => keys
            .iter()
            .map(|key| {
                let name = key.rsplit('/').next().unwrap_or("object");
                let target = Path::new(folder).join(name);
                names.push(name.to_owned());
                Ok(Request::object(bucket, key)?.to_file(target))
            })
            .collect::<apsfetch::Result<_>>()?,
        _ => return Err(USAGE.into()),
    };
    let job = client.start(requests)?;
    support::show_progress(&job, &names)?;
    match support::print_results(&job) {
        true => Ok(()),
        false => Err("not every item was downloaded".into()),
    }
}
