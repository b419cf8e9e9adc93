//! The access log: every request that reached one of the three origins, in order of arrival.

use serde::Serialize;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// Which of the three servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// `developer.api.autodesk.com`
    Api,
    /// `cdn.derivative.autodesk.com` and `cdn.oss.api.autodesk.com`
    Cdn,
    /// S3
    S3,
}

/// One request as it arrived, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRecord {
    /// Counts all requests since the start, from 1.
    pub id: u64,
    /// Which connection it came on; connections of all origins are counted together, from 1.
    pub connection: u64,
    /// The server it reached.
    pub origin: Origin,
    /// The sandbox's name for what was asked, such as `signedcookies` (the names that rules match).
    pub endpoint: String,
    /// The method.
    pub method: String,
    /// Path and query, as they were sent.
    pub target: String,
    /// The headers as they were sent; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The `Range` header.
    pub range: Option<String>,
    /// The status that was answered; 0 while there is none and when a fault suppressed it.
    pub status: u16,
    /// The body bytes handed to the network so far.
    pub bytes_sent: u64,
    /// True when the whole answer was handed to the network, false while it runs and when it was cut.
    pub complete: bool,
    /// The faults that were applied.
    pub faults: Vec<String>,
}

impl RequestRecord {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The live side of a record.
pub(crate) struct Entry {
    record: Mutex<RequestRecord>,
    status: AtomicU16,
    bytes_sent: AtomicU64,
    complete: AtomicBool,
}

impl Entry {
    pub(crate) fn set_status(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub(crate) fn set_faults(&self, faults: Vec<String>) {
        lock(&self.record).faults = faults;
    }

    pub(crate) fn sent(&self, bytes: u64) {
        self.bytes_sent.fetch_add(bytes, Ordering::SeqCst);
    }

    pub(crate) fn finish(&self) {
        self.complete.store(true, Ordering::SeqCst);
    }

    fn snapshot(&self) -> RequestRecord {
        let mut record = lock(&self.record).clone();
        record.status = self.status.load(Ordering::SeqCst);
        record.bytes_sent = self.bytes_sent.load(Ordering::SeqCst);
        record.complete = self.complete.load(Ordering::SeqCst);
        record
    }
}

/// Old records go when there are this many, so that a sandbox can run for days.
const MAX_RECORDS: usize = 100_000;

#[derive(Default)]
pub(crate) struct Log {
    entries: Mutex<Vec<Arc<Entry>>>,
    last_id: AtomicU64,
}

impl Log {
    pub(crate) fn begin(&self, mut record: RequestRecord) -> Arc<Entry> {
        let mut entries = lock(&self.entries);
        record.id = self.last_id.fetch_add(1, Ordering::SeqCst) + 1;
        let entry = Arc::new(Entry {
            record: Mutex::new(record),
            status: AtomicU16::new(0),
            bytes_sent: AtomicU64::new(0),
            complete: AtomicBool::new(false),
        });
        if entries.len() >= MAX_RECORDS {
            entries.drain(..MAX_RECORDS / 10);
        }
        entries.push(Arc::clone(&entry));
        entry
    }

    pub(crate) fn snapshot(&self) -> Vec<RequestRecord> {
        lock(&self.entries)
            .iter()
            .map(|entry| entry.snapshot())
            .collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.entries).clear();
    }
}

/// A lock whose data stays usable after another thread panicked: records and worlds are consistent between statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
