//! The page and the pictures of the documentation, and the table of the README.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::{Sheet, summary};
use crate::cases;

/// The README's table is between these.
const MARKS: [&str; 2] = ["<!-- cargo xtask bench --publish -->\n", "<!-- end -->\n"];

impl Sheet {
    /// `root` is the project's folder. What was published of cases that were not measured since stays.
    pub(crate) fn publish(&self, root: &Path) -> Result<()> {
        let page = root.join("docs/benchmarks.md");
        let old = fs::read_to_string(&page).unwrap_or_default();
        let images = root.join("docs/images");
        let mut rows = Vec::new();
        let mut cases = String::new();
        for id in cases::ALL.iter().map(|case| case.id) {
            match self.cases.iter().find(|case| case.id == id) {
                Some(case) => {
                    let name = format!("bench-{id}.svg");
                    fs::write(images.join(&name), case.plot())?;
                    rows.extend(case.row());
                    let title = &case.title;
                    let table = case.markdown();
                    cases.push_str(&format!("{table}\n![({id}) {title}](images/{name})\n\n"));
                }
                None => {
                    rows.extend(row_in(&old, id));
                    cases.extend(section_in(&old, id));
                }
            }
        }
        let summary = summary::table(rows.into_iter());
        let text = include_str!("page.md")
            .replace(
                "{{processors}}",
                self.machine.split(' ').next().unwrap_or("its"),
            )
            .replace("{{summary}}", &summary)
            .replace("{{cases}}", &cases)
            .replace("{{versions}}", &self.versions());
        fs::write(page, text)?;
        let readme = root.join("README.md");
        let text = fs::read_to_string(&readme)?;
        let text = between_marks(&text, &summary)
            .with_context(|| format!("{} lacks the marks for the table", readme.display()))?;
        Ok(fs::write(readme, text)?)
    }

    fn versions(&self) -> String {
        let list: Vec<String> = self
            .versions
            .iter()
            .map(|line| format!("- {line}"))
            .collect();
        list.join("\n")
    }
}

/// A case's line of the table in a page that was published before.
fn row_in(page: &str, id: &str) -> Option<String> {
    let begin = format!("| ({id}) ");
    let line = page.lines().find(|line| line.starts_with(&begin))?;
    Some(format!("{line}\n"))
}

/// A case's section of it.
fn section_in(page: &str, id: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("\n### ({id}) "))?;
    let end = ["\n### (", "\n## "]
        .iter()
        .filter_map(|next| rest.find(next))
        .min();
    let section = rest[..end.unwrap_or(rest.len())].trim_end();
    Some(format!("### ({id}) {section}\n\n"))
}

fn between_marks(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(MARKS[0])?;
    let (_, after) = rest.split_once(MARKS[1])?;
    Some(format!("{before}{}{table}{}{after}", MARKS[0], MARKS[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_published_of_other_cases_stays() {
        let page = "# How\n\n| | x |\n| (a) A | 1 s |\n| (b) B | 2 s |\n\n## The cases\n\n### (a) A\n\n| 1 |\n\n\
                    ![(a)](a.svg)\n\n### (b) B\n\n| 2 |\n\n\n## Who\n\nme\n";
        assert_eq!(row_in(page, "b").unwrap(), "| (b) B | 2 s |\n");
        let section = section_in(page, "a").unwrap();
        assert_eq!(section, "### (a) A\n\n| 1 |\n\n![(a)](a.svg)\n\n");
        assert_eq!(section_in(page, "b").unwrap(), "### (b) B\n\n| 2 |\n\n");
        assert!(row_in(page, "c").is_none() && section_in(page, "c").is_none());
    }

    #[test]
    fn the_table_takes_the_place_of_the_old_one() {
        let text = format!("a\n{}old\n{}b\n", MARKS[0], MARKS[1]);
        let new = format!("a\n{}new\n{}b\n", MARKS[0], MARKS[1]);
        assert_eq!(between_marks(&text, "new\n").unwrap(), new);
        assert_eq!(between_marks("a\n", "new\n"), None);
    }
}
