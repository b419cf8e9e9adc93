//! Downloads one object of a bucket: quickstart BUCKET KEY FILE
use std::env;

use apsfetch::{Client, Request, Verification};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [bucket, key, path] = arguments.as_slice() else {
        return Err("usage: quickstart BUCKET KEY FILE".into());
    };
    let mut builder = Client::builder();
    if let Ok(base) = env::var("APS_BASE_URL") {
        builder = builder.base_url(&base)?;
    }
    // The library gets its token itself, and renews it.
    let client = builder
        .client_credentials(
            &env::var("APS_CLIENT_ID")?,
            &env::var("APS_CLIENT_SECRET")?,
            "data:read",
        )?
        .build()?;

    let request = Request::object(bucket, key)?.to_file(path);
    // On this thread, about ten times a second. False would cancel.
    let results = client.download(vec![request], |now| {
        eprint!("\r{} of {} bytes", now.bytes_done, now.bytes_total);
        true
    })?;
    eprintln!();
    for result in results {
        let file = result?;
        let path = file.path.as_deref().ok_or("a file has a path")?;
        let check = match file.verification {
            Verification::Sha1 => "SHA-1",
            _ => "size",
        };
        println!(
            "{}: {} bytes, verified by {check}",
            path.display(),
            file.bytes
        );
    }
    Ok(())
}
