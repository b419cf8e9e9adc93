//! The SDK, moved to an empty place: C and C++ programs are built with it in each way it offers, and each downloads
//! a file from the sandbox.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use super::machine::{Context, succeed};
use super::sandbox::{BUCKET, KEY, Sandbox};
use crate::{project, sdk};

const SONAME: &[u8] = b"libapsfetch.so.1\0";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Linked {
    Shared,
    Inside,
}

struct Bench<'a> {
    context: &'a Context<'a>,
    /// Where the SDK was moved.
    installed: PathBuf,
    sandbox: &'a Sandbox,
}

pub(crate) fn check(context: &Context<'_>) -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return context.skip("sdk", "it is made on 64-bit Linux only so far");
    }
    let installed = context.folder().join("installed");
    succeed(
        context
            .command("cp")
            .arg("-a")
            .arg(sdk::run()?)
            .arg(&installed),
    )
    .context("moving the SDK")?;
    try_out(context, installed, &Sandbox::start(context)?)
}

/// Builds programs with an SDK in each way it offers, and has each download a file.
pub(crate) fn try_out(context: &Context<'_>, installed: PathBuf, sandbox: &Sandbox) -> Result<()> {
    let bench = Bench {
        context,
        installed,
        sandbox,
    };
    bench.layout()?;
    bench.pkg_config()?;
    bench.cmake()
}

impl Bench<'_> {
    fn layout(&self) -> Result<()> {
        for file in [
            "include/apsfetch.h",
            "include/apsfetch.hpp",
            "lib/libapsfetch.so",
            "lib/libapsfetch.so.1",
            "lib/libapsfetch.a",
            "share/licenses/apsfetch/LICENSE-MIT",
            "share/licenses/apsfetch/LICENSE-APACHE",
            "share/licenses/apsfetch/third-party.txt",
        ] {
            ensure!(self.installed.join(file).is_file(), "{file} is missing");
        }
        let library = fs::read(self.installed.join("lib/libapsfetch.so"))?;
        ensure!(has(&library, SONAME), "the library has no SONAME");
        Ok(())
    }

    fn pkg_config(&self) -> Result<()> {
        for (package, linked) in [
            ("apsfetch", Linked::Shared),
            ("apsfetch-static", Linked::Inside),
        ] {
            let flags = self.flags(package)?;
            for (compiler, language) in [("gcc", "c"), ("g++", "cpp")] {
                let source = format!("examples/{language}/download.{language}");
                let program = self.context.folder().join(format!("{compiler}-{package}"));
                let mut compile = self.context.command(compiler);
                compile.arg(project::root().join(source)).arg("-o");
                succeed(compile.arg(&program).args(&flags))?;
                self.downloads(&program, language, linked)?;
            }
        }
        Ok(())
    }

    fn flags(&self, package: &str) -> Result<Vec<String>> {
        let output = self
            .context
            .command("pkg-config")
            .args(["--cflags", "--libs", package])
            .env("PKG_CONFIG_PATH", self.installed.join("lib/pkgconfig"))
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(output.status.success(), "pkg-config knows no {package}");
        let text = String::from_utf8(output.stdout)?;
        Ok(text.split_whitespace().map(str::to_owned).collect())
    }

    fn cmake(&self) -> Result<()> {
        let source = self.context.folder().join("source");
        fs::create_dir(&source)?;
        let examples = project::root().join("examples");
        fs::copy(
            examples.join("cmake/CMakeLists.txt"),
            source.join("CMakeLists.txt"),
        )?;
        let build = self.context.folder().join("build");
        let mut configure = self.context.command("cmake");
        configure
            .arg("-S")
            .arg(&source)
            .arg("-B")
            .arg(&build)
            .arg(format!("-DCMAKE_PREFIX_PATH={}", self.installed.display()))
            .arg(format!("-Dexamples={}", examples.display()));
        succeed(&mut configure)?;
        succeed(self.context.command("cmake").arg("--build").arg(&build))?;
        for language in ["c", "cpp"] {
            let program = |how| build.join(format!("{language}-{how}"));
            self.downloads(&program("apsfetch"), language, Linked::Shared)?;
            self.downloads(&program("static"), language, Linked::Inside)?;
        }
        // A version that there is not is refused.
        let mut wanted = self.context.command("cmake");
        let text = fs::read_to_string(source.join("CMakeLists.txt"))?;
        fs::write(
            source.join("CMakeLists.txt"),
            text.replace("apsfetch 0.1 ", "apsfetch 999 "),
        )?;
        wanted.arg("-S").arg(&source).arg("-B");
        wanted.arg(self.context.folder().join("build-of-the-future"));
        wanted.arg(format!("-DCMAKE_PREFIX_PATH={}", self.installed.display()));
        let output = wanted.output()?;
        ensure!(
            !output.status.success()
                && String::from_utf8_lossy(&output.stderr).contains("not accepted"),
            "CMake took a version that there is not"
        );
        Ok(())
    }

    /// Runs a program in an empty folder, and looks at what it has downloaded.
    fn downloads(&self, program: &Path, language: &str, linked: Linked) -> Result<()> {
        let shown = program.display();
        let needs = has(&fs::read(program)?, SONAME);
        ensure!(
            needs == (linked == Linked::Shared),
            "{shown}: linked in another way than asked for"
        );
        let folder = program.with_extension("run");
        fs::create_dir(&folder)?;
        let mut command = self.context.command(&program.to_string_lossy());
        // The one in C takes other kinds of files too.
        command.args(if language == "c" {
            &["--object", BUCKET, KEY, "file"][..]
        } else {
            &[BUCKET, KEY, "file"][..]
        });
        if linked == Linked::Shared {
            command.env("LD_LIBRARY_PATH", self.installed.join("lib"));
        }
        succeed(self.sandbox.described_to(&mut command).current_dir(&folder))?;
        self.sandbox.ensure_downloaded(&folder.join("file"))?;
        println!("    {shown}");
        Ok(())
    }
}

fn has(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}
