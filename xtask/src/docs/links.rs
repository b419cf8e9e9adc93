//! Whether every link inside the built site leads to a page, and to a place on it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Result, bail, ensure};

/// What a page links to, and the places on it that can be linked to.
struct Page {
    links: Vec<String>,
    places: HashSet<String>,
}

/// The crate's documentation is rustdoc's own business; links into it are looked at.
const FOREIGN: &str = "rust";

pub(crate) fn check(book: &Path) -> Result<()> {
    let mut files = Vec::new();
    list(book, book, &mut files)?;
    let mut pages = HashMap::new();
    for file in files.iter().filter(|file| is_page(file)) {
        pages.insert(file.clone(), read(&fs::read_to_string(book.join(file))?));
    }
    ensure!(pages.len() > 10, "few pages were built");
    let all: HashSet<&PathBuf> = files.iter().collect();
    let mut broken = Vec::new();
    let mut count = 0;
    for (file, page) in &pages {
        // What mdBook shows for a page that is not there; its links depend on where the site is.
        if file.starts_with(FOREIGN) || file == Path::new("404.html") {
            continue;
        }
        for link in &page.links {
            count += 1;
            if let Some(why) = wrong(file, link, &all, &pages) {
                broken.push(format!("{}: {link}: {why}", file.display()));
            }
        }
    }
    broken.sort();
    broken.dedup();
    if !broken.is_empty() {
        bail!("broken links:\n{}", broken.join("\n"));
    }
    println!("    {} pages, {count} links", pages.len());
    Ok(())
}

fn is_page(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension == "html")
}

fn list(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, files)?;
        } else {
            files.push(path.strip_prefix(root)?.to_owned());
        }
    }
    Ok(())
}

fn read(html: &str) -> Page {
    let values = |attribute: &str| -> Vec<String> {
        html.split(&format!(" {attribute}=\""))
            .skip(1)
            .filter_map(|rest| rest.split_once('"'))
            .map(|(value, _)| value.replace("&amp;", "&"))
            .collect()
    };
    let mut links = values("href");
    links.extend(values("src"));
    Page {
        links,
        places: values("id").into_iter().chain(values("name")).collect(),
    }
}

/// Why a link leads nowhere; `None` for a good one, and for one that leaves the site.
fn wrong(
    from: &Path,
    link: &str,
    files: &HashSet<&PathBuf>,
    pages: &HashMap<PathBuf, Page>,
) -> Option<&'static str> {
    let scheme = link.split(':').next().unwrap_or_default();
    if ["http", "https", "mailto", "data", "javascript"].contains(&scheme) && link.contains(':') {
        return None;
    }
    let (path, place) = link.split_once('#').unwrap_or((link, ""));
    let path = decoded(path.split('?').next().unwrap_or_default());
    let target = if path.is_empty() {
        from.to_owned()
    } else {
        let folder = from.parent().unwrap_or(Path::new(""));
        let Some(target) = normal(&folder.join(&path)) else {
            return Some("outside of the site");
        };
        if path.ends_with('/') || target.as_os_str().is_empty() {
            target.join("index.html")
        } else {
            target
        }
    };
    if !files.contains(&target) {
        return Some("there is no such file");
    }
    let places = pages.get(&target).map(|page| &page.places);
    let place = decoded(place);
    // rustdoc makes some of its places by a script.
    let there = place.is_empty()
        || target.starts_with(FOREIGN)
        || places.is_some_and(|places| places.contains(&place));
    (!there).then_some("there is no such place on the page")
}

/// `a/../b` is `b`. Nothing outside of the site is in the site.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            Component::ParentDir if clean.pop() => {}
            _ => return None,
        }
    }
    Some(clean)
}

/// Percent escapes undone.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escape.unwrap_or(*first));
        rest = if escape.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_links_are_told_from_broken_ones() {
        let files: Vec<PathBuf> = ["index.html", "guides/a b.html", "style.css"]
            .map(PathBuf::from)
            .into();
        let all: HashSet<&PathBuf> = files.iter().collect();
        let pages = HashMap::from([
            (files[0].clone(), read("<h1 id=\"top\">")),
            (files[1].clone(), read("<a href=\"x\"><p id=\"größe\">")),
        ]);
        let from = Path::new("guides/a b.html");
        for good in [
            "https://example.com/no#where",
            "../index.html",
            "../index.html#top",
            "a%20b.html#gr%C3%B6%C3%9Fe",
            "#größe",
            "../style.css?1",
            "../",
        ] {
            assert_eq!(wrong(from, good, &all, &pages), None, "{good}");
        }
        for bad in [
            "index.html",
            "../index.html#bottom",
            "#top",
            "../../index.html",
            "mailto.html",
        ] {
            assert!(wrong(from, bad, &all, &pages).is_some(), "{bad}");
        }
    }
}
