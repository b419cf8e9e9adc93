//! ureq's errors in our own words.
//!
//! ureq prints whole addresses in its messages, and a signed URL is a secret. So nothing of its texts is
//! passed on; only what kind of failure it was.

use std::io;

use super::tls;
use crate::error::{Error, ErrorKind};

/// Limits on time, for the messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connect: std::time::Duration,
    pub(crate) reply: std::time::Duration,
    pub(crate) stall: std::time::Duration,
    /// How long a failure is answered by trying again, since the last progress.
    pub(crate) retry: std::time::Duration,
}

/// Carries an error of [`super::dial`] through ureq; [`explain`] takes it out again.
pub(super) fn carry(error: Error) -> ureq::Error {
    ureq::Error::Other(Box::new(error))
}

/// Whether the failure came before the first byte of the request was sent.
pub(super) fn is_unsent(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Other(other) if other.is::<Error>())
}

/// Whether the connection ended or was reset.
pub(super) fn is_broken(error: &ureq::Error) -> bool {
    use io::ErrorKind as Io;
    match error {
        ureq::Error::Io(error) => matches!(
            error.kind(),
            Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe | Io::UnexpectedEof
        ),
        _ => false,
    }
}

/// Tells a limit that has passed, which ureq puts inside an I/O error, from a failure.
pub(super) fn timeout_inside(error: io::Error) -> std::result::Result<io::Error, ureq::Timeout> {
    if !error
        .get_ref()
        .is_some_and(|inner| inner.is::<ureq::Error>())
    {
        return Ok(error);
    }
    // From<io::Error> unpacks the error that ureq put inside.
    match ureq::Error::from(error) {
        ureq::Error::Timeout(phase) => Err(phase),
        ureq::Error::Io(error) => Ok(error),
        other => Ok(io::Error::other(other)),
    }
}

/// Explains a failed exchange with `host`.
pub(super) fn explain(host: &str, limits: Limits, error: ureq::Error) -> Error {
    match error {
        ureq::Error::Other(other) => match other.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(_) => network(host, "failed", None),
        },
        ureq::Error::Io(error) => explain_io(host, limits, error),
        ureq::Error::Timeout(phase) => explain_timeout(host, limits, phase),
        ureq::Error::LargeResponseHeader(..) => {
            Error::bad_response(format!("{host} sent more than 128 KiB of headers."))
        }
        ureq::Error::Protocol(_) | ureq::Error::BodyStalled => Error::bad_response(format!(
            "{host} sent something that is not HTTP. A proxy or another program may answer in its place."
        )),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            Error::invalid("The address or a header has characters that HTTP does not allow.")
        }
        _ => network(host, "failed", None),
    }
}

fn explain_timeout(host: &str, limits: Limits, phase: ureq::Timeout) -> Error {
    let text = match phase {
        ureq::Timeout::PerRead | ureq::Timeout::PerWrite => format!(
            "The connection to {host} moved no data for {} s.",
            limits.stall.as_secs_f32()
        ),
        _ => format!(
            "{host} did not answer within {} s.",
            limits.reply.as_secs_f32()
        ),
    };
    Error::new(ErrorKind::Timeout, text)
}

/// Explains an I/O error, which may carry one of ureq or of TLS inside.
pub(super) fn explain_io(host: &str, limits: Limits, error: io::Error) -> Error {
    if let Some(tls) = tls::rustls_error(&error) {
        return tls::explain(host, tls);
    }
    if error
        .get_ref()
        .is_some_and(|inner| inner.is::<ureq::Error>())
    {
        // From<io::Error> unpacks the error that ureq put inside.
        match ureq::Error::from(error) {
            ureq::Error::Io(error) => return plain_io(host, limits, &error),
            other => return explain(host, limits, other),
        }
    }
    plain_io(host, limits, &error)
}

fn plain_io(host: &str, limits: Limits, error: &io::Error) -> Error {
    use io::ErrorKind as Io;
    match error.kind() {
        Io::TimedOut | Io::WouldBlock => explain_timeout(host, limits, ureq::Timeout::PerRead),
        _ => explain_broken(host, error),
    }
}

/// Explains why no connection was made. `host` may be a proxy, with these words before its name.
pub(super) fn unconnected(host: &str, error: &io::Error) -> Error {
    use io::ErrorKind as Io;
    let code = error.raw_os_error();
    match error.kind() {
        Io::ConnectionRefused => network(host, "was refused", code),
        Io::PermissionDenied => network(host, "is not permitted: check the firewall", code),
        Io::NetworkUnreachable | Io::HostUnreachable | Io::NetworkDown | Io::AddrNotAvailable => {
            network(host, "could not be made: no route to it", code)
        }
        _ => explain_broken(host, error),
    }
}

/// Explains an I/O error that is not a limit.
pub(super) fn explain_broken(host: &str, error: &io::Error) -> Error {
    use io::ErrorKind as Io;
    let code = error.raw_os_error();
    match error.kind() {
        Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe => {
            network(host, "was broken off", code)
        }
        Io::UnexpectedEof => network(host, "ended in the middle of the data", code),
        Io::OutOfMemory => Error::new(ErrorKind::Resource, "Out of memory.").with_os_code(code),
        _ if is_out_of_descriptors(code) => Error::new(
            ErrorKind::Resource,
            "The program has too many files and connections open. Use fewer connections.",
        )
        .with_os_code(code),
        _ => network(host, "failed", code),
    }
}

pub(super) fn is_out_of_descriptors(code: Option<i32>) -> bool {
    // EMFILE and ENFILE; WSAEMFILE on Windows.
    match code {
        Some(code) if cfg!(unix) => code == 24 || code == 23,
        Some(code) => code == 10024,
        None => false,
    }
}

fn network(host: &str, what: &str, code: Option<i32>) -> Error {
    Error::new(
        ErrorKind::Network,
        format!("The connection to {host} {what}."),
    )
    .with_os_code(code)
}
