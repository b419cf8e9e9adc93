//! The programs of others that make and run what is for another platform.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::rust::said;
use crate::package::tools::Tools as Packaging;
use crate::sbom;
use crate::test::machine::Context;

/// Why a task is skipped: the machine lacks something, and this says what and where it comes from.
#[derive(Debug)]
pub(crate) enum Lacking {
    Program(String),
    /// A machine may have no network to get it from, so this is never a failure.
    Rust(String),
}

impl Display for Lacking {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(what) | Self::Rust(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Lacking {}

/// The first of these programs that there is.
pub(crate) fn first<'a>(context: &Context<'_>, names: &[&'a str], source: &str) -> Result<&'a str> {
    names
        .iter()
        .copied()
        .find(|name| context.on_path(name))
        .ok_or_else(|| Lacking::Program(format!("no {} ({source})", names.join(" or "))).into())
}

/// As much as ring wants of the headers of Microsoft and Apple. The rotations are built into clang.
const HEADERS: [(&str, &str); 2] = [
    (
        "stdlib.h",
        "unsigned int _rotl(unsigned int, int);\nunsigned long long _rotl64(unsigned long long, int);\n",
    ),
    (
        "TargetConditionals.h",
        "#define TARGET_OS_OSX 1\n#define TARGET_OS_IPHONE 0\n",
    ),
];

/// Tells cargo what compiles the C that ring brings along: clang, whose own headers do for it without those of the
/// target's system.
pub(crate) fn compile_c(cargo: &mut Command, target: &str, compiler: &str) -> Result<()> {
    let target = target.replace('-', "_");
    cargo
        .env(format!("CC_{target}"), compiler)
        .env(format!("CFLAGS_{target}"), c_flags()?.join(" "));
    Ok(())
}

/// What it is told then.
pub(crate) fn c_flags() -> Result<Vec<String>> {
    let include = folder()?.join("include");
    std::fs::create_dir_all(&include)?;
    for (name, text) in HEADERS {
        // Written once: cargo looks at the time of what it compiled.
        let path = include.join(name);
        if !std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            std::fs::write(&path, text)?;
        }
    }
    Ok(vec![
        "-DRING_CORE_NOSTDLIBINC=1".to_owned(),
        "-ffreestanding".to_owned(),
        format!("-I{}", include.display()),
    ])
}

/// Where zig keeps the C libraries of other systems.
pub(crate) fn zig_libraries() -> Result<PathBuf> {
    let environment = said(
        packaging()?
            .command("python")
            .args(["-m", "ziglang", "env"]),
    );
    environment
        .as_deref()
        .and_then(lib_folder)
        .context("zig does not say where its libraries are")
}

/// The programs that packages are made with; zig is one.
pub(crate) fn packaging() -> Result<Packaging> {
    Packaging::there().ok_or_else(|| {
        Lacking::Program("no zig (cargo xtask package installs it)".to_owned()).into()
    })
}

/// `lib_dir` in JSON or, since zig 0.15, in zig's own notation.
fn lib_folder(environment: &str) -> Option<PathBuf> {
    let line = environment.lines().find(|line| line.contains("lib_dir"))?;
    let value = line.split(['=', ':']).nth(1)?;
    Some(PathBuf::from(value.trim().trim_matches([',', '"'])))
}

/// Runs a command whose output is of interest only if it fails; what it wrote to standard output.
pub(crate) fn quietly(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| command.get_program().to_string_lossy().into_owned())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        print!("{text}{}", String::from_utf8_lossy(&output.stderr));
        bail!(
            "{} ended with {}",
            command.get_program().to_string_lossy(),
            output.status
        );
    }
    Ok(text)
}

/// Where what the tasks write for other programs lies. The same in each run: cargo builds anew what is told of another
/// compiler.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = sbom::target_folder()?.join("platforms/tools");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// How many tests passed, by what `cargo test` prints of each program.
pub(crate) fn passed(text: &str) -> usize {
    text.lines()
        .filter_map(|line| line.strip_prefix("test result: ok. "))
        .filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok())
        .sum()
}

/// For what is linked here to be read or tried, and thrown away.
pub(crate) const UNOPTIMISED: [&str; 4] = [
    "--config",
    "profile.dev.opt-level=0",
    "--config",
    "profile.dev.package.\"*\".opt-level=0",
];

/// A program of one line, for those that take the path of a program and no words after it.
#[cfg(unix)]
pub(crate) fn script(path: &Path, words: &[String]) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let words: Vec<String> = words
        .iter()
        .map(|word| format!("'{}'", word.replace('\'', r"'\''")))
        .collect();
    std::fs::write(
        path,
        format!("#!/bin/sh\nexec {} \"$@\"\n", words.join(" ")),
    )?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn script(_: &Path, _: &[String]) -> Result<()> {
    Err(Lacking::Program("this is done on Unix only".to_owned()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_of_zig_are_read() {
        for text in [
            "{\n \"zig_exe\": \"/z/zig\",\n \"lib_dir\": \"/z/lib\",\n}",
            ".{\n    .zig_exe = \"/z/zig\",\n    .lib_dir = \"/z/lib\",\n}",
        ] {
            assert_eq!(lib_folder(text), Some(PathBuf::from("/z/lib")), "{text}");
        }
        assert_eq!(lib_folder("no such command"), None);
    }

    #[test]
    fn the_tests_of_all_programs_are_counted() {
        let text = "test a ... ok\n\ntest result: ok. 3 passed; 0 failed\nx\ntest result: ok. 12 passed; 1 ignored\n";
        assert_eq!(passed(text), 15);
        assert_eq!(passed("test result: FAILED. 3 passed; 1 failed"), 0);
    }
}
