//! Through a proxy: `CONNECT host:port`.
//!
//! The proxy's answer is checked as strictly as any other: it may be a login page, or no proxy at all. What the proxy is
//! told of its user stays in this exchange; the tunnel behind it carries the request to the host alone.

use std::io::{self, Read as _, Write as _};

use super::dial::{Deadline, Target};
use super::failure;
use super::line::{Line, OnTheWay};
use super::proxy::ProxyAddress;
use crate::error::{Error, ErrorKind, Result};

const MAX_HEADERS: usize = 100;
const MAX_HEAD: usize = 64 * 1024;

/// What a proxy says.
struct Answer {
    status: u16,
    /// Which ways to log in it offers, in lower case.
    schemes: String,
    /// Behind the end of the head.
    surplus: bool,
}

/// Has the proxy at the other end of `line` connect to the target.
pub(super) fn open(
    line: &mut Line,
    proxy: &ProxyAddress,
    target: &Target<'_>,
    user_agent: &str,
    deadline: &Deadline,
) -> Result<()> {
    let answer = ask(OnTheWay { line, deadline }, proxy, target, user_agent)
        .map_err(|error| failure(proxy, target, deadline, error))?;
    let answer = answer.ok_or_else(|| {
        Error::new(
            ErrorKind::Proxy,
            format!(
                "{} was given as proxy, but does not answer as one. Check the proxy's address and port.",
                proxy.name()
            ),
        )
    })?;
    judge(&answer, proxy, target)?;
    if answer.surplus {
        // Through a tunnel the host speaks second, so this comes from the proxy itself.
        return Err(Error::new(
            ErrorKind::Proxy,
            format!(
                "The proxy {} answered with a page of its own instead of connecting to {}. Open a web page in a browser: the proxy may want a login.",
                proxy.name(),
                target.host
            ),
        ));
    }
    Ok(())
}

/// Sends the request and reads the answer; `None` is one that is not HTTP.
fn ask(
    mut stream: OnTheWay<'_>,
    proxy: &ProxyAddress,
    target: &Target<'_>,
    user_agent: &str,
) -> io::Result<Option<Answer>> {
    let place = format!("{}:{}", target.host, target.port);
    let mut request = zeroize::Zeroizing::new(format!(
        "CONNECT {place} HTTP/1.1\r\nHost: {place}\r\nUser-Agent: {user_agent}\r\nProxy-Connection: Keep-Alive\r\n"
    ));
    if let Some(authorization) = &proxy.authorization {
        request.push_str("Proxy-Authorization: ");
        request.push_str(authorization.expose());
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes())?;
    let mut head = Vec::new();
    let mut block = [0; 4096];
    loop {
        let count = match stream.read(&mut block) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        head.extend_from_slice(block.get(..count).unwrap_or_default());
        match parse(&head) {
            Parsed::Answer(answer, length) if (100..200).contains(&answer.status) => {
                head.drain(..length.min(head.len()));
            }
            Parsed::Answer(answer, _) => return Ok(Some(answer)),
            Parsed::Partial if head.len() < MAX_HEAD => {}
            Parsed::Partial | Parsed::Garbage => return Ok(None),
        }
    }
}

enum Parsed {
    /// With its length.
    Answer(Answer, usize),
    Partial,
    Garbage,
}

fn parse(head: &[u8]) -> Parsed {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut reply = httparse::Response::new(&mut headers);
    let length = match reply.parse(head) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Parsed::Partial,
        Err(_) => return Parsed::Garbage,
    };
    let schemes = reply
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("proxy-authenticate"))
        .map(|header| String::from_utf8_lossy(header.value).to_ascii_lowercase())
        .collect::<Vec<_>>()
        .join(", ");
    let answer = Answer {
        status: reply.code.unwrap_or_default(),
        schemes,
        surplus: head.len() > length,
    };
    Parsed::Answer(answer, length)
}

fn judge(answer: &Answer, proxy: &ProxyAddress, target: &Target<'_>) -> Result<()> {
    let (name, host) = (proxy.name(), target.host);
    let offers_basic = answer.schemes.is_empty() || answer.schemes.contains("basic");
    let text = match answer.status {
        200..300 => return Ok(()),
        407 if !offers_basic => format!(
            "The proxy {name} asks for a login that this library does not offer (NTLM, Kerberos or Digest). Ask your administrator for a proxy with Basic authentication or a way around it, or use a local relay."
        ),
        407 if proxy.authorization.is_none() => format!(
            "The proxy {name} asks for a user name and a password. Give them in the proxy's address: http://user:password@host:port."
        ),
        407 => format!(
            "The proxy {name} does not accept the user name or the password. Check both in the proxy's address; special characters must be percent-encoded."
        ),
        403 => format!(
            "The proxy {name} does not allow connections to {host}. Ask your administrator to allow it."
        ),
        502..=504 => format!(
            "The proxy {name} cannot reach {host}, it answered {}. Check the proxy's own network.",
            answer.status
        ),
        status => format!(
            "The proxy {name} refused the connection to {host}, it answered {status}. Check the proxy's address."
        ),
    };
    let error = Error::new(ErrorKind::Proxy, text).with_http_status(answer.status);
    Err(match answer.status {
        408 | 429 | 500 | 502..=504 => error.transient(),
        _ => error,
    })
}

fn failure(
    proxy: &ProxyAddress,
    target: &Target<'_>,
    deadline: &Deadline,
    error: io::Error,
) -> Error {
    let name = proxy.name();
    match failure::timeout_inside(error) {
        Err(_) => Error::new(
            ErrorKind::Timeout,
            format!(
                "The proxy {name} did not connect to {} within {} s. Check the proxy, and whether it reaches the host.",
                target.host,
                deadline.limit.as_secs_f32()
            ),
        ),
        Ok(error) => Error::new(
            ErrorKind::Network,
            format!(
                "The proxy {name} closed the connection instead of answering. Check the proxy's address and port."
            ),
        )
        .with_os_code(error.raw_os_error()),
    }
}
