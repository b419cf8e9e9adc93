//! Lists and ranges, for contestants that take them from files.

use std::fs;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use anyhow::Result;

use super::Task;

/// A file in the task's work folder with one line for each file to fetch.
pub(super) fn list(task: &Task<'_>, line: impl Fn(&str, &str, u64) -> String) -> Result<PathBuf> {
    let text: String = task
        .files
        .iter()
        .map(|source| {
            let target = task.target(source);
            line(&task.url(source), &target.to_string_lossy(), source.size)
        })
        .collect();
    let path = task.work.join("list");
    fs::write(&path, text)?;
    Ok(path)
}

/// A file with size, key and path of each object.
pub(super) fn keys(task: &Task<'_>) -> Result<PathBuf> {
    let text: String = task
        .files
        .iter()
        .map(|source| {
            let target = task.target(source);
            format!("{}\t{}\t{}\n", source.size, source.name, target.display())
        })
        .collect();
    let path = task.work.join("list");
    fs::write(&path, text)?;
    Ok(path)
}

/// Equal ranges, first and last byte.
pub(super) fn ranges(size: u64, count: u64) -> Vec<RangeInclusive<u64>> {
    let length = size.div_ceil(count.max(1)).max(1);
    (0..size.div_ceil(length))
        .map(|number| number * length..=((number + 1) * length).min(size) - 1)
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn ranges_cover_everything_once() {
        assert_eq!(super::ranges(10, 3), [0..=3, 4..=7, 8..=9]);
        assert_eq!(super::ranges(2, 4), [0..=0, 1..=1]);
        assert_eq!(super::ranges(0, 4), []);
    }
}
