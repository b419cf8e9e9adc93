//! A whole design, and all objects below a prefix.
use std::env;
use std::time::Duration;

use apsfetch::{Client, DesignFilter, FileStatus, ObjectFilter, TranslationStatus};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder()
        .base_url(&env::var("APS_BASE_URL")?)?
        .client_credentials(
            &env::var("APS_CLIENT_ID")?,
            &env::var("APS_CLIENT_SECRET")?,
            "data:read",
        )?
        .build()?;
    // ANCHOR: main
    let urn = "urn:adsk.objects:os.object:apsfetch-sandbox-models/house.rvt";
    // At the most half an hour until the translation is over; called with each manifest that APS sends.
    let tell = |now: &apsfetch::Manifest| {
        eprintln!("{}", now.progress.as_deref().unwrap_or("no progress yet"));
        true
    };
    let manifest = client.wait_for_manifest(urn, Duration::from_secs(30 * 60), tell, None)?;
    if manifest.status == TranslationStatus::Success {
        println!("translated");
    }

    // Derivatives of these types; the default is all that can be downloaded.
    let some = DesignFilter {
        output_types: vec!["mtl".to_owned(), "ifc".to_owned()],
        ..DesignFilter::default()
    };
    let house = client.download_design(urn, &some, "house", |_| true, None)?;
    let downloaded = house.count(FileStatus::Downloaded);
    println!("{downloaded} in the folder \"house\"");

    // All objects whose key begins with "folder/", without that in their names.
    let below = ObjectFilter {
        prefix: "folder/".to_owned(),
        strip_prefix: true,
    };
    let bucket = "apsfetch-sandbox-files";
    let files = client.download_objects(bucket, &below, "files", |_| true, None)?;
    let downloaded = files.count(FileStatus::Downloaded);
    println!("{downloaded} in the folder \"files\"");

    // Again: what has not changed on either side is left alone.
    let again = client.download_design(urn, &some, "house", |_| true, None)?;
    if again.count(FileStatus::Unchanged) == again.files.len() {
        println!("nothing new");
    }
    // ANCHOR_END: main
    Ok(())
}
