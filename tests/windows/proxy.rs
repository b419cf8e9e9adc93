//! The proxy in the settings of the user. The tests have settings of their own: the registry lets a process put another
//! key in the place of its user's.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;

use apsfetch::ErrorKind;
use winreg::RegKey;
use winreg::enums::HKEY_CURRENT_USER;

use super::*;

#[link(name = "advapi32")]
unsafe extern "system" {
    fn RegOverridePredefKey(key: isize, other: isize) -> i32;
}

const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
const CHILD: &str = "proxy::a_process_with_settings_of_its_own";

/// In a process of its own, because the settings are the whole process's.
#[test]
#[ignore = "started by the tests"]
fn a_process_with_settings_of_its_own() {
    let variable = |name: &str| std::env::var(name).unwrap();
    let place = format!(r"Software\apsfetch-tests\{}", std::process::id());
    let user = RegKey::predef(HKEY_CURRENT_USER);
    let (own, _) = user.create_subkey(&place).unwrap();
    let (settings, _) = own.create_subkey(SETTINGS).unwrap();
    settings
        .set_value("ProxyEnable", &variable("ENABLE").parse::<u32>().unwrap())
        .unwrap();
    settings
        .set_value("ProxyServer", &variable("SERVER"))
        .unwrap();
    settings
        .set_value("ProxyOverride", &variable("OVERRIDE"))
        .unwrap();
    // SAFETY: both keys are open.
    let done =
        unsafe { RegOverridePredefKey(HKEY_CURRENT_USER as isize, own.raw_handle() as isize) };
    assert_eq!(done, 0);

    let client = Client::builder()
        .base_url("https://aps.test")
        .unwrap()
        .access_token("token")
        .unwrap()
        .retry_timeout(std::time::Duration::from_millis(1))
        .unwrap()
        .build()
        .unwrap();
    let error = client
        .sign(&[Request::object(BUCKET, "small").unwrap()], None)
        .remove(0)
        .unwrap_err();
    println!("{error:?}");

    // SAFETY: back to what it was.
    unsafe { RegOverridePredefKey(HKEY_CURRENT_USER as isize, 0) };
    user.delete_subkey_all(&place).unwrap();
    let through = error.kind() == ErrorKind::Proxy;
    assert_eq!(through.to_string(), variable("THROUGH"), "{error}");
}

/// A proxy that refuses everybody, and what it was asked.
fn proxy() -> (u16, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, asked) = std::sync::mpsc::channel();
    // Ends with the test process; it waits for nothing but connections.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            let _ = sender.send(String::from_utf8_lossy(&head).into_owned());
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        }
    });
    (port, asked)
}

#[test]
fn the_proxy_of_the_user_is_used_and_its_exceptions_are_kept() {
    let (port, asked) = proxy();
    let plain = format!("127.0.0.1:{port}");
    let each = format!("http=127.0.0.1:1;https=127.0.0.1:{port}");
    for (enable, server, exceptions, through) in [
        ("1", &plain, "", true),
        ("1", &each, "other.test;<local>", true),
        ("1", &plain, "*.test", false),
        ("0", &plain, "", false),
    ] {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", CHILD, "--ignored", "--nocapture"])
            .env("ENABLE", enable)
            .env("SERVER", server)
            .env("OVERRIDE", exceptions)
            .env("THROUGH", through.to_string());
        for variable in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
            child.env_remove(variable);
        }
        let output = child.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("1 passed"),
            "{server} {exceptions}: {text}"
        );
        let heads: Vec<String> = asked.try_iter().collect();
        assert_eq!(
            heads.len(),
            usize::from(through),
            "{server} {exceptions}: {text}"
        );
        if through {
            assert!(heads[0].starts_with("CONNECT aps.test:443 "), "{heads:?}");
        }
    }
}
