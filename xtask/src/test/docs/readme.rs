//! The programs of the README, which say "my-id" and "my-bucket": run with what the sandbox has in their places.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use super::languages::{Language, Program, Workshop};
use super::transcript;
use crate::project;

/// What the sandbox has.
const BUCKET: &str = "apsfetch-sandbox-models";
const KEY: &str = "house.rvt";
const SIZE: u64 = 8 << 20;

pub(crate) fn check(workshop: &Workshop<'_>, languages: &[Language]) -> Result<()> {
    let readme = fs::read_to_string(project::root().join("README.md"))?;
    for language in languages {
        let shown = format!("{} of the README", language.name());
        let code = code(&readme, language.mark()).with_context(|| shown.clone())?;
        let folder = workshop.empty_folder()?;
        let program = build(workshop, *language, code, &folder).with_context(|| shown.clone())?;
        let place = folder.join("place");
        fs::create_dir(&place)?;
        let printed =
            transcript::run(workshop, &program, &[], &[], &place).with_context(|| shown.clone())?;
        let size = fs::metadata(place.join("house.rvt")).map(|file| file.len());
        ensure!(
            matches!(size, Ok(SIZE)),
            "{shown}: no house.rvt of {SIZE} bytes; it printed {printed:?}"
        );
        println!("    {shown}");
    }
    Ok(())
}

/// The first block of code with this mark.
fn code<'a>(readme: &'a str, mark: &str) -> Result<&'a str> {
    let (_, rest) = readme
        .split_once(&format!("\n```{mark}\n"))
        .context("no code in the README")?;
    let (code, _) = rest.split_once("\n```").context("code without an end")?;
    Ok(code)
}

fn build(
    workshop: &Workshop<'_>,
    language: Language,
    code: &str,
    folder: &std::path::Path,
) -> Result<Program> {
    let name = format!("readme-{}", language.mark());
    let source: PathBuf = folder.join(language.source(&name));
    fs::create_dir_all(source.parent().context("a folder")?)?;
    fs::write(&source, program(language, code)?)?;
    workshop.build(language, &name, &source)
}

/// A whole program that logs in to the sandbox.
fn program(language: Language, code: &str) -> Result<String> {
    let mut text = code.to_owned();
    let mut put = |what: &str, instead: &str| -> Result<()> {
        ensure!(text.contains(what), "the code has no {what}");
        text = text.replace(what, instead);
        Ok(())
    };
    put("my-bucket", BUCKET)?;
    put("models/house.rvt", KEY)?;
    match language {
        Language::C => {
            put("\"my-id\"", "getenv(\"APS_CLIENT_ID\")")?;
            put("\"my-secret\"", "getenv(\"APS_CLIENT_SECRET\")")?;
            put(
                "(void)((status = apsfetch_config_new(&config, &error))",
                "(void)((status = apsfetch_config_new(&config, &error))\n    || (status = apsfetch_config_set_base_url(config, getenv(\"APS_BASE_URL\"), &error))",
            )?;
            put(
                "#include \"apsfetch.h\"",
                "#include \"apsfetch.h\"\n#include <stdio.h>\n#include <stdlib.h>\nint main(void) {",
            )?;
            text.push_str("\nreturn status; }\n");
        }
        Language::Cpp => {
            put("\"my-id\"", "std::getenv(\"APS_CLIENT_ID\")")?;
            put("\"my-secret\"", "std::getenv(\"APS_CLIENT_SECRET\")")?;
            put(
                "apsfetch::config config;",
                "apsfetch::config config;\nconfig.base_url(std::getenv(\"APS_BASE_URL\"));",
            )?;
            put(
                "#include <apsfetch.hpp>",
                "#include <apsfetch.hpp>\n#include <cstdlib>\n#include <iostream>\nint main() {",
            )?;
            text.push_str("\n}\n");
        }
        Language::Python => {
            put("\"my-id\"", "os.environ[\"APS_CLIENT_ID\"]")?;
            put(
                "\"my-secret\"",
                "os.environ[\"APS_CLIENT_SECRET\"], base_url=os.environ[\"APS_BASE_URL\"]",
            )?;
            // What the second half has of the user's own.
            text = format!(
                "import os\nurn = \"urn:adsk.objects:os.object:{BUCKET}/house.rvt\"\nderivative_urn = \"urn:no-such-thing\"\n{text}\n"
            );
        }
        Language::Rust => {
            put("\"my-id\"", "&std::env::var(\"APS_CLIENT_ID\").unwrap()")?;
            put(
                "\"my-secret\"",
                "&std::env::var(\"APS_CLIENT_SECRET\").unwrap()",
            )?;
            put(
                "Client::builder()",
                "Client::builder().base_url(&std::env::var(\"APS_BASE_URL\").unwrap())?",
            )?;
        }
        Language::CSharp | Language::CSharp8 => {
            let variable = |name: &str| format!("Environment.GetEnvironmentVariable(\"{name}\")");
            put("\"my-id\"", &variable("APS_CLIENT_ID"))?;
            put(
                "\"my-secret\"",
                &format!(
                    "{}, BaseUrl = {}",
                    variable("APS_CLIENT_SECRET"),
                    variable("APS_BASE_URL")
                ),
            )?;
        }
    }
    Ok(text)
}
