//! The documentation: the site builds, its links lead somewhere, and every program in it does what the page says.

mod languages;
mod readme;
mod transcript;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::bindings;
use super::machine::Context;
use crate::{docs, project};

use languages::{Language, Workshop};
use transcript::Transcript;

pub(crate) const SHOWN: &str =
    "cargo xtask docs, then each program of docs/examples and the README against the sandbox";

pub(crate) fn check(context: &Context<'_>) -> Result<()> {
    if context.on_path(docs::MDBOOK) {
        docs::run()?;
    } else {
        context.skip(
            "site",
            "there is no mdbook, so no page was built and no link followed",
        )?;
    }
    bindings::build(context)?;
    let workshop = Workshop::new(context, bindings::built()?)?;
    every_program_is_shown()?;
    every_include_has_something()?;
    let languages = Language::there(context)?;
    examples(&workshop, &languages)?;
    readme::check(&workshop, &languages)
}

fn folder() -> PathBuf {
    project::root().join("docs/examples")
}

/// The names of the programs, each of which is written in every language.
fn names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "txt")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    ensure!(!names.is_empty(), "there are no examples");
    Ok(names)
}

fn examples(workshop: &Workshop<'_>, languages: &[Language]) -> Result<()> {
    for name in names()? {
        let transcript =
            Transcript::read(&fs::read_to_string(folder().join(format!("{name}.txt")))?)
                .with_context(|| format!("docs/examples/{name}.txt"))?;
        for language in languages {
            let source = folder().join(language.source(&name));
            let shown = format!("{} {name}", language.name());
            let program = workshop
                .build(*language, &name, &source)
                .with_context(|| format!("building {shown}"))?;
            transcript
                .replay(workshop, &program)
                .with_context(|| format!("running {shown}"))?;
            println!("    {shown}");
        }
    }
    Ok(())
}

/// A program that no page shows, or an example that a language lacks, has been forgotten.
fn every_program_is_shown() -> Result<()> {
    let mut pages = String::new();
    text_of(&project::root().join("docs"), &mut pages)?;
    for name in names()? {
        for language in Language::ALL {
            let source = language.source(&name);
            let file = folder().join(&source);
            ensure!(file.is_file(), "there is no docs/examples/{source}");
            ensure!(
                pages.contains(&format!("examples/{source}")),
                "no page shows docs/examples/{source}"
            );
        }
        let shown = format!("examples/{name}.txt");
        ensure!(pages.contains(&shown), "no page shows docs/{shown}");
    }
    Ok(())
}

/// mdBook leaves an empty place, or the words as they are, where there is nothing to include.
fn every_include_has_something() -> Result<()> {
    let mut pages = Vec::new();
    list(&project::root().join("docs"), &mut pages)?;
    let mut count = 0;
    for page in pages {
        let text = fs::read_to_string(&page)?;
        let folder = page.parent().context("a folder")?;
        for rest in text.split("{{#include ").skip(1) {
            let (what, _) = rest.split_once("}}").context("an include without an end")?;
            let (file, anchor) = what.split_once(':').unwrap_or((what, ""));
            let shown = format!("{} includes {what}", page.display());
            let included = fs::read_to_string(folder.join(file)).with_context(|| shown.clone())?;
            let there = anchor.is_empty()
                || included
                    .split_once(&format!("ANCHOR: {anchor}\n"))
                    .or_else(|| included.split_once(&format!("ANCHOR: {anchor} */\n")))
                    .is_some_and(|(_, rest)| rest.contains(&format!("ANCHOR_END: {anchor}")));
            ensure!(there, "{shown}, and there is no such part");
            count += 1;
        }
    }
    ensure!(count > 20, "the pages include little");
    Ok(())
}

fn text_of(folder: &Path, text: &mut String) -> Result<()> {
    let mut pages = Vec::new();
    list(folder, &mut pages)?;
    for page in pages {
        text.push_str(&fs::read_to_string(page)?);
    }
    Ok(())
}

/// The pages of a folder, and of those in it.
fn list(folder: &Path, pages: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_program_is_shown() {
        super::every_program_is_shown().unwrap();
    }

    #[test]
    fn every_include_has_something() {
        super::every_include_has_something().unwrap();
    }
}
