//! The one error type of the library.

use std::fmt;
use std::time::Duration;

/// What went wrong, as a number that is the same in Rust, C, Python and C#.
///
/// The numbers are for ever: a value is never changed or used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is missing, malformed or out of range. Nothing was sent or written.
    InvalidArgument = -1,
    /// A handle is NULL, already freed, or of another type (C ABI only).
    InvalidHandle = -2,
    /// A handle made before `fork` was used in the child process (C ABI only).
    WrongProcess = -3,
    /// A bug in this library was caught before it reached the host program.
    Panic = -4,
    /// The operating system refused a thread, memory or a descriptor, or the file is larger than the request
    /// allows for memory.
    Resource = -5,
    /// The call is not possible in this state, for example results of a running job.
    InvalidState = -6,
    /// The job was cancelled.
    Cancelled = -7,
    /// A limit on time passed. See the message for which one.
    Timeout = -8,
    /// The connection broke, or could not be made.
    Network = -10,
    /// A host name could not be resolved.
    Dns = -11,
    /// TLS failed: certificate not trusted, expired, for another host, or no common version.
    Tls = -12,
    /// The proxy refused or could not be used.
    Proxy = -13,
    /// The access token is missing, wrong or expired (HTTP 401).
    Auth = -20,
    /// The token is valid but lacks a scope or the right to the item (HTTP 403).
    Forbidden = -21,
    /// The design, derivative, bucket or object does not exist in this region (HTTP 404).
    NotFound = -22,
    /// The derivative is not translated yet (HTTP 202).
    NotReady = -23,
    /// APS asks to slow down (HTTP 429) and the retries are used up.
    RateLimited = -24,
    /// Another HTTP status that means failure.
    Http = -25,
    /// A reply breaks the protocol, so nothing in it was used.
    BadResponse = -26,
    /// A signed URL or its cookies expired and could not be renewed.
    Expired = -27,
    /// APS answered for this one item that it cannot be downloaded. The message has its reason.
    Refused = -28,
    /// The file changed on the server during the download.
    Changed = -30,
    /// All bytes arrived but their SHA-1 is not the promised one.
    Integrity = -31,
    /// Reading or writing a local file failed. See the OS code.
    File = -40,
    /// The disk or the quota is full.
    DiskFull = -41,
    /// The target is held open by another program, so it could not be replaced.
    FileLocked = -42,
    /// The target exists and the request says not to replace it.
    FileExists = -43,
    /// Another download is writing to the same target.
    Busy = -44,
    /// The operation is not offered for this item, for example a 3D SVF2 derivative.
    Unsupported = -50,
}

impl ErrorKind {
    /// A few words for the kind, in English.
    pub fn describe(self) -> &'static str {
        match self {
            ErrorKind::InvalidArgument => "invalid argument",
            ErrorKind::InvalidHandle => "invalid handle",
            ErrorKind::WrongProcess => "handle of another process",
            ErrorKind::Panic => "internal error",
            ErrorKind::Resource => "out of resources",
            ErrorKind::InvalidState => "not possible now",
            ErrorKind::Cancelled => "cancelled",
            ErrorKind::Timeout => "timed out",
            ErrorKind::Network => "network error",
            ErrorKind::Dns => "host name not resolved",
            ErrorKind::Tls => "TLS error",
            ErrorKind::Proxy => "proxy error",
            ErrorKind::Auth => "not authenticated",
            ErrorKind::Forbidden => "access denied",
            ErrorKind::NotFound => "not found",
            ErrorKind::NotReady => "not ready",
            ErrorKind::RateLimited => "rate limited",
            ErrorKind::Http => "HTTP error",
            ErrorKind::BadResponse => "unusable reply",
            ErrorKind::Expired => "signed URL expired",
            ErrorKind::Refused => "refused by APS",
            ErrorKind::Changed => "changed on the server",
            ErrorKind::Integrity => "checksum mismatch",
            ErrorKind::File => "file error",
            ErrorKind::DiskFull => "disk full",
            ErrorKind::FileLocked => "file in use",
            ErrorKind::FileExists => "file exists",
            ErrorKind::Busy => "target busy",
            ErrorKind::Unsupported => "not supported",
        }
    }

    /// The number used by the C ABI.
    pub fn code(self) -> i32 {
        self as i32
    }
}

/// An error: what happened, where, whose fault it is, and what to do about it.
///
/// Its texts never contain a token, a cookie, or the query of a signed URL.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: String,
    http_status: Option<u16>,
    os_code: Option<i32>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    /// May go away by itself, though errors of its kind do not.
    transient: bool,
}

/// The result of every fallible call of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A message that repeats what somebody else wrote is not longer than this.
const LONGEST_MESSAGE: usize = 2000;

/// Makes a message fit for a log: a path or an answer with line ends in it must not look like lines of their own, and
/// one of a megabyte helps nobody.
fn printable(mut message: String) -> String {
    let foreign = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    if message.contains(foreign) {
        message = message.replace(foreign, "\u{fffd}");
    }
    if message.len() > LONGEST_MESSAGE {
        message.truncate(message.floor_char_boundary(LONGEST_MESSAGE));
        message.push('…');
    }
    message
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error {
            inner: Box::new(Inner {
                kind,
                message: printable(message.into()),
                http_status: None,
                os_code: None,
                request_id: None,
                retry_after: None,
                transient: false,
            }),
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::InvalidArgument, message)
    }

    pub(crate) fn bad_response(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::BadResponse, message)
    }

    pub(crate) fn cancelled() -> Self {
        Error::new(ErrorKind::Cancelled, "The operation was cancelled.")
    }

    /// A failure of the file system. `doing` completes the sentence "Could not …".
    pub(crate) fn file(doing: impl fmt::Display, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let (kind, hint) = match error.kind() {
            Io::StorageFull | Io::QuotaExceeded | Io::FileTooLarge => (
                ErrorKind::DiskFull,
                " Free some space or choose another drive, then start the download again.",
            ),
            Io::NotFound => (ErrorKind::File, " Check that the folder exists."),
            Io::ReadOnlyFilesystem => (ErrorKind::File, " Choose a folder that can be written to."),
            Io::PermissionDenied => (
                ErrorKind::File,
                " Check the permissions of the folder and that the file is not read-only.",
            ),
            Io::InvalidFilename => (ErrorKind::File, " Choose a shorter or simpler name."),
            _ => (ErrorKind::File, ""),
        };
        let message = format!("Could not {doing}: {}.{hint}", io_words(error));
        let mut error_out = Error::new(kind, message);
        error_out.inner.os_code = error.raw_os_error();
        error_out
    }

    pub(crate) fn with_http_status(mut self, status: u16) -> Self {
        self.inner.http_status = Some(status);
        self
    }

    pub(crate) fn with_os_code(mut self, code: Option<i32>) -> Self {
        self.inner.os_code = code;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.inner.request_id = id;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.inner.retry_after = wait;
        self
    }

    /// Marks an error that may go away by itself, though errors of its kind do not.
    pub(crate) fn transient(mut self) -> Self {
        self.inner.transient = true;
        self
    }

    pub(crate) fn is_marked_transient(&self) -> bool {
        self.inner.transient
    }

    /// Puts words in front of the message, such as the name of the item.
    pub(crate) fn context(mut self, prefix: impl fmt::Display) -> Self {
        self.inner.message = printable(format!("{prefix}: {}", self.inner.message));
        self
    }

    /// Puts a sentence behind the message.
    pub(crate) fn and(mut self, sentence: &str) -> Self {
        self.inner.message = printable(format!("{} {sentence}", self.inner.message));
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// One or two sentences for a person: what failed, where, and what to do.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The HTTP status that caused the error, when one did.
    pub fn http_status(&self) -> Option<u16> {
        self.inner.http_status
    }

    /// The error number of the operating system (`errno`, `GetLastError`), when it caused the error.
    pub fn os_code(&self) -> Option<i32> {
        self.inner.os_code
    }

    /// The service's own id of the failed request, for a support case with Autodesk.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// How long the service asked to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }
}

/// The text of an I/O error without Rust's "(os error N)" suffix: the number has its own field.
fn io_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = match text.find(" (os error ") {
        Some(at) => text.get(..at).unwrap_or_default(),
        None => &text,
    };
    // Windows ends its sentences itself.
    words.trim_end().trim_end_matches('.').to_owned()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        if let Some(status) = self.inner.http_status {
            write!(f, " [HTTP {status}]")?;
        }
        if let Some(code) = self.inner.os_code {
            write!(f, " [OS error {code}]")?;
        }
        if let Some(id) = &self.inner.request_id {
            write!(f, " [request {id}]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.inner.kind)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_system_are_part_of_a_sentence() {
        for words in [
            "The disk is full.",
            "The disk is full. (os error 112)",
            "The disk is full",
        ] {
            let error = Error::file("write", &std::io::Error::other(words));
            assert_eq!(error.message(), "Could not write: The disk is full.");
        }
    }

    #[test]
    fn a_message_is_one_line_and_has_an_end() {
        let error = Error::invalid("a\r\nb\u{1b}\u{2028}c").context("d\ne");
        assert_eq!(
            error.message(),
            "d\u{fffd}e: a\u{fffd}\u{fffd}b\u{fffd}\u{fffd}c"
        );
        let error = Error::invalid("é".repeat(5000)).context("x");
        assert!(error.message().len() < 2010);
        assert!(error.message().starts_with("x: éé") && error.message().ends_with('…'));
    }

    #[test]
    fn a_full_disk_has_its_own_kind_and_keeps_the_os_code() {
        let io = std::io::Error::from_raw_os_error(libc_enospc());
        let error = Error::file("write part 3", &io);
        assert_eq!(error.kind(), ErrorKind::DiskFull);
        assert_eq!(error.os_code(), Some(libc_enospc()));
        assert!(
            error.message().starts_with("Could not write part 3: "),
            "{error}"
        );
        assert!(!error.message().contains("os error"), "{error}");
    }

    fn libc_enospc() -> i32 {
        if cfg!(windows) { 112 } else { 28 }
    }
}
