//! Bodies: the bytes of a content from one offset to another, with whatever faults were ordered.

use super::line::{Line, Then};
use crate::content::Content;
use crate::faults::{BodyFaults, Cut};
use crate::log::Entry;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::future::{Future, pending};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::task::JoinHandle;

/// Large frames: one system call sends much, and the tile or a page-cached file keeps up with memory.
const FRAME: u64 = 512 * 1024;

/// A part of a content.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    pub(crate) content: Content,
    pub(crate) start: u64,
    pub(crate) len: u64,
}

impl Slice {
    pub(crate) fn bytes(bytes: Vec<u8>) -> Slice {
        let len = bytes.len() as u64;
        Slice {
            content: Content::bytes(bytes),
            start: 0,
            len,
        }
    }
}

pub(crate) struct Sending {
    pub(crate) slice: Slice,
    /// The length that the head announces; `None` for a chunked body.
    pub(crate) announced: Option<u64>,
    pub(crate) faults: BodyFaults,
    pub(crate) line: Arc<Line>,
    pub(crate) entry: Arc<Entry>,
    /// Done when the answer is written.
    pub(crate) afterwards: Then,
}

type Step = Pin<Box<dyn Future<Output = (Pump, Option<io::Result<Bytes>>)> + Send>>;

/// A body whose frames come from an async function.
pub(crate) struct DataBody {
    step: Option<Step>,
    pump: Option<Pump>,
    left: Option<u64>,
}

impl DataBody {
    pub(crate) fn new(sending: Sending) -> DataBody {
        let mut slice = sending.slice;
        if let Some(announced) = sending.announced {
            slice.len = slice.len.min(announced);
        }
        let mut faults = sending.faults;
        if faults.cut.is_none()
            && sending
                .announced
                .is_some_and(|announced| announced > slice.len)
        {
            faults.cut = Some((slice.len, Cut::Close));
        }
        let mut pump = Pump {
            end: slice.start + slice.len,
            position: slice.start,
            content: slice.content,
            sent: 0,
            faults,
            line: sending.line,
            entry: sending.entry,
            afterwards: sending.afterwards,
            ahead: None,
        };
        if slice.len == 0 && pump.faults.cut.is_none() {
            pump.finish();
        }
        DataBody {
            step: None,
            pump: Some(pump),
            left: sending.announced,
        }
    }
}

impl Body for DataBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.step.is_none() {
            match self.pump.take() {
                // The usual case needs no allocation for each frame.
                Some(mut pump) if pump.is_plain() => {
                    let frame = pump.next_plain();
                    self.pump = Some(pump);
                    return Poll::Ready(self.account(frame.map(Ok)));
                }
                Some(pump) => self.step = Some(Box::pin(pump.next())),
                None => return Poll::Ready(None),
            }
        }
        let Some(step) = &mut self.step else {
            return Poll::Ready(None);
        };
        let (pump, frame) = ready!(step.as_mut().poll(cx));
        self.step = None;
        self.pump = Some(pump);
        Poll::Ready(self.account(frame))
    }

    fn is_end_stream(&self) -> bool {
        self.left == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.left
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl DataBody {
    fn account(
        &mut self,
        frame: Option<io::Result<Bytes>>,
    ) -> Option<Result<Frame<Bytes>, io::Error>> {
        if let (Some(left), Some(Ok(bytes))) = (&mut self.left, &frame) {
            *left = left.saturating_sub(bytes.len() as u64);
        }
        frame.map(|result| result.map(Frame::data))
    }
}

struct Pump {
    content: Content,
    position: u64,
    end: u64,
    sent: u64,
    faults: BodyFaults,
    line: Arc<Line>,
    entry: Arc<Entry>,
    afterwards: Then,
    /// The next frame of a file, being read while the present one is sent.
    ahead: Option<(u64, JoinHandle<io::Result<Bytes>>)>,
}

impl Pump {
    fn is_plain(&self) -> bool {
        let faults = &self.faults;
        let careful = faults.cut.is_some() || faults.corrupt_at.is_some() || faults.pace.is_some();
        !careful && self.content.ready(self.position, 0).is_some()
    }

    fn next_plain(&mut self) -> Option<Bytes> {
        if self.position == self.end {
            return None;
        }
        let max = FRAME.min(self.end - self.position) as usize;
        let frame = self.content.ready(self.position, max)?;
        self.passed(frame.len());
        Some(frame)
    }

    async fn next(mut self) -> (Pump, Option<io::Result<Bytes>>) {
        let mut max = FRAME.min(self.end - self.position);
        if let Some((at, cut)) = self.faults.cut {
            if self.sent >= at {
                self.cut(cut).await;
            }
            max = max.min(at - self.sent);
        }
        if self.position == self.end {
            return (self, None);
        }
        if let Some((step, pause)) = self.faults.pace {
            tokio::time::sleep(pause).await;
            max = max.min(step);
        }
        let frame = match self.content.ready(self.position, max as usize) {
            Some(frame) => frame,
            None => match self.read(max as usize).await {
                Ok(frame) => frame,
                Err(error) => return (self, Some(Err(error))),
            },
        };
        let frame = self.corrupted(frame);
        self.passed(frame.len());
        (self, Some(Ok(frame)))
    }

    async fn read(&mut self, max: usize) -> io::Result<Bytes> {
        let matching = self
            .ahead
            .take()
            .filter(|(position, _)| *position == self.position);
        let mut frame = match matching {
            Some((_, task)) => task.await.map_err(io::Error::other)??,
            None => self
                .start_read(self.position, max)
                .await
                .map_err(io::Error::other)??,
        };
        frame.truncate(max);
        let next = self.position + frame.len() as u64;
        if next < self.end {
            let len = FRAME.min(self.end - next) as usize;
            self.ahead = Some((next, self.start_read(next, len)));
        }
        Ok(frame)
    }

    fn start_read(&self, position: u64, len: usize) -> JoinHandle<io::Result<Bytes>> {
        let content = self.content.clone();
        tokio::task::spawn_blocking(move || {
            let mut buffer = vec![0; len];
            let count = content.read_at(position, &mut buffer)?;
            buffer.truncate(count);
            Ok(Bytes::from(buffer))
        })
    }

    fn corrupted(&self, frame: Bytes) -> Bytes {
        match self.faults.corrupt_at {
            Some(at) if (self.sent..self.sent + frame.len() as u64).contains(&at) => {
                let mut bytes = frame.to_vec();
                bytes[(at - self.sent) as usize] ^= 0x55;
                Bytes::from(bytes)
            }
            _ => frame,
        }
    }

    fn passed(&mut self, count: usize) {
        self.position += count as u64;
        self.sent += count as u64;
        self.entry.sent(count as u64);
        if self.position == self.end && self.faults.cut.is_none_or(|(at, _)| at > self.sent) {
            self.finish();
        }
    }

    /// The last frame goes out: what shall follow it is ordered now, since HTTP does not ask for more.
    fn finish(&mut self) {
        self.entry.finish();
        let then = match std::mem::take(&mut self.afterwards) {
            Then::Continue if self.faults.close => Then::Close,
            then => then,
        };
        let extra = Bytes::from(vec![b'x'; self.faults.extra as usize]);
        if !extra.is_empty() || !matches!(then, Then::Continue) {
            self.line.order(extra, then);
        }
    }

    async fn cut(&mut self, cut: Cut) {
        match cut {
            Cut::Stall => {}
            Cut::Reset => self.line.order(Bytes::new(), Then::Reset),
            Cut::Close => self.line.order(Bytes::new(), Then::Close),
        }
        // HTTP flushes when a body has nothing, and with that carries the order out.
        pending().await
    }
}
