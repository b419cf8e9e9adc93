//! Which names a target cannot have on Windows, where the system would take them for something else than a file of that
//! name, and often say that all went well.

use std::path::Path;

use crate::error::{Error, Result};

/// Refuses a target that would not become a file of its name. Elsewhere than on Windows, every name is a name.
pub(crate) fn check(target: &Path) -> Result<()> {
    // The system would say so when everything is downloaded.
    let last = target.as_os_str().as_encoded_bytes().last();
    if last.is_some_and(|last| std::path::is_separator(char::from(*last))) && !target.is_dir() {
        return Err(Error::invalid(format!(
            "The target {} ends with a separator, as a folder does. Add the name of the file.",
            target.display()
        )));
    }
    if !cfg!(windows) {
        return Ok(());
    }
    match fault(&target.to_string_lossy()) {
        None => Ok(()),
        Some(why) => Err(Error::invalid(format!(
            "The target {} cannot be a file on Windows: {why}. Choose another name.",
            target.display()
        ))),
    }
}

/// What is wrong with the last name of a path of Windows.
fn fault(path: &str) -> Option<String> {
    let is_separator = |c: char| c == '\\' || c == '/';
    if [r"\\.\", "//./"]
        .iter()
        .any(|start| path.starts_with(start))
    {
        return Some("it is the path of a device".to_owned());
    }
    let name = path.rsplit(is_separator).next().unwrap_or(path);
    // `C:name` is relative to the current folder of that drive.
    let name = match name.as_bytes() {
        [drive, b':', ..] if name.len() == path.len() && drive.is_ascii_alphabetic() => {
            name.get(2..).unwrap_or_default()
        }
        _ => name,
    };
    if is_device(name) {
        return Some(format!("{name} is the name of a device"));
    }
    if name.contains(':') {
        return Some(
            "what is behind a colon would go into a hidden stream of another file".to_owned(),
        );
    }
    if let Some(c) = name.chars().find(|c| is_forbidden(*c)) {
        return Some(format!("its name has the character {c:?}"));
    }
    // `.` and `..` are folders, which is said elsewhere.
    if name.ends_with(['.', ' ']) && !matches!(name, "." | "..") {
        return Some("its name ends with a dot or a space, which Windows drops".to_owned());
    }
    None
}

fn is_forbidden(c: char) -> bool {
    c.is_ascii_control() || "<>:\"/\\|?*".contains(c)
}

/// The names that Windows gives to devices, with any ending.
pub(crate) fn is_device(name: &str) -> bool {
    let stem = name.split(['.', ':']).next().unwrap_or_default().trim_end();
    let stem = stem.to_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"].contains(&stem.as_str()) {
        return true;
    }
    let number = stem
        .strip_prefix("COM")
        .or_else(|| stem.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut digits = number.chars();
        matches!(
            (digits.next(), digits.next()),
            (Some('0'..='9' | '¹' | '²' | '³'), None)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_would_take_for_something_else_is_told() {
        for (path, word) in [
            ("NUL", "NUL is the name of a device"),
            (r"C:\models\con", "device"),
            (r"C:\models\COM1.txt", "COM1.txt is the name of a device"),
            (r"C:\models\lpt9 .tar.gz", "device"),
            ("C:aux", "device"),
            (r"\\server\share\nul.rvt", "device"),
            (r"\\?\C:\models\NUL", "device"),
            (r"\\.\pipe\model", "path of a device"),
            ("//./COM10", "path of a device"),
            (r"C:\models\house.rvt:stream", "hidden stream"),
            (r"C:\models\house.rvt::$DATA", "hidden stream"),
            (r"C:\models\what?.rvt", "'?'"),
            ("C:\\models\\a\nb", r"'\n'"),
            (r"C:\models\house.rvt.", "ends with a dot"),
            (r"C:\models\house.rvt ", "ends with a dot or a space"),
            (r"\\?\C:\models\house.rvt.", "ends with a dot"),
        ] {
            let why = fault(path).unwrap_or_else(|| panic!("{path} was taken"));
            assert!(why.contains(word), "{path}: {why}");
        }
    }

    #[test]
    fn usual_names_are_taken() {
        for path in [
            r"C:\models\house.rvt",
            r"C:\mod.els.\house",
            "C:house.rvt",
            "house.rvt",
            r"\\?\C:\models\house.rvt",
            r"\\?\UNC\server\share\house.rvt",
            r"\\server\share\Haus äöü 🏠.rvt",
            r"C:\models\console",
            r"C:\models\COM10",
            r"C:\models\.hidden",
            r"C:\models\..",
        ] {
            assert_eq!(fault(path), None, "{path}");
        }
    }
}
