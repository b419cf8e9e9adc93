//! One line a case: the library beside the best of the others.

use std::fmt::Write as _;

use super::{Entry, Measured, Sheet, Spread};
use crate::contestants::Setup;

impl Sheet {
    /// The table for readers in a hurry.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::from(
            "| | apsfetch | the best of the others as they come | apsfetch is … as fast | the best set by hand | apsfetch is … as fast |\n\
             |---|---:|---|---:|---|---:|\n",
        );
        for case in &self.cases {
            let Some(ours) = case.ours() else { continue };
            let Some(seconds) = ours.spread(|cost| cost.seconds) else {
                continue;
            };
            let _ = write!(
                text,
                "| ({}) {} | {:.2} s |",
                case.id, case.title, seconds.median
            );
            for setup in [Setup::Defaults, Setup::ByHand] {
                match case
                    .best(setup)
                    .and_then(|best| Some((best, best.times(ours)?)))
                {
                    Some((best, times)) => {
                        let _ = write!(text, " {} | {} |", best.name, factor(times));
                    }
                    None => text.push_str(" | |"),
                }
            }
            text.push('\n');
        }
        text
    }
}

impl Measured {
    /// The quickest of these whose files were all right.
    pub(crate) fn best(&self, setup: Setup) -> Option<&Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.setup == setup && entry.fault().is_none())
            .filter_map(|entry| Some((entry, entry.spread(|cost| cost.seconds)?.median)))
            .min_by(|(_, one), (_, other)| one.total_cmp(other))
            .map(|(entry, _)| entry)
    }
}

fn factor(times: Spread) -> String {
    let text = format!(
        "{:.2} × ({:.2}–{:.2})",
        times.median, times.least, times.most
    );
    match times.median >= 1.0 {
        true => format!("**{text}**"),
        false => text,
    }
}
