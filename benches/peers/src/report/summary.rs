//! One line a case: the library beside the best of the others.

use std::fmt::Write as _;

use super::{Entry, Measured, Sheet, Spread};
use crate::contestants::Setup;

impl Sheet {
    /// The table for readers in a hurry.
    pub(crate) fn summary(&self) -> String {
        table(self.cases.iter().filter_map(Measured::row))
    }
}

pub(super) fn table(rows: impl Iterator<Item = String>) -> String {
    let head = "| | apsfetch | the best of the others as they come | apsfetch is … as fast | the best set by hand | apsfetch is … as fast |\n\
                |---|---:|---|---:|---|---:|\n";
    rows.fold(head.to_owned(), |text, row| text + &row)
}

impl Measured {
    /// Its line of the table, if the library has a time.
    pub(super) fn row(&self) -> Option<String> {
        let ours = self.ours()?;
        let seconds = ours.spread(|cost| cost.seconds)?;
        let mut text = format!("| ({}) {} | {:.2} s |", self.id, self.title, seconds.median);
        for setup in [Setup::Defaults, Setup::ByHand] {
            match self
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
        Some(text)
    }

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
