//! What mdBook is given beside the written pages: the references of the C header, of Python and of C#.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::header::{self, Header, Item, Kind, Noun};
use super::sources;
use crate::project;

/// The written pages that generated ones hang below.
const C: &str = "reference/c.md";
const PYTHON: &str = "reference/python.md";
const CSHARP: &str = "reference/csharp.md";

const SOURCES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/");

/// Speaks with mdBook: `[context, book]` in, the book out.
pub(crate) fn preprocess(arguments: &[String]) -> Result<()> {
    // "supports RENDERER": every one, since nothing but Markdown is added.
    if arguments.first().is_some_and(|word| word == "supports") {
        return Ok(());
    }
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let mut message: Value = serde_json::from_str(&input).context("what mdBook sent")?;
    let book = message.get_mut(1).context("mdBook sent no book")?;
    let items = book.get_mut("items").and_then(Value::as_array_mut);
    add(items.context("mdBook sent a book without items")?)?;
    println!("{book}");
    Ok(())
}

fn add(items: &mut [Value]) -> Result<()> {
    for item in items {
        let Some(chapter) = item.get_mut("Chapter") else {
            continue;
        };
        to_the_sources(chapter);
        to_the_margin(chapter);
        match chapter["path"].as_str() {
            Some(C) => c(chapter)?,
            Some(CSHARP) => append(chapter, &sources::csharp()?),
            Some(PYTHON) => append(chapter, &sources::python()?),
            _ => {
                if let Some(below) = chapter["sub_items"].as_array_mut() {
                    add(below)?;
                }
            }
        }
    }
    Ok(())
}

/// Links to what is not part of the site lead to the project's repository.
fn to_the_sources(chapter: &mut Value) {
    let path = chapter["path"].as_str().unwrap_or_default();
    let up = "../".repeat(path.matches('/').count() + 1);
    let content = chapter["content"].as_str().unwrap_or_default();
    let text = content.replace(&format!("]({up}"), &format!("]({SOURCES}"));
    chapter["content"] = Value::from(text);
}

/// Parts of programs, which pages include, are as far to the right as they are in their functions.
fn to_the_margin(chapter: &mut Value) {
    let content = chapter["content"].as_str().unwrap_or_default();
    let mut text = String::new();
    let mut block: Option<Vec<&str>> = None;
    for line in content.lines() {
        match &mut block {
            None => {
                text.push_str(line);
                text.push('\n');
                block = line.starts_with("```").then(Vec::new);
            }
            Some(lines) if line == "```" => {
                let space = |line: &&str| line.len() - line.trim_start().len();
                let margin = lines
                    .iter()
                    .filter(|line| !line.trim().is_empty())
                    .map(space)
                    .min()
                    .unwrap_or_default();
                for line in lines.iter() {
                    text.push_str(line.get(margin..).unwrap_or_default());
                    text.push('\n');
                }
                text.push_str("```\n");
                block = None;
            }
            Some(lines) => lines.push(line),
        }
    }
    chapter["content"] = Value::from(text);
}

fn append(chapter: &mut Value, text: &str) {
    let content = chapter["content"].as_str().unwrap_or_default();
    chapter["content"] = Value::from(format!("{content}\n{text}"));
}

fn c(chapter: &mut Value) -> Result<()> {
    let text = fs::read_to_string(project::root().join("include/apsfetch.h"))?;
    let header = header::read(&text)?;
    let places = Places::new(&header);
    append(chapter, &opening(&header, &places));
    let mut parents = chapter["parent_names"].clone();
    if let Some(names) = parents.as_array_mut() {
        names.push(chapter["name"].clone());
    }
    for (index, noun) in (1..).zip(&header.nouns) {
        // By its number mdBook knows how deep a page is.
        let mut number = chapter["number"].clone();
        if let Some(parts) = number.as_array_mut() {
            parts.push(Value::from(index));
        }
        let path = format!("reference/c/{}", noun.file());
        let page = json!({"Chapter": {
            "name": noun.title,
            "content": page(noun, &places),
            "number": number,
            "sub_items": [],
            "path": path,
            "source_path": null,
            "parent_names": parents,
        }});
        if let Some(below) = chapter["sub_items"].as_array_mut() {
            below.push(page);
        }
    }
    Ok(())
}

/// The page of each name, so that texts can link to what they speak of.
struct Places(HashMap<String, String>);

impl Places {
    fn new(header: &Header) -> Self {
        let items = header.nouns.iter().flat_map(|noun| {
            noun.items
                .iter()
                .map(|item| (item.name.clone(), noun.file()))
        });
        Self(items.collect())
    }

    /// Makes links of the names between backticks. `from` is what leads from the page to those of the nouns.
    fn linked(&self, text: &str, own: &str, from: &str) -> String {
        let mut linked = String::new();
        for (index, piece) in text.split('`').enumerate() {
            if index % 2 == 0 {
                linked.push_str(piece);
                continue;
            }
            let name = piece.trim_end_matches("()");
            match self.0.get(name).filter(|_| name != own) {
                Some(page) => linked.push_str(&format!("[`{piece}`]({from}{page}#{name})")),
                None => linked.push_str(&format!("`{piece}`")),
            }
        }
        linked
    }
}

fn opening(header: &Header, places: &Places) -> String {
    let mut page = format!("```c\n{}```\n\n## The contract\n\n", header.example);
    page.push_str("| | |\n|---|---|\n");
    for (word, text) in &header.contract {
        let text = places.linked(text, "", "c/");
        page.push_str(&format!("| **{word}** | {} |\n", text.replace('|', "\\|")));
    }
    page.push_str("\n## Nouns\n\n| | functions |\n|---|---|\n");
    for noun in &header.nouns {
        let names: Vec<String> = noun
            .items
            .iter()
            .filter(|item| item.kind == Kind::Function)
            .map(|item| {
                let short = item.name.trim_start_matches("apsfetch_");
                format!("[`{short}`](c/{}#{})", noun.file(), item.name)
            })
            .collect();
        page.push_str(&format!(
            "| [{}](c/{}) | {} |\n",
            noun.title,
            noun.file(),
            names.join(" ")
        ));
    }
    page
}

fn page(noun: &Noun, places: &Places) -> String {
    let mut page = format!(
        "# {}\n\n{}\n",
        noun.title,
        places.linked(&noun.text, "", "")
    );
    let mut in_table = false;
    for item in &noun.items {
        let number = number_of(item);
        if let Some(number) = number {
            if !in_table {
                page.push_str("\n| name | number | |\n|---|---:|---|\n");
            }
            let text = places.linked(&item.text, &item.name, "").replace('\n', " ");
            page.push_str(&format!(
                "| <a id=\"{0}\"></a>`{0}` | {number} | {text} |\n",
                item.name
            ));
        } else {
            page.push_str(&format!(
                "\n## {0} {{#{0}}}\n\n```c\n{1}\n```\n\n{2}\n",
                item.name,
                item.declaration,
                places.linked(&item.text, &item.name, "")
            ));
        }
        in_table = number.is_some();
    }
    page
}

/// The value of a plain number. Other macros are shown as they are.
fn number_of(item: &Item) -> Option<&str> {
    if item.kind != Kind::Number {
        return None;
    }
    let value = item.declaration.rsplit(' ').next()?;
    let value = value.trim_matches(['(', ')']);
    value.parse::<i64>().is_ok().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_begin_at_the_margin_and_links_out_of_the_site_lead_to_the_sources() {
        let page = "text\n\n```c\n    if (x)\n        y();\n\n    z();\n```\n\n    [a](../../src/lib.rs) [b](../cpp.md)\n";
        let mut items = vec![json!({"Chapter": {
            "name": "P", "content": page, "path": "guides/p.md", "sub_items": [], "parent_names": [],
        }})];
        add(&mut items).unwrap();
        let text = items[0]["Chapter"]["content"].as_str().unwrap();
        assert!(
            text.contains("```c\nif (x)\n    y();\n\nz();\n```\n\n    ["),
            "{text}"
        );
        assert!(
            text.contains("/blob/main/src/lib.rs) [b](../cpp.md)"),
            "{text}"
        );
    }

    #[test]
    fn the_reference_hangs_below_its_page_and_links_between_nouns() {
        let mut items = vec![json!({"Chapter": {
            "name": "C", "content": "# C\n", "path": C, "sub_items": [], "parent_names": ["Reference"],
        }})];
        add(&mut items).unwrap();
        let below = items[0]["Chapter"]["sub_items"].as_array().unwrap();
        let clients = below
            .iter()
            .map(|page| &page["Chapter"])
            .find(|page| page["name"] == "Clients")
            .unwrap();
        assert_eq!(clients["path"], "reference/c/clients.md");
        assert_eq!(clients["parent_names"], json!(["Reference", "C"]));
        let text = clients["content"].as_str().unwrap();
        assert!(text.contains("## apsfetch_client_free {#apsfetch_client_free}"));
        let link = "[`apsfetch_login_start`](logging-a-user-in.md#apsfetch_login_start)";
        assert!(text.contains(link), "{text}");
        let statuses = below
            .iter()
            .find(|page| page["Chapter"]["name"] == "Statuses")
            .unwrap();
        let text = statuses["Chapter"]["content"].as_str().unwrap();
        assert!(text.contains("`APSFETCH_E_PANIC` | -4 |"), "{text}");
    }
}
