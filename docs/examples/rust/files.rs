//! Several files in one job.
use std::env;

use apsfetch::{Client, Request};

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
    let files = "apsfetch-sandbox-files";
    let requests = vec![
        Request::object("apsfetch-sandbox-models", "house.rvt")?.to_file("house.rvt"),
        Request::object(files, "folder/sub folder/nested.bin")?.to_file("nested.bin"),
        Request::object(files, "no such object")?.to_file("missing.bin"),
        Request::object(files, "notes.txt")?.to_memory(1 << 20),
    ];
    let names = ["house.rvt", "nested.bin", "missing.bin", "notes.txt"];

    // One job. That one item fails does not stop the others: each has a result or its error.
    let results = client.download(requests, |_| true)?;
    for (name, result) in names.iter().zip(results) {
        match result {
            Err(error) => println!("{name}: status {}", error.kind().code()), // its text says what to do
            Ok(file) => match file.data {
                Some(bytes) => print!("{name}: {}", String::from_utf8_lossy(&bytes)),
                None => println!("{name}: {} bytes", file.bytes),
            },
        }
    }
    // ANCHOR_END: main
    Ok(())
}
