//! A program that runs inside a sandbox: started when that is ready, told where it is, outlived by it.

use apsfetch_sandbox::Sandbox;
use std::ffi::{OsStr, OsString};
use std::io::{Error, Result};
use std::process::{Command, ExitCode};

/// Names the variables by which the examples of the project find APS and log in to it.
pub(crate) fn run(sandbox: &Sandbox, program: &OsStr, arguments: &[OsString]) -> Result<ExitCode> {
    let info = sandbox.info();
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("APS_BASE_URL", &info.api)
        .env("APS_CLIENT_ID", &info.client_id)
        .env("APS_CLIENT_SECRET", &info.client_secret)
        .env("APS_PUBLIC_CLIENT_ID", &info.public_client_id)
        .env("APS_SANDBOX_TOKEN", sandbox.access_token("data:read"))
        // What a user has set for the real service is no good here.
        .env_remove("APS_ACCESS_TOKEN")
        .env_remove("APS_REFRESH_TOKEN")
        .env_remove("APS_REGION");
    match &info.ca_file {
        Some(file) => command.env("APS_CA_FILE", file),
        None => command.env_remove("APS_CA_FILE"),
    };
    let status = command
        .status()
        .map_err(|error| Error::new(error.kind(), format!("{}: {error}", program.display())))?;
    // Killed by a signal: there is no code, and it is no success.
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1);
    Ok(ExitCode::from(code))
}
