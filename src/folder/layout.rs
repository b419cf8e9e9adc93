//! Which file goes where: each path once, also where upper and lower case are the same.

use std::collections::{HashMap, HashSet};

use super::name::{fold, numbered};

/// The paths of one folder that are given away.
#[derive(Default)]
pub(super) struct Layout {
    /// Folded paths of files.
    files: HashSet<String>,
    /// Folded paths of folders, which no file may have.
    folders: HashSet<String>,
    /// Where to begin to look for a free number: many files may want one name.
    numbers: HashMap<String, u32>,
}

/// More files of one name than this are not told apart by a number any more.
const MOST: u32 = 1_000_000;

impl Layout {
    /// Gives a path away as it is. `false`, and nothing given, when that is not possible any more.
    pub(super) fn claim(&mut self, path: &str) -> bool {
        let folded = fold(path);
        let blocked = self.files.contains(&folded)
            || self.folders.contains(&folded)
            || folders_of(&folded).any(|folder| self.files.contains(folder));
        if blocked {
            return false;
        }
        self.folders.extend(folders_of(&folded).map(str::to_owned));
        self.files.insert(folded);
        true
    }

    /// Keeps the folders of a path for folders; a file of that name gets a number.
    /// The answer is the path with the folders it gets itself, because a file has their name already.
    pub(super) fn prepare(&mut self, path: &str) -> String {
        let mut result = String::new();
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                result.push_str(name);
                break;
            }
            let free = (1..MOST)
                .map(|number| format!("{result}{}", numbered(name, number)))
                .find(|folder| !self.files.contains(&fold(folder)));
            result = free.unwrap_or_else(|| format!("{result}{name}"));
            self.folders.insert(fold(&result));
            result.push('/');
        }
        result
    }

    /// Gives away a prepared path, with the first number that is free.
    pub(super) fn place(&mut self, path: &str) -> Option<String> {
        let (folder, name) = match path.rfind('/') {
            Some(at) => path.split_at_checked(at.saturating_add(1))?,
            None => ("", path),
        };
        let wanted = fold(path);
        let first = self.numbers.get(&wanted).copied().unwrap_or(1);
        let (number, placed) = (first..MOST)
            .map(|number| (number, format!("{folder}{}", numbered(name, number))))
            .find(|(_, candidate)| self.claim(candidate))?;
        self.numbers.insert(wanted, number.saturating_add(1));
        Some(placed)
    }
}

/// Whether `path` is what became of `wanted`: itself, or with numbers in its names.
pub(super) fn is_variant(wanted: &str, path: &str) -> bool {
    let mut pairs = wanted.split('/');
    let mut names = path.split('/');
    loop {
        match (pairs.next(), names.next()) {
            (None, None) => return true,
            (Some(wanted), Some(name)) if wanted == name => {}
            (Some(wanted), Some(name)) => {
                if !is_numbered(wanted, name) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// Whether `name` is `wanted` with a number in it. Names may have other numbers in parentheses, also behind ours.
fn is_numbered(wanted: &str, name: &str) -> bool {
    name.match_indices(" (").any(|(at, mark)| {
        name.get(at.saturating_add(mark.len())..)
            .and_then(|rest| rest.split(')').next())
            .and_then(|digits| digits.parse::<u32>().ok())
            .is_some_and(|number| number >= 2 && numbered(wanted, number) == name)
    })
}

/// The folders of a path, from the outermost.
fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay_out(paths: &[&str]) -> Vec<String> {
        let mut layout = Layout::default();
        let prepared: Vec<String> = paths.iter().map(|path| layout.prepare(path)).collect();
        prepared
            .iter()
            .map(|path| layout.place(path).unwrap())
            .collect()
    }

    #[test]
    fn names_that_differ_in_case_only_get_numbers() {
        assert_eq!(
            lay_out(&["a/X.txt", "A/x.TXT", "a/x.txt", "b"]),
            ["a/X.txt", "A/x (2).TXT", "a/x (3).txt", "b"]
        );
    }

    #[test]
    fn a_file_makes_way_for_a_folder_whatever_the_order() {
        assert_eq!(lay_out(&["a", "a/b"]), ["a (2)", "a/b"]);
        assert_eq!(
            lay_out(&["A/b", "a", "a (2)"]),
            ["A/b", "a (2)", "a (2) (2)"]
        );
    }

    #[test]
    fn a_folder_makes_way_for_a_file_that_is_there_already() {
        let mut layout = Layout::default();
        assert!(layout.claim("a") && layout.claim("c/d"));
        assert!(!layout.claim("A") && !layout.claim("c") && !layout.claim("a/x"));
        let path = layout.prepare("a/x");
        assert_eq!(path, "a (2)/x");
        assert_eq!(layout.place(&path).unwrap(), "a (2)/x");
    }

    #[test]
    fn what_became_of_a_path_is_recognised() {
        assert!(is_variant("a/b.txt", "a/b.txt"));
        assert!(is_variant("a/b.txt", "a (3)/b (2).txt"));
        assert!(is_variant("b (2).txt", "b (2) (2).txt"));
        assert!(is_variant("a.v (1)", "a (2).v (1)"));
        for other in [
            "b.txt",
            "a/c.txt",
            "a/b (1).txt",
            "a/b (2).dat",
            "a/b.txt/c",
            "a/b (x).txt",
        ] {
            assert!(!is_variant("a/b.txt", other), "{other}");
        }
    }
}
