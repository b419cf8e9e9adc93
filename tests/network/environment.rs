//! What the environment says: proxies, and the system's certificates. Each in a process of its own.

use super::scripted_proxy::{Answer, ScriptedProxy};
use super::server::{Authority, Server, accept, head_of};
use super::*;
use crate::child;

/// An APS at https://aps.test, which only the proxy knows how to reach, that has heard of nothing.
fn aps(authority: &Authority) -> Server {
    let config = authority.vouch(&["aps.test", "sub.aps.test"], |_| {});
    Server::start(move |peer| {
        let Some(mut stream) = accept(peer.socket.try_clone().unwrap(), &config) else {
            return;
        };
        while head_of(&mut stream).is_some() {
            let reply = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
            if std::io::Write::write_all(&mut stream, reply).is_err() {
                return;
            }
        }
    })
}

/// What a client makes of its environment: `APS_TEST_URL` and `APS_TEST_KIND`, the kind of the error it must get.
#[test]
fn child_uses_its_environment() {
    if !child::is_child() {
        return;
    }
    let wanted = std::env::var("APS_TEST_KIND").unwrap();
    let mut builder = Client::builder()
        .base_url(&std::env::var("APS_TEST_URL").unwrap())
        .unwrap()
        .access_token("token")
        .unwrap()
        .connect_timeout(Duration::from_secs(3))
        .unwrap()
        .retry_timeout(Duration::from_millis(1))
        .unwrap();
    if let Some(file) = std::env::var_os("APS_TEST_CA") {
        builder = builder.ca_file(file);
    }
    let (error, _) = refused(&builder.build().unwrap());
    println!("{error:?}");
    assert!(!format!("{error:?}").contains("hunter2"));
    let kinds: Vec<String> = wanted.split('|').map(str::to_owned).collect();
    assert!(
        kinds.contains(&format!("{:?}", error.kind())),
        "{error:?} instead of {wanted}"
    );
    if let Ok(words) = std::env::var("APS_TEST_WORDS") {
        assert!(error.message().contains(&words), "{error}");
    }
}

const CHILD: &str = "environment::child_uses_its_environment";

/// No proxy was used: the name is known to nobody else.
const DIRECT: &str = "Dns|Timeout";

#[test]
fn the_proxy_of_the_environment_is_used_and_its_exceptions_are_kept() {
    let authority = Authority::new();
    let aps = aps(&authority);
    let proxy = ScriptedProxy::start(Answer::TunnelTo(aps.address));
    let other = ScriptedProxy::start(Answer::TunnelTo(aps.address));
    let (good, wrong) = (proxy.url("user:hunter2@"), other.url(""));
    let bare = good.replace("http://", "");
    let mut used = 0;
    for (variables, wanted) in [
        (
            &[("HTTPS_PROXY", good.as_str()), ("ALL_PROXY", &wrong)][..],
            "NotFound",
        ),
        (
            &[("https_proxy", &good), ("HTTPS_PROXY", &wrong)],
            "NotFound",
        ),
        (&[("ALL_PROXY", &bare), ("HTTP_PROXY", &wrong)], "NotFound"),
        (&[("HTTP_PROXY", &good)], "NotFound"),
        (
            &[("HTTPS_PROXY", &good), ("NO_PROXY", "other.test,*.other")],
            "NotFound",
        ),
        (
            &[("HTTPS_PROXY", &good), ("NO_PROXY", "aps.test:444")],
            "NotFound",
        ),
        (&[("HTTPS_PROXY", &good), ("NO_PROXY", "aps.test")], DIRECT),
        (&[("HTTPS_PROXY", &good), ("no_proxy", "x, .test")], DIRECT),
        (&[("HTTPS_PROXY", &good), ("NO_PROXY", "*")], DIRECT),
        (&[], DIRECT),
    ] {
        if cfg!(windows) && variables.iter().any(|(name, _)| *name == "https_proxy") {
            // Variables have no case there: these two are one.
            continue;
        }
        let mut command = child::command(CHILD);
        command
            .env("APS_TEST_URL", "https://aps.test")
            .env("APS_TEST_CA", authority.file())
            .env("APS_TEST_KIND", wanted)
            .envs(variables.iter().copied());
        child::succeed(&mut command);
        used += usize::from(wanted == "NotFound");
        assert_eq!(proxy.heads().len(), used, "{variables:?}");
    }
    assert!(proxy.heads()[0].starts_with("CONNECT aps.test:443 "));
    assert_eq!(other.heads().len(), 0);
}

#[test]
fn addresses_and_networks_are_exceptions_and_this_computer_is_one() {
    let proxy = ScriptedProxy::start(Answer::Close);
    let nothing = Server::start(|_| {});
    // TEST-NET-1 leads nowhere: with the proxy the answer is there at once, and without it there is no connection.
    for (url, no_proxy, through) in [
        ("https://192.0.2.1", "10.0.0.0/8", true),
        ("https://192.0.2.1", "192.0.2.0/24", false),
        ("https://192.0.2.1", "192.0.2.1", false),
        (nothing.https().as_str(), "", false),
    ] {
        let before = proxy.heads().len();
        let mut command = child::command(CHILD);
        command
            .env("APS_TEST_URL", url)
            .env("APS_TEST_KIND", "Network|Timeout|Tls")
            .env("HTTPS_PROXY", proxy.url(""))
            .env("NO_PROXY", no_proxy);
        child::succeed(&mut command);
        assert_eq!(proxy.heads().len() > before, through, "{url} {no_proxy}");
    }
    assert!(nothing.accepted() > 0);
}

#[test]
fn an_environment_that_cannot_be_used_is_an_error_and_not_a_way_around_the_proxy() {
    for (name, value) in [
        ("ALL_PROXY", "socks5://user:hunter2@127.0.0.1:1080"),
        ("HTTPS_PROXY", "http://user:hunter2@:x"),
    ] {
        let mut command = child::command(CHILD);
        command
            .env("APS_TEST_URL", "https://aps.test")
            .env("APS_TEST_KIND", "Proxy")
            .env("APS_TEST_WORDS", name)
            .env(name, value);
        child::succeed(&mut command);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_systems_certificates_can_be_others() {
    let authority = Authority::new();
    let aps = aps(&authority);
    let proxy = ScriptedProxy::start(Answer::TunnelTo(aps.address));
    let other = Authority::new();
    for (file, wanted) in [(authority.file(), "NotFound"), (other.file(), "Tls")] {
        let mut command = child::command(CHILD);
        command
            .env("APS_TEST_URL", "https://aps.test")
            .env("APS_TEST_KIND", wanted)
            .env("HTTPS_PROXY", proxy.url(""))
            .env("SSL_CERT_FILE", file);
        child::succeed(&mut command);
    }
    // Whom the file does not know, a file of the folder may.
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(authority.file(), folder.path().join("authority.pem")).unwrap();
    let mut command = child::command(CHILD);
    command
        .env("APS_TEST_URL", "https://aps.test")
        .env("APS_TEST_KIND", "NotFound")
        .env("HTTPS_PROXY", proxy.url(""))
        .env("SSL_CERT_FILE", other.file())
        .env("SSL_CERT_DIR", folder.path());
    child::succeed(&mut command);
}

/// A virus scanner may look at each of the system's certificates. A service next door is not far away for that, which would
/// be taken for a reason to use all connections.
#[test]
#[cfg(target_os = "linux")]
fn certificates_that_take_long_to_read_make_no_road_far() {
    const NAME: &str = "environment::certificates_that_take_long_to_read_make_no_road_far";
    if !child::is_child() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("certificates");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        return child::succeed(child::command(NAME).env("SSL_CERT_FILE", &pipe));
    }
    let pipe = std::env::var_os("SSL_CERT_FILE").unwrap();
    let sandbox = sandbox(true);
    let authority = std::fs::read(sandbox.info().ca_file.as_ref().unwrap()).unwrap();
    // Handshakes may be late on a machine that has other things to do, but not in each of these runs.
    let workers: Vec<usize> = (0..5)
        .map(|_| {
            let client = of_sandbox(&sandbox).build().unwrap();
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    // Waits until the other end is opened.
                    let mut end = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
                    std::thread::sleep(Duration::from_millis(100));
                    std::io::Write::write_all(&mut end, &authority).unwrap();
                });
                let results = client.download(vec![object()], |_| true).unwrap();
                results.into_iter().next().unwrap().unwrap();
            });
            workers()
        })
        .collect();
    println!("{workers:?}");
    assert!(workers.iter().any(|count| *count < 20), "{workers:?}");
}

/// How many threads of the library there are.
#[cfg(target_os = "linux")]
fn workers() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("comm")).ok())
        .filter(|name| name.starts_with("apsfetch"))
        .count()
}
