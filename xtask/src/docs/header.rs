//! The C header as nouns with their items, which the reference is made of.

use anyhow::{Context as _, Result, ensure};

/// The page that opens the header, and its nouns.
pub(crate) struct Header {
    /// The program in the opening page.
    pub(crate) example: String,
    /// The promises of the opening page: a word and its text.
    pub(crate) contract: Vec<(String, String)>,
    pub(crate) nouns: Vec<Noun>,
}

/// What stands below one banner.
pub(crate) struct Noun {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) items: Vec<Item>,
}

pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) text: String,
    /// As it stands in the header.
    pub(crate) declaration: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Function,
    Type,
    Number,
}

impl Noun {
    /// What the noun's page is called: "OSS signed URLs" is `oss-signed-urls`.
    pub(crate) fn file(&self) -> String {
        let words: String = self
            .title
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .collect();
        format!("{words}.md")
    }
}

pub(crate) fn read(header: &str) -> Result<Header> {
    let (opening, rest) = header.split_once("*/").context("the opening page")?;
    let mut parts = rest.split("/* ---- ");
    parts.next().context("what stands before the nouns")?;
    let nouns = parts.map(noun).collect::<Result<Vec<_>>>()?;
    ensure!(nouns.len() > 20, "the header has few nouns");
    let (example, contract) = opening_page(opening);
    ensure!(
        contract.len() > 5 && example.contains("main"),
        "the opening page of the header has another form"
    );
    Ok(Header {
        example,
        contract,
        nouns,
    })
}

fn opening_page(comment: &str) -> (String, Vec<(String, String)>) {
    let mut example = String::new();
    let mut contract: Vec<(String, String)> = Vec::new();
    for line in comment.lines() {
        let line = line.strip_prefix(" *").unwrap_or_default();
        if let Some(code) = line.strip_prefix("   ")
            && contract.is_empty()
        {
            example.push_str(code);
            example.push('\n');
        } else if line.is_empty() && !example.is_empty() && contract.is_empty() {
            example.push('\n');
        } else if let Some(more) = line.strip_prefix("             ")
            && let Some((_, text)) = contract.last_mut()
        {
            text.push(' ');
            text.push_str(more.trim());
        } else if let Some((word, text)) = line.trim_start().split_once("  ")
            && word.chars().all(|c| c.is_ascii_alphabetic())
        {
            contract.push((word.to_owned(), text.trim().to_owned()));
        }
    }
    let mut example = example.trim_end().to_owned();
    example.push('\n');
    (example, contract)
}

fn noun(part: &str) -> Result<Noun> {
    let (title, rest) = part.split_once(" --").context("a banner")?;
    let (banner, body) = rest.split_once("*/").context("the end of a banner")?;
    let text = comment_text(banner.split_once('\n').map_or("", |(_, text)| text));
    let mut items = Vec::new();
    let mut lines = body.lines();
    let mut comment = String::new();
    while let Some(line) = lines.next() {
        let start = line.trim_start();
        if start.is_empty() || start.starts_with("#if") || start.starts_with("#endif") {
            continue;
        }
        if start.starts_with("/**") {
            comment = block(line, &mut lines, |text| text.contains("*/"));
            continue;
        }
        // The end of the header's `extern "C"`.
        if start == "}" || start.starts_with("/*") {
            continue;
        }
        let declaration = if start.starts_with("#define") {
            block(line, &mut lines, |text| !text.trim_end().ends_with('\\'))
        } else if start.starts_with("typedef struct {") {
            block(line, &mut lines, |text| text.starts_with('}'))
        } else {
            block(line, &mut lines, |text| text.trim_end().ends_with(';'))
        };
        items.push(item(declaration, &comment)?);
        comment.clear();
    }
    Ok(Noun {
        title: title.to_owned(),
        text,
        items,
    })
}

/// The lines up to the one that ends what has begun.
fn block<'a>(
    first: &str,
    lines: &mut impl Iterator<Item = &'a str>,
    ends: impl Fn(&str) -> bool,
) -> String {
    let mut text = first.to_owned();
    let mut last = first;
    while !ends(last) {
        let Some(next) = lines.next() else { break };
        text.push('\n');
        text.push_str(next);
        last = next;
    }
    text
}

fn item(declaration: String, comment: &str) -> Result<Item> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (kind, name) = if let Some(define) = declaration.strip_prefix("#define ") {
        (Kind::Number, define.split(|c| !is_name(c)).next())
    } else if declaration.starts_with("typedef") {
        let pointer = declaration
            .split_once("(*")
            .and_then(|(_, rest)| rest.split(|c| !is_name(c)).next());
        let plain = declaration
            .trim_end_matches(';')
            .rsplit(|c| !is_name(c))
            .next();
        (Kind::Type, pointer.or(plain))
    } else {
        let (before, _) = declaration.split_once('(').context("a declaration")?;
        (Kind::Function, before.rsplit(|c| !is_name(c)).next())
    };
    let name = name.filter(|name| !name.is_empty());
    Ok(Item {
        kind,
        name: name
            .with_context(|| format!("no name in: {declaration}"))?
            .to_owned(),
        text: comment_text(comment),
        declaration,
    })
}

/// The words of a comment, without its stars.
fn comment_text(comment: &str) -> String {
    let lines = comment.lines().map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("/**").unwrap_or(line);
        let line = line.strip_suffix("*/").unwrap_or(line);
        line.trim().trim_start_matches('*').trim()
    });
    let text: Vec<&str> = lines.collect();
    text.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> String {
        std::fs::read_to_string(crate::project::root().join("include/apsfetch.h")).unwrap()
    }

    #[test]
    fn every_declaration_of_the_header_is_an_item_with_a_text() {
        let text = header();
        let header = read(&text).unwrap();
        let items = || header.nouns.iter().flat_map(|noun| &noun.items);
        let listed =
            std::fs::read_to_string(crate::project::root().join("tests/abi/symbols.txt")).unwrap();
        let symbols: Vec<&str> = listed
            .lines()
            .filter_map(|line| {
                line.split_whitespace()
                    .find(|word| word.starts_with("apsfetch_"))
            })
            .collect();
        assert!(symbols.len() > 100);
        for symbol in symbols {
            let item = items().find(|item| item.name == symbol);
            let item = item.unwrap_or_else(|| panic!("{symbol} is no item"));
            assert_eq!(item.kind, Kind::Function, "{symbol}");
            assert!(!item.text.is_empty(), "{symbol} has no text");
            assert!(item.declaration.ends_with(");"), "{}", item.declaration);
        }
        let progress = items()
            .find(|item| item.name == "apsfetch_progress")
            .unwrap();
        assert!(progress.declaration.contains("uint64_t retries;"));
        let callback = items().find(|item| item.name == "apsfetch_progress_callback");
        assert_eq!(callback.unwrap().kind, Kind::Type);
    }

    #[test]
    fn the_opening_page_is_an_example_and_a_contract() {
        let header = read(&header()).unwrap();
        assert!(header.example.starts_with("#include <apsfetch.h>"));
        assert!(header.example.ends_with("\n}\n"));
        assert!(
            header.example.contains(">\n\nint main"),
            "{}",
            header.example
        );
        let (word, text) = &header.contract[0];
        assert_eq!(word, "Versions");
        assert!(
            text.starts_with("Functions and numbers are added"),
            "{text}"
        );
        assert!(text.ends_with("`apsfetch_abi_version()`."), "{text}");
        assert!(header.contract.iter().any(|(word, _)| word == "Privacy"));
    }
}
