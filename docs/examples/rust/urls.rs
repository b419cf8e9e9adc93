//! Signing, uploads, and URLs for others.
use std::env;

use apsfetch::{Client, Request, SignedUrlOptions, UploadOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    std::fs::write("hello.txt", "Hello, APS!\n")?;
    let client = Client::builder()
        .base_url(&env::var("APS_BASE_URL")?)?
        .client_credentials(
            &env::var("APS_CLIENT_ID")?,
            &env::var("APS_CLIENT_SECRET")?,
            "data:read data:write",
        )?
        .build()?;
    // ANCHOR: main
    let bucket = "apsfetch-sandbox-models";
    // Everything to fetch a file by other means. URL and cookies are secrets for as long as they work.
    for signed in client.sign(&[Request::object(bucket, "house.rvt")?], None) {
        let house = signed?;
        println!(
            "house.rvt: {} bytes, {} cookies, {} a SHA-1",
            house.size().unwrap_or_default(),
            house.cookies().len(),
            house.sha1().map_or("without", |_| "with")
        );
    }

    // A file becomes an object. The closure could tell how far it is.
    let options = UploadOptions::default();
    let stored = client.upload_object(
        bucket,
        "hello.txt",
        "hello.txt",
        &options,
        |_, _| true,
        None,
    )?;
    println!("uploaded: {}", stored.object_id.unwrap_or_default());

    // A URL for somebody who has no token: to read, for 10 minutes, once.
    let once = SignedUrlOptions {
        minutes_expiration: Some(10),
        single_use: true,
        ..SignedUrlOptions::default()
    };
    let url = client.create_signed_url(bucket, "hello.txt", &once, None)?;

    // What that somebody does.
    let request = Request::url(url.url())?
        .single_use(true)?
        .to_memory(1 << 20);
    for result in client.download(vec![request], |_| true)? {
        let bytes = result?.data.unwrap_or_default();
        print!("read back: {}", String::from_utf8_lossy(&bytes));
    }
    // ANCHOR_END: main
    Ok(())
}
