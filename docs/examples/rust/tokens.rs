//! A job that waits for the host's token.
use std::env;
use std::time::Duration;

use apsfetch::{Client, JobState, Request};

/// Stands for what the host does: it asks its own server, or its user.
fn get_token() -> Result<String, env::VarError> {
    println!("a token, please");
    env::var("APS_SANDBOX_TOKEN")
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // ANCHOR: main
    let client = Client::builder()
        .base_url(&env::var("APS_BASE_URL")?)?
        // No token yet. A job then waits for one, here for five minutes, instead of failing.
        .token_wait(Duration::from_secs(300))
        .build()?;
    let request = Request::object("apsfetch-sandbox-models", "house.rvt")?.to_file("house.rvt");
    let job = client.start(vec![request])?;
    while !job.wait(Duration::from_millis(100)) {
        // At the beginning, and whenever APS refuses the token: the job goes on where it was.
        if job.progress().state == JobState::WaitingForToken {
            client.set_access_token(&get_token()?)?;
        }
    }
    for result in job.results() {
        println!("house.rvt: {} bytes", result?.bytes);
    }
    // ANCHOR_END: main
    Ok(())
}
