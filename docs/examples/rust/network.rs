//! Regions, proxies, certificates and limits.
use std::env;
use std::time::Duration;

use apsfetch::{Client, Request};

// ANCHOR: main
fn client_for(region: &str) -> Result<Client, Box<dyn std::error::Error>> {
    let client = Client::builder()
        .base_url(&env::var("APS_BASE_URL")?)?
        .client_credentials(
            &env::var("APS_CLIENT_ID")?,
            &env::var("APS_CLIENT_SECRET")?,
            "data:read",
        )?
        .region(region)?
        // Trusted beside the system's own certificates: the firm's authority, or here the sandbox's.
        .ca_file(env::var("APS_CA_FILE")?)
        // "http://user:password@proxy.firm.example:8080"; "" for none, whatever the environment says.
        .proxy("")?
        .connect_timeout(Duration::from_secs(10))?
        .max_connections(16)?
        .user_agent("MyPlugin/2.1")?
        .build()?;
    Ok(client)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let urn = "urn:adsk.objects:os.object:apsfetch-sandbox-models/Haus.rvt";
    for region in ["US", "EMEA"] {
        let client = client_for(region)?;
        let manifest = match client.manifest(urn, None) {
            Ok(manifest) => manifest,
            Err(error) => {
                println!("{region}: status {}", error.kind().code());
                continue;
            }
        };
        for derivative in manifest.nodes.iter().filter_map(|node| node.urn.as_deref()) {
            let request = Request::derivative(urn, derivative)?.to_file("Haus.obj");
            for result in client.download(vec![request], |_| true)? {
                println!("{region}: Haus.obj, {} bytes", result?.bytes);
            }
        }
    }
    Ok(())
}
// ANCHOR_END: main
