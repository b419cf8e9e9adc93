//! Reading the bodies of API replies and of errors: bounded in size and in time, and decompressed.

use std::io::{self, Read};
use std::time::{Duration, Instant};

/// The slowest line an API reply is read from, in bytes per second, once its grace is over.
const SLOWEST_REPLY: u64 = 4 * 1024;

/// A body as it came, or without its gzip.
pub(super) fn decoded(body: ureq::Body, coding: Option<&str>) -> Box<dyn Read> {
    let reader = body.into_reader();
    match coding.map(str::trim) {
        Some("gzip" | "x-gzip") => Box::new(flate2::read::MultiGzDecoder::new(reader)),
        _ => Box::new(reader),
    }
}

/// Whether what failed is the compression, and not the connection.
pub(super) fn is_damaged(error: &io::Error) -> bool {
    // ureq and TLS put an error of their own inside theirs; flate2 does not.
    matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
    ) && !error
        .get_ref()
        .is_some_and(|inner| inner.is::<ureq::Error>() || inner.is::<rustls::Error>())
}

/// Reads a body of up to `limit` bytes. `grace` is how long it may take, and a second more for each 4 KiB that has come;
/// an error without a cause is that this was not enough. A single read has the limit on stalls.
pub(super) fn read_within(
    body: impl Read,
    limit: u64,
    grace: Duration,
) -> (Vec<u8>, Result<(), Option<io::Error>>) {
    let begun = Instant::now();
    let mut reader = body.take(limit);
    let mut bytes = Vec::new();
    let mut block = [0; 16 * 1024];
    loop {
        match reader.read(&mut block) {
            Ok(0) => return (bytes, Ok(())),
            Ok(count) => bytes.extend_from_slice(block.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (bytes, Err(Some(error))),
        }
        let more = Duration::from_secs(bytes.len() as u64 / SLOWEST_REPLY);
        if begun.elapsed() > grace.saturating_add(more) {
            return (bytes, Err(None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_ends_at_the_limit_and_a_drip_by_time() {
        let (bytes, end) = read_within(io::repeat(b' '), 100_000, Duration::from_secs(60));
        assert_eq!((bytes.len(), end.is_ok()), (100_000, true));
        struct Drip;
        impl Read for Drip {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                std::thread::sleep(Duration::from_millis(2));
                buffer[0] = b' ';
                Ok(1)
            }
        }
        let (bytes, end) = read_within(Drip, 1 << 20, Duration::from_millis(20));
        assert!(matches!(end, Err(None)));
        assert!(bytes.len() < 100);
    }
}
