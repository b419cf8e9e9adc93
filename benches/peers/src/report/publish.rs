//! The page and the pictures of the documentation, and the table of the README.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::Sheet;

/// The README's table is between these.
const MARKS: [&str; 2] = ["<!-- cargo xtask bench --publish -->\n", "<!-- end -->\n"];

impl Sheet {
    /// `root` is the project's folder.
    pub(crate) fn publish(&self, root: &Path) -> Result<()> {
        let images = root.join("docs/images");
        let mut cases = String::new();
        for case in &self.cases {
            let name = format!("bench-{}.svg", case.id);
            fs::write(images.join(&name), case.plot())?;
            cases.push_str(&case.markdown());
            cases.push_str(&format!(
                "\n![({}) {}](images/{name})\n\n",
                case.id, case.title
            ));
        }
        let page = include_str!("page.md")
            .replace("{{machine}}", &self.conditions())
            .replace(
                "{{processors}}",
                self.machine.split(' ').next().unwrap_or("its"),
            )
            .replace("{{summary}}", &self.summary())
            .replace("{{cases}}", &cases)
            .replace("{{versions}}", &self.versions());
        fs::write(root.join("docs/benchmarks.md"), page)?;
        let readme = root.join("README.md");
        let text = fs::read_to_string(&readme)?;
        let text = between_marks(&text, &self.summary())
            .with_context(|| format!("{} lacks the marks for the table", readme.display()))?;
        Ok(fs::write(readme, text)?)
    }

    fn conditions(&self) -> String {
        let loads = self.cases.iter().flat_map(|case| &case.entries);
        let loads = loads.flat_map(|entry| &entry.runs).map(|run| run.load);
        let load = super::Spread::of(loads).map_or(0.0, |load| load.median);
        format!(
            "{}, {}, on {}, at commit {}; the load of the machine was {load:.0} (median)",
            self.machine, self.kernel, self.date, self.commit
        )
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

fn between_marks(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(MARKS[0])?;
    let (_, after) = rest.split_once(MARKS[1])?;
    Some(format!("{before}{}{table}{}{after}", MARKS[0], MARKS[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_takes_the_place_of_the_old_one() {
        let text = format!("a\n{}old\n{}b\n", MARKS[0], MARKS[1]);
        let new = format!("a\n{}new\n{}b\n", MARKS[0], MARKS[1]);
        assert_eq!(between_marks(&text, "new\n").unwrap(), new);
        assert_eq!(between_marks("a\n", "new\n"), None);
    }
}
