//! The project's tasks: `cargo xtask help` lists them.

mod bench;
mod docs;
mod header;
mod licences;
mod package;
mod platforms;
mod project;
mod sbom;
mod sdk;
mod test;
mod windows;
#[cfg(test)]
mod workflows;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::prelude::*;

const HELP: &str = "\
Usage: cargo xtask <verb> [options]

Verbs:
  test      run every check this machine can run, then say what was skipped and why
  bench     download beside other programs on roads of every kind, and print who took how long
  header    write include/apsfetch.h anew from the Rust sources
  package   make what users install: SDK, wheels, NuGet package, in target/package
  platforms show of other systems and processors what this machine can, in a table
  sbom      write what the library is made of, as CycloneDX, to target/sbom
  docs      build the site from docs/ into target/book, with the references, and check its links
  sdk       lay out what programs in C and C++ are built with, in target/sdk
  recording record the terminal that the README shows
  windows   build the library for Windows, and run its tests there or under Wine
  help      this text, or with a verb's name what that verb does

Start with `cargo xtask test`. It needs nothing but Rust and a C compiler.
";

const HEADER_HELP: &str = "\
Usage: cargo xtask header [--check]

Writes include/apsfetch.h anew from the Rust sources in src/ffi.

Options:
  --check   change nothing; fail if the committed header is not the one that would be written
";

/// What a wrong command line ends with, as it does for most programs.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1).collect()) {
        Ok(code) => code,
        Err(error) if error.is::<lexopt::Error>() => {
            eprintln!("error: {error}\n`cargo xtask help` says what there is");
            ExitCode::from(WRONG_USAGE)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<OsString>) -> Result<ExitCode> {
    let mut arguments = lexopt::Parser::from_args(arguments);
    let verb = match arguments.next()? {
        None | Some(Short('h') | Long("help")) => "help".to_owned(),
        Some(Value(verb)) => verb.string()?,
        Some(other) => return Err(other.unexpected().into()),
    };
    match verb.as_str() {
        "help" => help(arguments),
        "docs" => docs(arguments),
        // For mdBook, see docs/book.toml.
        "docs-pages" => pages(arguments),
        "bench" => {
            bench::run(arguments)?;
            Ok(ExitCode::SUCCESS)
        }
        "header" => header(arguments),
        "recording" => recording(arguments),
        "package" => package::run(arguments),
        "platforms" => platforms::run(arguments),
        "sbom" => sbom(arguments),
        "sdk" => sdk(arguments),
        "test" => test::run(arguments),
        "windows" => windows(arguments),
        unknown => {
            Err(lexopt::Error::Custom(format!("there is no verb `{unknown}`").into()).into())
        }
    }
}

fn help(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let text = match arguments.next()? {
        None => HELP,
        Some(Value(verb)) => match verb.to_str() {
            Some("test") => test::HELP,
            Some("header") => HEADER_HELP,
            Some("package") => package::HELP,
            Some("docs") => docs::HELP,
            Some("recording") => docs::recording::HELP,
            Some("platforms") => platforms::HELP,
            Some("sbom") => sbom::HELP,
            Some("sdk") => sdk::HELP,
            Some("windows") => windows::HELP,
            Some("bench") => bench::HELP,
            Some("help") => HELP,
            _ => bail!(lexopt::Error::Custom(
                format!("there is no verb `{}`", verb.to_string_lossy()).into()
            )),
        },
        Some(other) => return Err(other.unexpected().into()),
    };
    print!("{text}");
    Ok(ExitCode::SUCCESS)
}

fn docs(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    match arguments.next()? {
        None => println!("{}", docs::run()?.join("index.html").display()),
        Some(Short('h') | Long("help")) => print!("{}", docs::HELP),
        Some(other) => return Err(other.unexpected().into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn recording(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    match arguments.next()? {
        None => docs::recording::run()?,
        Some(Short('h') | Long("help")) => print!("{}", docs::recording::HELP),
        Some(other) => return Err(other.unexpected().into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn pages(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let words = arguments
        .raw_args()?
        .map(|word| word.to_string_lossy().into_owned());
    docs::preprocess(&words.collect::<Vec<_>>())?;
    Ok(ExitCode::SUCCESS)
}

fn sbom(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    match arguments.next()? {
        None => sbom::run()?,
        Some(Short('h') | Long("help")) => print!("{}", sbom::HELP),
        Some(other) => return Err(other.unexpected().into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn sdk(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    match arguments.next()? {
        None => println!("{}", sdk::run()?.display()),
        Some(Short('h') | Long("help")) => print!("{}", sdk::HELP),
        Some(other) => return Err(other.unexpected().into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn windows(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut build_only = false;
    let mut parts = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("build") => build_only = true,
            Value(part) => parts.push(part.string()?),
            Short('h') | Long("help") => {
                print!("{}", windows::HELP);
                return Ok(ExitCode::SUCCESS);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    windows::run(build_only, &parts)?;
    Ok(ExitCode::SUCCESS)
}

fn header(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut check = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("check") => check = true,
            Short('h') | Long("help") => {
                print!("{HEADER_HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    header::run(check)?;
    Ok(ExitCode::SUCCESS)
}
