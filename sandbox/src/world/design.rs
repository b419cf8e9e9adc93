//! Designs, their derivatives, and how far their translation has come.

use super::FILE_URN;
use crate::content::Content;
use crate::text;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// How far the translation of a design or of one derivative has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TranslationState {
    /// Translated.
    Ready,
    /// Translated when the sandbox's clock has run this many seconds from now; in progress until then.
    After {
        /// Seconds on the sandbox's clock.
        seconds: f64,
    },
    /// In progress for this many more answers (HEAD of a derivative, or manifest), translated afterwards.
    Polls {
        /// How many answers still say "in progress".
        polls: u32,
    },
    /// In progress for ever.
    InProgress,
    /// Not begun, for ever.
    Pending,
    /// Failed.
    Failed {
        /// What the manifest's message says.
        #[serde(default = "failure")]
        message: String,
    },
    /// Gave up after too long.
    Timeout,
}

fn failure() -> String {
    "The file is not a Revit file or is not a supported version.".to_owned()
}

/// A state with its start, so that time and polls can be counted.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    state: TranslationState,
    since: SystemTime,
    total_polls: u32,
}

/// What a progress amounts to at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Now {
    Ready,
    Pending,
    Running(u8),
    Failed(String),
    Timeout,
}

impl Now {
    pub(crate) fn status(&self) -> &'static str {
        match self {
            Now::Ready => "success",
            Now::Pending => "pending",
            Now::Running(_) => "inprogress",
            Now::Failed(_) => "failed",
            Now::Timeout => "timeout",
        }
    }

    pub(crate) fn progress(&self) -> String {
        match self {
            Now::Pending => "0% complete".to_owned(),
            Now::Running(percent) => format!("{percent}% complete"),
            Now::Ready | Now::Failed(_) | Now::Timeout => "complete".to_owned(),
        }
    }
}

impl Progress {
    pub(crate) fn new(state: TranslationState, since: SystemTime) -> Progress {
        let total_polls = match state {
            TranslationState::Polls { polls } => polls,
            _ => 0,
        };
        Progress {
            state,
            since,
            total_polls,
        }
    }

    pub(crate) fn now(&self, time: SystemTime) -> Now {
        let percent = |part: f64| Now::Running((part * 100.0).clamp(0.0, 99.0) as u8);
        match &self.state {
            TranslationState::Ready | TranslationState::Polls { polls: 0 } => Now::Ready,
            TranslationState::Pending => Now::Pending,
            TranslationState::InProgress => Now::Running(50),
            TranslationState::Failed { message } => Now::Failed(message.clone()),
            TranslationState::Timeout => Now::Timeout,
            TranslationState::Polls { polls } => {
                percent(1.0 - f64::from(*polls) / f64::from(self.total_polls.max(1)))
            }
            TranslationState::After { seconds } => {
                let gone = time
                    .duration_since(self.since)
                    .unwrap_or(Duration::ZERO)
                    .as_secs_f64();
                if gone >= *seconds {
                    Now::Ready
                } else {
                    percent(gone / seconds)
                }
            }
        }
    }

    /// Counts one answer that told the state.
    pub(crate) fn polled(&mut self) {
        if let TranslationState::Polls { polls } = &mut self.state {
            *polls = polls.saturating_sub(1);
        }
    }
}

pub(crate) struct Design {
    /// URL-safe base64 of `source_urn`.
    pub(crate) urn: String,
    pub(crate) source_urn: String,
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) progress: Progress,
    pub(crate) derivatives: Vec<Derivative>,
}

impl Design {
    pub(crate) fn new(urn: String, region: &str, now: SystemTime) -> Design {
        let source_urn = text::from_base64_urn(&urn).unwrap_or_default();
        let name = source_urn
            .rsplit(['/', ':'])
            .next()
            .unwrap_or_default()
            .to_owned();
        Design {
            urn,
            source_urn,
            name,
            region: region.to_owned(),
            progress: Progress::new(TranslationState::Ready, now),
            derivatives: Vec::new(),
        }
    }

    pub(crate) fn canonical_urn(urn: &str) -> String {
        if urn.starts_with("urn:") {
            text::base64_urn(urn)
        } else {
            urn.trim_end_matches('=').to_owned()
        }
    }

    /// The URN of an output file of this design.
    pub(crate) fn output_urn(&self, relative: &str) -> String {
        format!("{FILE_URN}{}/output/{relative}", self.urn)
    }

    /// Adds a derivative, in place of one with the same URN.
    pub(crate) fn put(&mut self, derivative: Derivative) {
        match self
            .derivatives
            .iter_mut()
            .find(|old| old.urn == derivative.urn)
        {
            Some(old) => *old = derivative,
            None => self.derivatives.push(derivative),
        }
    }

    /// The state of a derivative: its design's until that is translated, then its own.
    pub(crate) fn state_of(&self, derivative: &Derivative, time: SystemTime) -> Now {
        match self.progress.now(time) {
            Now::Ready => derivative.progress.now(time),
            not_ready => not_ready,
        }
    }
}

pub(crate) struct Derivative {
    pub(crate) urn: String,
    pub(crate) guid: String,
    pub(crate) name: String,
    pub(crate) output_type: String,
    pub(crate) role: String,
    pub(crate) mime: String,
    pub(crate) content: Content,
    pub(crate) modified: SystemTime,
    pub(crate) progress: Progress,
    /// False for 3D SVF2, which lives in the viewer's own storage.
    pub(crate) downloadable: bool,
}

impl Derivative {
    /// A derivative whose type, role and name follow from its URN.
    pub(crate) fn new(urn: &str, content: Content, now: SystemTime) -> Derivative {
        let name = urn.rsplit(['/', ':']).next().unwrap_or(urn).to_owned();
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_ascii_lowercase())
            .unwrap_or_default();
        let (output_type, role) = match ending.as_str() {
            "png" | "jpg" | "jpeg" => ("thumbnail", "thumbnail"),
            "svf" => ("svf", "graphics"),
            "svf2" => ("svf2", "graphics"),
            "sdb" | "db" => ("svf", "Autodesk.CloudPlatform.PropertyDatabase"),
            "" => ("obj", "data"),
            other => (other, other),
        };
        let mime = match ending.as_str() {
            "svf" => "application/autodesk-svf",
            "svf2" => "application/autodesk-svf2",
            "sdb" | "db" => "application/autodesk-db",
            _ => text::media_type(&name),
        };
        Derivative {
            urn: urn.to_owned(),
            guid: text::uuid(),
            output_type: output_type.to_owned(),
            role: role.to_owned(),
            mime: mime.to_owned(),
            modified: content.modified().unwrap_or(now),
            content,
            progress: Progress::new(TranslationState::Ready, now),
            downloadable: ending != "svf2",
            name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_and_time_both_end() {
        let start = SystemTime::UNIX_EPOCH;
        let mut polls = Progress::new(TranslationState::Polls { polls: 2 }, start);
        assert_eq!(polls.now(start), Now::Running(0));
        polls.polled();
        assert_eq!(polls.now(start), Now::Running(50));
        polls.polled();
        assert_eq!(polls.now(start), Now::Ready);
        let timed = Progress::new(TranslationState::After { seconds: 10.0 }, start);
        assert_eq!(timed.now(start + Duration::from_secs(5)), Now::Running(50));
        assert_eq!(timed.now(start + Duration::from_secs(10)), Now::Ready);
    }
}
