//! The sandbox as a program: starts, prints one line of JSON, and runs until it is told to stop.

#![forbid(unsafe_code)]

mod command;

use apsfetch_sandbox::{Error, Rule, Sandbox, Stopper};
use clap::Parser;
use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Autodesk Platform Services, its CDN and its S3 on loopback.
///
/// Prints one line of JSON when it is ready (addresses, credentials, content) and runs until SIGINT, SIGTERM or
/// `POST /sandbox/stop`. With a command, runs that instead, tells it all by environment variables, and ends with it.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Speak TLS; the JSON line names the certificate to trust
    #[arg(long)]
    tls: bool,
    /// Serve a folder's files: designs/<name>/…, buckets/<key>/…
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Begin without any content
    #[arg(long)]
    no_samples: bool,
    /// How long the first sample design says that it is still being translated
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    ready_after: f64,
    /// How long tokens live
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    token_lifetime: u64,
    /// The port of the API (0: any)
    #[arg(long, value_name = "N", default_value_t = 0)]
    api_port: u16,
    /// The port of the CDN (0: any)
    #[arg(long, value_name = "N", default_value_t = 0)]
    cdn_port: u16,
    /// The port of S3 (0: any)
    #[arg(long, value_name = "N", default_value_t = 0)]
    s3_port: u16,
    /// Answer logins at once, as if the user had clicked: allow or deny
    #[arg(long, value_name = "DECISION", value_parser = ["allow", "deny"])]
    auto_login: Option<String>,
    /// A fault rule as JSON; may be given more than once
    #[arg(long, value_name = "JSON")]
    fault: Vec<String>,
    /// Stop when the standard input ends, as it does when the program that started this one dies
    #[arg(long)]
    until_stdin_closes: bool,
    /// A program to run with APS_BASE_URL, APS_CLIENT_ID, APS_CLIENT_SECRET, APS_PUBLIC_CLIENT_ID, a token in
    /// APS_SANDBOX_TOKEN and, with --tls, APS_CA_FILE in its environment; the sandbox ends with it, and with its exit code
    #[arg(
        last = true,
        value_name = "COMMAND",
        conflicts_with = "until_stdin_closes"
    )]
    command: Vec<OsString>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("apsfetch-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let ready_after = Duration::try_from_secs_f64(arguments.ready_after)
        .map_err(|_| "--ready-after must be a number of seconds, not negative")?;
    let mut builder = Sandbox::builder()
        .tls(arguments.tls)
        .ready_after(ready_after)
        .token_lifetime(Duration::from_secs(arguments.token_lifetime))
        .ports(arguments.api_port, arguments.cdn_port, arguments.s3_port);
    if arguments.no_samples {
        builder = builder.no_samples();
    }
    if let Some(folder) = arguments.data {
        builder = builder.data_dir(folder);
    }
    if let Some(decision) = arguments.auto_login {
        builder = builder.auto_login(decision == "allow");
    }
    for rule in &arguments.fault {
        builder = builder.fault(Rule::from_json(rule)?);
    }
    let sandbox = builder.start()?;
    // A signal of the terminal reaches the command as well, and the sandbox lasts as long as that does.
    stop_on_signal(sandbox.stopper())?;
    if let Some((program, rest)) = arguments.command.split_first() {
        let code = command::run(&sandbox, program, rest);
        sandbox.stop();
        return Ok(code?);
    }

    let line = serde_json::to_string(sandbox.info())?;
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()?;
    drop(output);

    if arguments.until_stdin_closes {
        let stopper = sandbox.stopper();
        std::thread::spawn(move || {
            let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
            stopper.request_stop();
        });
    }
    sandbox.wait_for_stop_request();
    sandbox.stop();
    Ok(ExitCode::SUCCESS)
}

/// A small runtime of its own waits for signals, so that the sandbox's need not be shared.
fn stop_on_signal(stopper: Stopper) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime without threads can always be made");
    // Registered before the JSON line is out: whoever reads it may send a signal at once.
    let guard = runtime.enter();
    let signal = wait_for_signal();
    drop(guard);
    std::thread::spawn(move || {
        runtime.block_on(signal);
        stopper.request_stop();
    });
    Ok(())
}

#[cfg(unix)]
fn wait_for_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).expect("SIGINT can be listened to");
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be listened to");
    async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
fn wait_for_signal() -> impl Future<Output = ()> {
    let mut interrupt = tokio::signal::windows::ctrl_c().expect("Ctrl-C can be listened to");
    async move {
        interrupt.recv().await;
    }
}
