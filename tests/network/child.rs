//! Running one test of this program again in a process of its own: with another environment, or in a network of its own.

use std::process::{Command, Output};

/// Set in such a process.
const MARK: &str = "APSFETCH_NETWORK_CHILD";

pub(crate) fn is_child() -> bool {
    std::env::var_os(MARK).is_some()
}

/// The command that runs the test `name` alone, with nothing of this process's proxies and certificates.
pub(crate) fn command(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    arguments(&mut command, name);
    command
}

/// The same as root of namespaces of its own, after a few lines of shell. The reason if that cannot be had here.
#[cfg(target_os = "linux")]
pub(crate) fn command_in_namespace(name: &str, setup: &str) -> Result<Command, String> {
    let probe = Command::new("unshare")
        .args([
            "-rmn",
            "sh",
            "-c",
            "ip link set lo up && mount --bind /etc/hosts /etc/hosts",
        ])
        .output();
    match probe {
        Err(error) => return Err(format!("unshare: {error}")),
        Ok(output) if !output.status.success() => {
            return Err(format!(
                "no namespaces: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ));
        }
        Ok(_) => {}
    }
    let script = format!("set -e\nip link set lo up\n{setup}\nexec \"$@\"");
    let mut command = Command::new("unshare");
    command
        .args(["-rmn", "sh", "-c", &script, "sh"])
        .arg(std::env::current_exe().unwrap());
    arguments(&mut command, name);
    Ok(command)
}

fn arguments(command: &mut Command, name: &str) {
    command
        .args(["--exact", name, "--nocapture", "--test-threads", "1"])
        .env(MARK, "1");
    for variable in [
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ] {
        command
            .env_remove(variable)
            .env_remove(variable.to_lowercase());
    }
}

pub(crate) fn succeed(command: &mut Command) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    assert!(status.success(), "{stdout}\n{stderr}");
    assert!(stdout.contains("1 passed"), "{stdout}\n{stderr}");
}
