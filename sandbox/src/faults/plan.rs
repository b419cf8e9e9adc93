//! The faults of one request, sorted by where they strike.

use super::Fault;
use std::time::Duration;

/// How a body ends before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Stall,
    Reset,
    Close,
}

/// What happens while the body is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct BodyFaults {
    pub(crate) cut: Option<(u64, Cut)>,
    pub(crate) corrupt_at: Option<u64>,
    /// So many bytes, then so long a pause.
    pub(crate) pace: Option<(u64, Duration)>,
    pub(crate) extra: u64,
    pub(crate) close: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) applied: Vec<String>,
    pub(crate) delay: Duration,
    /// What takes the place of the true answer.
    pub(crate) instead: Option<Fault>,
    /// What changes the true answer's head, in order.
    pub(crate) edits: Vec<Fault>,
    pub(crate) ignore_range: bool,
    pub(crate) expire: bool,
    pub(crate) gzip: bool,
    pub(crate) chunked: bool,
    pub(crate) body: BodyFaults,
}

impl Plan {
    pub(crate) fn add(&mut self, fault: &Fault) {
        self.applied.push(fault.kind());
        match fault {
            Fault::Delay { ms } => self.delay += Duration::from_millis(*ms),
            Fault::Stall { at } => self.cut(*at, Cut::Stall),
            Fault::Reset { at } => self.cut(*at, Cut::Reset),
            Fault::Truncate { at } => self.cut(*at, Cut::Close),
            Fault::Corrupt { at } => self.body.corrupt_at = Some(*at),
            Fault::Drip { bytes, every_ms } => {
                self.body.pace = Some(((*bytes).max(1), Duration::from_millis(*every_ms)));
            }
            Fault::Rate { bytes_per_second } => {
                // Twenty steps a second are smooth enough to the eye of a low-speed rule.
                let step = (bytes_per_second / 20).max(1);
                let pause =
                    Duration::from_secs_f64(step as f64 / (*bytes_per_second).max(1) as f64);
                self.body.pace = Some((step, pause));
            }
            Fault::Extra { bytes } => self.body.extra = *bytes,
            Fault::Close => self.body.close = true,
            Fault::IgnoreRange => self.ignore_range = true,
            Fault::Expire => self.expire = true,
            Fault::Gzip => self.gzip = true,
            Fault::Chunked => self.chunked = true,
            Fault::ContentRange { .. }
            | Fault::Etag { .. }
            | Fault::Header { .. }
            | Fault::Json { .. } => {
                self.edits.push(fault.clone());
            }
            Fault::Status { .. }
            | Fault::Hang
            | Fault::Redirect { .. }
            | Fault::ExpiredToken
            | Fault::Garbage { .. }
            | Fault::Drop { .. }
            | Fault::Html => {
                // The first rule that replaces the answer wins.
                self.instead.get_or_insert_with(|| fault.clone());
            }
        }
    }

    fn cut(&mut self, at: u64, cut: Cut) {
        let earlier = self.body.cut.is_some_and(|(other, _)| other <= at);
        if !earlier {
            self.body.cut = Some((at, cut));
        }
    }
}
