//! Through a real proxy: squid, with a user name and a password.
#![cfg(unix)]

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use apsfetch::ErrorKind;

use super::*;

/// What squid asks whether a login is right.
const HELPER: &str = r#"#!/bin/sh
while read -r user password; do
    case "$user $password" in
        'user s%40cret%2F1' | 'user s%40cret/1' | 'user s@cret/1') echo OK ;;
        *) echo ERR ;;
    esac
done
"#;

struct Squid {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Squid {
    /// Nothing if there is no squid on this machine.
    fn start() -> Option<Squid> {
        let program = [
            "/usr/sbin/squid",
            "/usr/local/sbin/squid",
            "/opt/homebrew/sbin/squid",
        ]
        .into_iter()
        .find(|path| Path::new(path).exists())?;
        // squid cannot choose a free port by itself, and another program may be quicker.
        (0..5).find_map(|_| Self::start_on(program, free_port()))
    }

    fn start_on(program: &str, port: u16) -> Option<Squid> {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(at("helper"), HELPER).unwrap();
        let config = format!(
            "http_port 127.0.0.1:{port}\n\
             auth_param basic program /bin/sh {helper}\n\
             auth_param basic children 1\n\
             acl users proxy_auth REQUIRED\n\
             acl forbidden port 1\n\
             http_access deny !users\n\
             http_access deny forbidden\n\
             http_access allow users\n\
             cache deny all\n\
             access_log stdio:{log}\n\
             cache_log {cache}\n\
             pid_filename none\n\
             shutdown_lifetime 0 seconds\n\
             cache_effective_user {user}\n\
             coredump_dir {folder}\n\
             pinger_enable off\n",
            helper = at("helper"),
            log = at("access.log"),
            cache = at("cache.log"),
            user = user(),
            folder = folder.path().display(),
        );
        std::fs::write(at("squid.conf"), config).unwrap();
        // It drops root's rights before it writes its logs.
        let _ = Command::new("chmod")
            .arg("-R")
            .arg("a+rwX")
            .arg(folder.path())
            .status();
        let process = Command::new(program)
            .args(["-N", "-f", &at("squid.conf")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut squid = Squid {
            process,
            port,
            folder,
        };
        let give_up = Instant::now() + LONG;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if squid.process.try_wait().unwrap().is_some() || Instant::now() > give_up {
                let said = std::fs::read_to_string(squid.folder.path().join("cache.log"));
                println!("squid did not start: {}", said.unwrap_or_default());
                return None;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(squid)
    }

    fn url(&self, credentials: &str) -> String {
        format!("http://{credentials}127.0.0.1:{}", self.port)
    }
}

impl Drop for Squid {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Whom squid runs as: itself if it can, or whoever runs this.
fn user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    match String::from_utf8(output.stdout).unwrap().trim() {
        "root" => "proxy".to_owned(),
        other => other.to_owned(),
    }
}

#[test]
fn a_download_through_squid() {
    let Some(squid) = Squid::start() else {
        return skip(
            "squid::a_download_through_squid",
            "squid is not installed or does not start",
        );
    };
    let sandbox = sandbox(true);
    let good = of_sandbox(&sandbox).proxy(&squid.url("user:s%40cret%2F1@"));
    download(&good.unwrap().build().unwrap()).unwrap();
    let before = sandbox.requests().len();
    assert!(before >= 2);
    for request in sandbox.requests() {
        assert_eq!(request.header("proxy-authorization"), None);
    }
    for (credentials, words) in [
        ("", "asks for a user name"),
        ("user:wrong@", "does not accept"),
    ] {
        let client = of_sandbox(&sandbox).proxy(&squid.url(credentials)).unwrap();
        let (error, _) = refused(&client.build().unwrap());
        assert_eq!(error.kind(), ErrorKind::Proxy, "{error}");
        assert_eq!(error.http_status(), Some(407));
        assert!(error.message().contains(words), "{error}");
    }
    for (port, status) in [(1, 403), (free_port(), 503)] {
        let client = impatient(&format!("https://127.0.0.1:{port}"))
            .proxy(&squid.url("user:s%40cret%2F1@"))
            .unwrap();
        let (error, _) = refused(&client.build().unwrap());
        assert_eq!(error.kind(), ErrorKind::Proxy, "{error}");
        assert_eq!(error.http_status(), Some(status), "{error}");
    }
    assert_eq!(sandbox.requests().len(), before, "nothing got past squid");
}
