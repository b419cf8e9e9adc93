//! How a program of the documentation is built and started in each language, with what this checkout has built.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::super::machine::Context;
use super::super::{bindings, programs};
use super::transcript::quiet;
use crate::project;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    C,
    Cpp,
    Python,
    Rust,
    /// On Mono, which stands in for .NET Framework.
    CSharp,
    /// On .NET 8.
    CSharp8,
}

/// A program that can be run: the command line without its own arguments, and what must be in its environment.
pub(crate) struct Program {
    pub(crate) command: Vec<String>,
    pub(crate) environment: Vec<(String, OsString)>,
}

impl Language {
    pub(crate) const ALL: [Self; 6] = [
        Self::C,
        Self::Cpp,
        Self::Python,
        Self::Rust,
        Self::CSharp,
        Self::CSharp8,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::C => "C",
            Self::Cpp => "C++",
            Self::Python => "Python",
            Self::Rust => "Rust",
            Self::CSharp => "C# on Mono",
            Self::CSharp8 => "C# on .NET 8",
        }
    }

    /// As the pages mark its code.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::CSharp | Self::CSharp8 => "csharp",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Python => "py",
            Self::Rust => "rs",
            Self::CSharp | Self::CSharp8 => "cs",
        }
    }

    /// Where the program of this name is, below the folder of the examples.
    pub(crate) fn source(self, name: &str) -> String {
        format!("{}/{name}.{}", self.mark(), self.extension())
    }

    fn needs(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::C => &[&["gcc"]],
            Self::Cpp => &[&["g++"]],
            Self::Python => &[&["python3"]],
            Self::Rust => &[],
            Self::CSharp => &[&["mono"], &["csc-net48", "mcs"]],
            Self::CSharp8 => &[&["dotnet8"], &["csc-net8"]],
        }
    }

    /// Those whose programs are on this machine. The others are said to be left out.
    pub(crate) fn there(context: &Context<'_>) -> Result<Vec<Self>> {
        let mut there = Vec::new();
        for language in Self::ALL {
            let lacks = language
                .needs()
                .iter()
                .find(|one_of| !one_of.iter().any(|program| context.on_path(program)));
            match lacks {
                None => there.push(language),
                // No package of Debian brings it; the C# tests leave it out as well.
                Some(_) if language == Self::CSharp8 => {
                    println!("    C# on .NET 8: left out, there is no csc-net8 with dotnet8");
                }
                Some(one_of) => {
                    context.skip(
                        language.name(),
                        &format!("there is no {}", one_of.join(" or ")),
                    )?;
                }
            }
        }
        Ok(there)
    }
}

/// Where programs are built.
pub(crate) struct Workshop<'a> {
    context: &'a Context<'a>,
    /// What cargo has built.
    built: PathBuf,
    /// The shared library by the name that programs ask for.
    libraries: PathBuf,
    folders: Cell<usize>,
}

impl<'a> Workshop<'a> {
    pub(crate) fn new(context: &'a Context<'a>, built: PathBuf) -> Result<Self> {
        let libraries = context.folder().join("lib");
        fs::create_dir(&libraries)?;
        let library = built.join(bindings::shared_library());
        for name in ["libapsfetch.so", "libapsfetch.so.1"] {
            fs::copy(&library, libraries.join(name))
                .with_context(|| library.display().to_string())?;
        }
        Ok(Self {
            context,
            built,
            libraries,
            folders: Cell::new(0),
        })
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        self.context.command(program)
    }

    pub(crate) fn sandbox(&self, options: &[String]) -> Command {
        let program = self.built.join(bindings::program("apsfetch-sandbox"));
        let mut command = self.context.command(&program.to_string_lossy());
        command.args(options);
        command
    }

    /// Where the error output of a program goes.
    pub(crate) fn aside(&self) -> PathBuf {
        self.context.folder().join("error-output")
    }

    pub(crate) fn empty_folder(&self) -> Result<PathBuf> {
        self.folders.set(self.folders.get() + 1);
        let folder = self
            .context
            .folder()
            .join(format!("run-{}", self.folders.get()));
        fs::create_dir(&folder)?;
        Ok(folder)
    }

    /// Builds a program from one source file. `name` is its own among those of a language.
    pub(crate) fn build(&self, language: Language, name: &str, source: &Path) -> Result<Program> {
        match language {
            Language::C => self.native("gcc", &["-std=c99", "-Wall", "-Wextra"], name, source),
            Language::Cpp => self.native("g++", &["-std=c++17", "-Wall", "-Wextra"], name, source),
            Language::Python => Ok(self.python(source)),
            Language::Rust => self.rust(name, source),
            Language::CSharp if self.context.on_path("csc-net48") => self.csharp(
                "csc-net48",
                &["-langversion:7.3"],
                "mono",
                "exe",
                name,
                source,
            ),
            Language::CSharp => self.csharp(
                "mcs",
                &["-langversion:7.2", "-r:System.Core"],
                "mono",
                "exe",
                name,
                source,
            ),
            Language::CSharp8 => self.csharp(
                "csc-net8",
                &["-langversion:7.3"],
                "dotnet8",
                "dll",
                name,
                source,
            ),
        }
    }

    fn native(&self, compiler: &str, flags: &[&str], name: &str, source: &Path) -> Result<Program> {
        let root = project::root();
        let program = self.context.folder().join(format!("{compiler}-{name}"));
        let mut compile = self.command(compiler);
        compile.args(flags).args(["-pedantic", "-Werror"]);
        compile.arg("-I").arg(root.join("include"));
        compile.arg("-I").arg(root.join("bindings/cpp"));
        compile.arg(source).arg("-o").arg(&program);
        compile.arg("-L").arg(&self.libraries).arg("-lapsfetch");
        quiet(&mut compile)?;
        Ok(Program {
            command: vec![program.display().to_string()],
            environment: vec![(
                "LD_LIBRARY_PATH".to_owned(),
                self.libraries.clone().into_os_string(),
            )],
        })
    }

    fn python(&self, source: &Path) -> Program {
        let variable = |name: &str, path: PathBuf| (name.to_owned(), path.into_os_string());
        Program {
            command: vec!["python3".to_owned(), source.display().to_string()],
            environment: vec![
                variable("PYTHONPATH", project::root().join("bindings/python/src")),
                variable("PYTHONDONTWRITEBYTECODE", "1".into()),
                variable("APSFETCH_LIBRARY", self.libraries.join("libapsfetch.so")),
            ],
        }
    }

    /// The programs of the pages are examples of the package; others are one of them for the time of the build.
    fn rust(&self, name: &str, source: &Path) -> Result<Program> {
        let root = project::root();
        if source.starts_with(&root) {
            let example = format!("docs-{name}");
            let mut build = self.command("cargo");
            build.args(["build", "--quiet"]).args(programs::PACKAGES);
            build.args(["--example", &example]);
            quiet(&mut build)?;
            let program = self
                .built
                .join("examples")
                .join(bindings::program(&example));
            return Ok(Program::new([program.display().to_string()]));
        }
        let program = self.context.folder().join(format!("rust-{name}"));
        let mut compile = self.command("rustc");
        compile.args(["--edition", "2024", "--crate-type", "bin"]);
        compile.arg("-L").arg(self.built.join("deps"));
        let library = format!("apsfetch={}", self.built.join("libapsfetch.rlib").display());
        compile.args(["--extern", &library]);
        compile.arg(source).arg("-o").arg(&program);
        quiet(&mut compile)?;
        Ok(Program::new([program.display().to_string()]))
    }

    fn csharp(
        &self,
        compiler: &str,
        flags: &[&str],
        runtime: &str,
        extension: &str,
        name: &str,
        source: &Path,
    ) -> Result<Program> {
        let folder = self.context.folder().join(compiler);
        let wrapper = folder.join("ApsFetch.dll");
        if !wrapper.is_file() {
            fs::create_dir(&folder)?;
            let wrapped = project::root().join("bindings/csharp/ApsFetch");
            let mut compile = self.command(compiler);
            compile.args(flags).args(["-target:library", "-unsafe"]);
            compile.arg(format!("-out:{}", wrapper.display()));
            for folder in [&wrapped, &wrapped.join("Interop")] {
                for entry in fs::read_dir(folder)? {
                    let path = entry?.path();
                    if path.extension().is_some_and(|extension| extension == "cs") {
                        compile.arg(path);
                    }
                }
            }
            quiet(&mut compile).context("the wrapper")?;
            fs::copy(
                self.libraries.join("libapsfetch.so"),
                folder.join("libapsfetch.so"),
            )?;
        }
        let program = folder.join(format!("{name}.{extension}"));
        let mut compile = self.command(compiler);
        compile.args(flags).args(["-target:exe", "-warnaserror"]);
        compile.arg(format!("-r:{}", wrapper.display()));
        compile
            .arg(format!("-out:{}", program.display()))
            .arg(source);
        quiet(&mut compile)?;
        ensure!(
            program.is_file(),
            "{compiler} made no {}",
            program.display()
        );
        Ok(Program::new([
            runtime.to_owned(),
            program.display().to_string(),
        ]))
    }
}
