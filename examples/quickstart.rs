//! The main job of a CAD plug-in, from token to files, against a sandbox inside this very process.
//!
//! No account, no network: `cargo run --release --example quickstart`

use std::time::Duration;

use apsfetch::{Client, Request};
use apsfetch_sandbox::Sandbox;

#[path = "support/mod.rs"]
mod support;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // APS, its CDN and its S3 on loopback. The translation of the sample design takes two seconds.
    let sandbox = Sandbox::builder()
        .ready_after(Duration::from_secs(2))
        .start()?;
    let info = sandbox.info();
    println!(
        "Sandbox: API {}, CDN {}, S3 {}",
        info.api, info.cdn, info.s3
    );

    // The client gets its own token with these, and renews it.
    let client = Client::builder()
        .base_url(&info.api)?
        .client_credentials(
            &info.client_id,
            &info.client_secret,
            "data:read viewables:read",
        )?
        .build()?;

    let design = &info.designs[0];
    let largest = design
        .derivatives
        .iter()
        .filter(|derivative| derivative.downloadable)
        .max_by_key(|derivative| derivative.size)
        .ok_or("the sample design has no derivative")?;
    let derivative = Request::derivative(&design.urn, &largest.urn)?;
    println!("Waiting until {} is translated ...", largest.name);
    let details = client.details(&derivative, Duration::from_secs(60), None)?;
    println!("Ready: {} bytes", details.size.unwrap_or_default());

    // One derivative by signed cookies and several objects by batch signing, in one job.
    let folder = tempfile::tempdir()?;
    let mut names = vec!["house.obj".to_owned()];
    let mut requests = vec![derivative.to_file(folder.path().join("house.obj"))];
    let bucket = &info.buckets[0];
    for (number, key) in [
        "medium.bin",
        "odd.bin",
        "a+b.bin",
        "with space.bin",
        "unmerged.bin",
    ]
    .iter()
    .enumerate()
    {
        let name = format!("{number} {key}");
        let target = folder.path().join(&name);
        names.push(name);
        requests.push(Request::object(&bucket.key, key)?.to_file(target));
    }
    let job = client.start(requests)?;
    support::show_progress(&job, &names)?;
    let all_good = support::print_results(&job);
    sandbox.stop();
    if !all_good {
        return Err("not every item was downloaded".into());
    }
    Ok(())
}
