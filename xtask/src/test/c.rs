//! The C and C++ programs, as every compiler at hand reads them. The tests build them with one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use super::machine::Context;
use crate::project;

/// Each C or C++ file directly in one of these folders is a program.
const PROGRAMS: [&str; 4] = ["examples/c", "tests/c", "examples/cpp", "tests/cpp"];
const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

struct Dialect {
    name: &'static str,
    language: Language,
    /// The first that a compiler knows is taken: a standard has a working title at first.
    standards: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    C,
    Cxx,
    /// C++ with `apsfetch.hpp`.
    Layer,
}

const DIALECTS: [Dialect; 6] = [
    Dialect {
        name: "C99",
        language: Language::C,
        standards: &["-std=c99"],
    },
    Dialect {
        name: "C11",
        language: Language::C,
        standards: &["-std=c11"],
    },
    Dialect {
        name: "C23",
        language: Language::C,
        standards: &["-std=c23", "-std=c2x"],
    },
    Dialect {
        name: "C++11",
        language: Language::Cxx,
        standards: &["-std=c++11"],
    },
    Dialect {
        name: "C++17",
        language: Language::Layer,
        standards: &["-std=c++17"],
    },
    Dialect {
        name: "C++20",
        language: Language::Layer,
        standards: &["-std=c++20", "-std=c++2a"],
    },
];

const COMPILERS: [(&str, Language); 6] = [
    ("gcc", Language::C),
    ("clang", Language::C),
    ("g++", Language::Cxx),
    ("clang++", Language::Cxx),
    ("g++", Language::Layer),
    ("clang++", Language::Layer),
];

impl Language {
    /// What `-x` calls it.
    fn name(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Cxx | Self::Layer => "c++",
        }
    }

    fn of(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()? {
            "c" => Some(Self::C),
            "cpp" if file.parent()?.ends_with("cpp") => Some(Self::Layer),
            "cpp" => Some(Self::Cxx),
            _ => None,
        }
    }
}

pub(crate) fn check(context: &Context<'_>) -> Result<()> {
    let programs = programs(&project::root())?;
    ensure!(
        !programs.is_empty(),
        "there is no program in {}",
        PROGRAMS.join(" or ")
    );
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut failed = Vec::new();
    for (compiler, language) in COMPILERS {
        if !context.on_path(compiler) {
            context.skip(compiler, "this compiler is not on PATH")?;
            continue;
        }
        for dialect in DIALECTS
            .iter()
            .filter(|dialect| dialect.language == language)
        {
            let knows = |standard: &&&str| knows(context, compiler, language, standard);
            let Some(standard) = dialect.standards.iter().find(knows) else {
                let what = format!("{compiler} as {}", dialect.name);
                context.skip(&what, "this compiler is too old for the standard")?;
                continue;
            };
            let files: Vec<&Path> = programs
                .iter()
                .filter(|program| program.1 == language)
                .map(|(file, _)| file.as_path())
                .collect();
            for some in files.chunks(processors) {
                let started: Vec<Child> = some
                    .iter()
                    .map(|file| compile(context, compiler, language, standard, file))
                    .collect::<Result<_>>()?;
                for (file, mut compiling) in some.iter().zip(started) {
                    if !compiling.wait()?.success() {
                        failed.push(format!("{} ({compiler} {standard})", file.display()));
                    }
                }
            }
            println!("    {compiler} {standard}: {} programs", files.len());
        }
    }
    if !failed.is_empty() {
        bail!("did not compile: {}", failed.join(", "));
    }
    Ok(())
}

/// Relative to the root.
fn programs(root: &Path) -> Result<Vec<(PathBuf, Language)>> {
    let mut programs = Vec::new();
    for folder in PROGRAMS.map(Path::new) {
        for entry in
            fs::read_dir(root.join(folder)).with_context(|| folder.display().to_string())?
        {
            let file = folder.join(entry?.file_name());
            if let Some(language) = Language::of(&file) {
                programs.push((file, language));
            }
        }
    }
    programs.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(programs)
}

fn knows(context: &Context<'_>, compiler: &str, language: Language, standard: &str) -> bool {
    context
        .command(compiler)
        .args([standard, "-fsyntax-only", "-x", language.name(), "-"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn compile(
    context: &Context<'_>,
    compiler: &str,
    language: Language,
    standard: &str,
    file: &Path,
) -> Result<Child> {
    let mut command = context.command(compiler);
    if language == Language::Layer {
        command.args([
            "-Ibindings/cpp",
            "-Wconversion",
            "-Wsign-conversion",
            "-Wshadow",
        ]);
    }
    command
        .arg(standard)
        .args(WARNINGS)
        // The dialect is the program's language; what POSIX adds to the headers is not in question.
        .args([
            "-D_GNU_SOURCE",
            "-pthread",
            "-fsyntax-only",
            "-Iinclude",
            "-x",
            language.name(),
        ])
        .arg(file)
        .spawn()
        .with_context(|| compiler.to_owned())
}
