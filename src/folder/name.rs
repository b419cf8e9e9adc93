//! Names from the network as names of files: safe on Windows and Unix alike, whichever of them this is.

use std::path::{Path, PathBuf};

use crate::transfer::{JOURNAL_SUFFIX, PART_SUFFIX, is_device};

/// Bytes of one name at the most. File systems allow 255; the part file's ending and a number need room.
const LONGEST: usize = 200;
/// Names of one path at the most. Every folder on the way is kept in memory, and a name from the network may be made
/// of a million slashes.
const DEEPEST: usize = 64;
/// An ending longer than this is no ending but part of the name.
const LONGEST_EXTENSION: usize = 20;

/// The path of a derivative inside its design: what stands behind `/output/` in its URN, or else its last segments.
pub(super) fn of_derivative(urn: &str) -> String {
    let relative = match urn.split_once("/output/") {
        Some((_, relative)) => relative,
        None => urn
            .split_once('/')
            .or_else(|| urn.rsplit_once(':'))
            .map_or(urn, |(_, last)| last),
    };
    safe_path(relative)
}

/// The path of an object: its key, without the folders of `prefix` if they are to be left out.
pub(super) fn of_object(key: &str, prefix: Option<&str>) -> String {
    let folders = prefix
        .and_then(|prefix| prefix.rfind('/').and_then(|at| prefix.get(..=at)))
        .unwrap_or_default();
    safe_path(key.strip_prefix(folders).unwrap_or(key))
}

/// A relative path with `/` between names that every file system takes. It never leaves its folder, and a safe
/// path stays as it is.
pub(super) fn safe_path(path: &str) -> String {
    // What is behind the last place is one name, in which a slash is no better than any other forbidden character.
    path.splitn(DEEPEST, '/')
        .map(safe_name)
        .collect::<Vec<_>>()
        .join("/")
}

fn safe_name(name: &str) -> String {
    let mut safe: String = name
        .chars()
        .map(|c| if is_forbidden(c) { '_' } else { c })
        .collect();
    // Windows drops dots and spaces at the end, and `..` is such a name.
    let kept = safe.trim_end_matches(['.', ' ']).len();
    if kept < safe.len() {
        let dropped = safe.len().saturating_sub(kept);
        safe.truncate(kept);
        safe.extend(std::iter::repeat_n('_', dropped));
    }
    if safe.is_empty() {
        safe.push('_');
    }
    if safe.len() > LONGEST {
        // With room for the two marks below, so that a safe name is never shortened again.
        safe = shortened(&safe, LONGEST.saturating_sub(2));
    }
    if is_device(&safe) {
        safe.insert(0, '_');
    }
    if [PART_SUFFIX, JOURNAL_SUFFIX]
        .iter()
        .any(|suffix| ends_with_ignoring_case(&safe, suffix))
    {
        // The part file or the journal of another download could have this name.
        safe.push('_');
    }
    safe
}

fn is_forbidden(c: char) -> bool {
    // The marks for the direction of writing can make one name look like another.
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || "<>:\"/\\|?*".contains(c)
}

/// A name that is too long in `limit` bytes, with its ending.
fn shortened(name: &str, limit: usize) -> String {
    let (stem, ending) = split_ending(name);
    let room = limit.saturating_sub(ending.len());
    let end = (0..=room)
        .rev()
        .find(|at| stem.is_char_boundary(*at))
        .unwrap_or(0);
    let stem = stem.get(..end).unwrap_or_default();
    // The cut may have left a dot or a space at the end.
    let stem = stem.trim_end_matches(['.', ' ']);
    let stem = if stem.is_empty() { "_" } else { stem };
    format!("{stem}{ending}")
}

/// The name and its ending with the dot, which is empty if there is none.
fn split_ending(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name.len().saturating_sub(at) <= LONGEST_EXTENSION => {
            name.split_at_checked(at).unwrap_or((name, ""))
        }
        _ => (name, ""),
    }
}

/// The name for the `number`th file that wants the same one: `name (2).ending`.
pub(super) fn numbered(name: &str, number: u32) -> String {
    if number < 2 {
        return name.to_owned();
    }
    let mark = format!(" ({number})");
    let (stem, ending) = split_ending(name);
    let room = LONGEST.saturating_sub(mark.len().saturating_add(ending.len()));
    // The stem has no ending of its own any more that would have to be kept.
    let end = (0..=room.min(stem.len()))
        .rev()
        .find(|at| stem.is_char_boundary(*at))
        .unwrap_or(0);
    format!("{}{mark}{ending}", stem.get(..end).unwrap_or_default())
}

/// What two paths have in common that lead to one file, whether it exists or not.
pub(crate) fn same_file(path: &Path) -> PathBuf {
    // macOS can tell them apart, but as it comes it does not.
    match cfg!(any(windows, target_os = "macos")) {
        true => PathBuf::from(without_case(&path.to_string_lossy())),
        false => path.to_owned(),
    }
}

/// As Windows compares names: letter by letter, so a letter that becomes two stays what it is.
fn without_case(path: &str) -> String {
    let upper = |letter: char| match letter.to_uppercase().collect::<Vec<_>>().as_slice() {
        [upper] => *upper,
        _ => letter,
    };
    path.chars().map(upper).collect()
}

/// Two names with the same fold are one file on Windows.
pub(super) fn fold(path: &str) -> String {
    // Upper case first: some small letters, such as the long s, only meet there.
    path.to_uppercase().to_lowercase()
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    text.len()
        .checked_sub(end.len())
        .and_then(|at| text.get(at..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_compared_without_their_case_one_by_one() {
        let same = |one, other| without_case(one) == without_case(other);
        assert!(same("C:/Modelle/Äußeres.rvt", "c:/modelle/äUßERES.RVT"));
        assert!(!same("Straße.rvt", "Strasse.rvt"), "two files on Windows");
    }

    #[test]
    fn a_path_never_leaves_its_folder() {
        for (path, safe) in [
            ("../../etc/passwd", "__/__/etc/passwd"),
            ("./a", "_/a"),
            ("/etc/passwd", "_/etc/passwd"),
            ("C:/Windows/x", "C_/Windows/x"),
            ("C:\\Windows\\x", "C__Windows_x"),
            ("\\\\server\\share", "__server_share"),
            ("a//b/", "a/_/b/_"),
            ("", "_"),
            (". .", "___"),
        ] {
            assert_eq!(safe_path(path), safe, "{path:?}");
        }
    }

    #[test]
    fn a_path_has_an_end() {
        let deep = safe_path(&"a/".repeat(1_000_000));
        assert_eq!(deep.split('/').count(), DEEPEST);
        assert!(deep.len() <= DEEPEST * (LONGEST + 1), "{}", deep.len());
        assert_eq!(safe_path(&deep), deep);
        let usual = "a/".repeat(DEEPEST - 1) + "b";
        assert_eq!(safe_path(&usual), usual);
    }

    #[test]
    fn names_that_windows_cannot_have() {
        for (name, safe) in [
            ("CON", "_CON"),
            ("nul.tar.gz", "_nul.tar.gz"),
            ("Com1 .txt", "_Com1 .txt"),
            ("LPT³", "_LPT³"),
            ("COM10", "COM10"),
            ("console", "console"),
            ("a<b>c:d\"e|f?g*h", "a_b_c_d_e_f_g_h"),
            ("a\u{0}b\u{7f}c\nd", "a_b_c_d"),
            ("exe\u{202e}gpj", "exe_gpj"),
            ("end. .", "end___"),
            ("x.apsfetch-PART", "x.apsfetch-PART_"),
            ("Grüße 日本語.bin", "Grüße 日本語.bin"),
            (".hidden", ".hidden"),
        ] {
            assert_eq!(safe_path(name), safe, "{name:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending_and_all_names_are_fixed_points() {
        let long = format!("{}.rvt", "ü".repeat(300));
        let safe = safe_path(&long);
        assert!(safe.len() <= LONGEST && safe.ends_with("ü.rvt"), "{safe}");
        let dots = format!("{}. .{}", "a".repeat(195), "b".repeat(30));
        for name in [
            long.as_str(),
            dots.as_str(),
            "con",
            "..",
            "x.apsfetch-part",
            &format!("{}.apsfetch-part", "y".repeat(300)),
            &" ".repeat(300),
            &format!("con{}x", " ".repeat(300)),
            &format!("{}.apsfetch-part{}", "a".repeat(184), "z".repeat(9)),
        ] {
            let once = safe_path(name);
            assert_eq!(safe_path(&once), once, "{name:?}");
            let second = numbered(&once, 2);
            assert_eq!(safe_path(&second), second, "{name:?}");
            assert!(second.len() <= LONGEST.max(once.len()));
        }
    }

    #[test]
    fn numbers_stand_before_the_ending() {
        assert_eq!(numbered("a.tar.gz", 1), "a.tar.gz");
        assert_eq!(numbered("a.tar.gz", 2), "a.tar (2).gz");
        assert_eq!(numbered(".hidden", 12), ".hidden (12)");
        let long = numbered(&"x".repeat(LONGEST), 1000);
        assert!(long.len() == LONGEST && long.ends_with("x (1000)"));
    }

    #[test]
    fn paths_of_derivatives_and_objects() {
        let urn = "urn:adsk.viewing:fs.file:dXJu/output/Resource/3D View/{3D}.svf";
        assert_eq!(of_derivative(urn), "Resource/3D View/{3D}.svf");
        assert_eq!(
            of_derivative("urn:adsk.objects:os.object:b/dir/a.obj"),
            "dir/a.obj"
        );
        assert_eq!(of_derivative("urn:a:b"), "b");
        assert_eq!(of_derivative("urn:x/output/../../a"), "__/__/a");
        assert_eq!(
            of_object("models/house.rvt", Some("models/ho")),
            "house.rvt"
        );
        assert_eq!(of_object("models/house.rvt", None), "models/house.rvt");
        assert_eq!(of_object("other", Some("models/")), "other");
    }

    #[test]
    fn what_windows_cannot_tell_apart_has_one_fold() {
        assert_eq!(fold("Straße/README.TXT"), fold("strasse/ReadMe.txt"));
        assert_eq!(fold("ſ\u{212a}"), fold("sk"));
        assert_ne!(fold("a"), fold("b"));
    }
}
