//! nginx, on sockets that are made here: it takes over listening sockets from whoever started it, as it does when it
//! replaces itself, so no port is guessed.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use super::certificate::Certificate;
use crate::content::Source;

pub(super) struct Nginx {
    pub(super) http: SocketAddr,
    pub(super) https: SocketAddr,
    child: Child,
}

impl Nginx {
    pub(super) fn start(
        files: &Path,
        sources: &[Source],
        folder: &Path,
        certificate: &Certificate,
        delay: SocketAddr,
    ) -> Result<Self> {
        let http = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let https = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (http_address, https_address) = (http.local_addr()?, https.local_addr()?);
        let text = configuration(
            files,
            sources,
            folder,
            certificate,
            delay,
            http_address,
            https_address,
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, text)?;
        for listener in [&http, &https] {
            // nginx does so with those it makes. Otherwise one of its workers hangs when another took the connection.
            listener.set_nonblocking(true)?;
        }
        let numbers = [http.as_raw_fd(), https.as_raw_fd()];
        let mut command = Command::new(program());
        command
            .arg("-c")
            .arg(&file)
            .arg("-p")
            .arg(folder)
            .env("NGINX", format!("{};{};", numbers[0], numbers[1]))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // SAFETY: only system calls that may be made between fork and exec.
        unsafe {
            command.pre_exec(move || {
                for number in numbers {
                    libc::fcntl(number, libc::F_SETFD, 0);
                }
                Ok(())
            });
        }
        crate::process::end_with_us(&mut command);
        let mut child = command
            .spawn()
            .context("starting nginx (Debian package nginx-light)")?;
        // The sockets listen already, so the first request waits in their queue; but a mistake is told at once.
        let pid_file = folder.join("nginx.pid");
        for _ in 0..500 {
            if fs::metadata(&pid_file).is_ok_and(|file| file.len() > 0) {
                break;
            }
            if let Some(status) = child.try_wait()? {
                let log = fs::read_to_string(folder.join("nginx.log")).unwrap_or_default();
                bail!("nginx ended ({status}): {log}");
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        ensure!(pid_file.is_file(), "nginx did not start");
        Ok(Self {
            http: http_address,
            https: https_address,
            child,
        })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SAFETY: takes no pointers; the number is our own child's, which nobody has waited for yet.
        unsafe { libc::kill(self.child.id() as libc::pid_t, libc::SIGTERM) };
        let _ = self.child.wait();
    }
}

/// Debian has it where only root's path leads.
fn program() -> &'static str {
    let debian = "/usr/sbin/nginx";
    match Path::new(debian).is_file() {
        true => debian,
        false => "nginx",
    }
}

fn configuration(
    files: &Path,
    sources: &[Source],
    folder: &Path,
    certificate: &Certificate,
    delay: SocketAddr,
    http: SocketAddr,
    https: SocketAddr,
) -> String {
    let files = files.display();
    let folder = folder.display();
    let (chain, key) = (certificate.chain.display(), certificate.key.display());
    // As Debian sets it up, but for the limits on requests of one connection, which a benchmark would reach.
    format!(
        "daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
{user}
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    keepalive_timeout 75s;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    ssl_certificate {chain};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:10m;
    # What signing needs to say of a file, for a client that will not go without. It tells the way by which it was asked.
    map_hash_max_size 65536;
    map_hash_bucket_size 128;
    map $object $size {{
        default 0;
{sizes}    }}
    upstream delay {{ server {delay}; keepalive 256; }}
    server {{
        listen {http};
        listen {https} ssl;
        location /files/ {{
            alias {files}/;
        }}
        location ~ ^/oss/v2/buckets/(?<bucket>[a-z]+)/objects/(?<object>[^/]+)/signeds3download$ {{
            default_type application/json;
            return 200 '{{\"status\":\"complete\",\"url\":\"$scheme://$http_host/$bucket/$object\",\"size\":$size}}';
        }}
        location /delayed/ {{
            auth_request /delay;
            alias {files}/;
        }}
        location = /delay {{
            internal;
            proxy_pass http://delay;
            proxy_http_version 1.1;
            proxy_pass_request_body off;
            proxy_pass_request_headers off;
            proxy_set_header Connection \"\";
        }}
        location /limited/ {{
            limit_rate {limit};
            alias {files}/;
        }}
    }}
}}
",
        sizes = sources
            .iter()
            .map(|source| format!("        {} {};\n", source.name, source.size))
            .collect::<String>(),
        user = user(),
        limit = super::LIMITED_RATE,
    )
}

/// Workers of a root process would be of a user who may not read the files; for others nginx warns about the line.
fn user() -> &'static str {
    // SAFETY: takes no pointers and cannot fail.
    match unsafe { libc::geteuid() } {
        0 => "user root;",
        _ => "",
    }
}
