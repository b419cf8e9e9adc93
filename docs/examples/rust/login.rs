//! A user logs in with the browser.
use std::env;
use std::time::Duration;

use apsfetch::{Client, Login, LoginOptions, Request};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // ANCHOR: main
    let client = Client::builder()
        .base_url(&env::var("APS_BASE_URL")?)?
        .build()?;
    // Port 0, the default, is any free one, which only the sandbox takes. For APS set `callback_port` to the one that
    // is registered for the app.
    let options = LoginOptions::new(&env::var("APS_PUBLIC_CLIENT_ID")?, "data:read");
    let mut login = Login::start(&client, &options)?;
    println!("Open {}", login.authorize_url()); // a plug-in opens the browser itself
    let user = login.wait(Duration::from_secs(600), None)?;
    println!("logged in for {}", user.scopes);

    let request = Request::object("apsfetch-sandbox-models", "house.rvt")?.to_file("house.rvt");
    for result in client.download(vec![request], |_| true)? {
        println!("house.rvt: {} bytes", result?.bytes);
    }

    // Kept in a safe place, it lets the next run begin with `ClientBuilder::refresh_token` and no browser.
    let secret = client.refresh_token();
    // ANCHOR_END: main
    secret.map(drop).ok_or("no refresh token")?;
    Ok(())
}
