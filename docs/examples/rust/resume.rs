//! Progress, cancel, and going on.
use std::env;
use std::time::Duration;

use apsfetch::{Client, ErrorKind, Request};

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
    let request = Request::object("apsfetch-sandbox-files", "medium.bin")?.to_file("medium.bin");
    let job = client.start(vec![request.clone()])?;
    // A timer of a user interface would ask with a limit of 0.
    while !job.wait(Duration::from_millis(100)) {
        let now = job.progress();
        eprint!("\r{} of {} bytes", now.bytes_done, now.bytes_total);
        if now.bytes_done > 4_000_000 {
            job.cancel(); // the user has changed their mind
        }
    }
    if let Some(Err(error)) = job.result(0)
        && error.kind() == ErrorKind::Cancelled
    {
        println!("cancelled");
    }

    // The same source to the same target, now or after another start of the program: it goes on.
    for result in client.download(vec![request], |_| true)? {
        let file = result?;
        let share = match file.resumed_bytes {
            0 => "all",
            _ => "not all of them",
        };
        println!("{} bytes, {share} in the second run", file.bytes);
    }
    // ANCHOR_END: main
    Ok(())
}
