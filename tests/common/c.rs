//! Compiling and running C programs against the shared library.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{library, root, skip};

/// Nothing that a compiler has to say of the header or a program is passed over.
pub const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// Names what Windows programs are linked against. With it, and `APSFETCH_TEST_CC` and `APSFETCH_TEST_CXX`, which
/// name compilers, programs are built for Windows; `APSFETCH_TEST_RUNNER` runs them.
const IMPORT_LIBRARY: &str = "APSFETCH_TEST_IMPORT_LIBRARY";

/// Whether programs are built for Windows, by tests that are not there themselves.
pub fn is_for_windows() -> bool {
    std::env::var_os(IMPORT_LIBRARY).is_some()
}

/// `cc` or `c++`, or what the environment has in its place.
fn compiler(usual: &str) -> std::ffi::OsString {
    let named = match usual {
        "cc" => std::env::var_os("APSFETCH_TEST_CC"),
        "c++" => std::env::var_os("APSFETCH_TEST_CXX"),
        _ => None,
    };
    named.unwrap_or_else(|| usual.into())
}

/// The first of these programs that there is.
pub fn find(programs: &[&'static str]) -> Option<&'static str> {
    programs.iter().copied().find(|program| {
        Command::new(compiler(program))
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}

/// Whether a compiler knows a standard.
pub fn knows(program: &str, language: &str, standard: &str) -> bool {
    Command::new(compiler(program))
        .args([standard, "-x", language, "-fsyntax-only", "/dev/null"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A folder for the programs of one test, with the library under the name that programs look for.
pub struct Workshop {
    folder: tempfile::TempDir,
}

/// A compiled program.
pub struct Program {
    path: PathBuf,
    folder: PathBuf,
}

impl Workshop {
    /// `None`, and a skip, if C programs cannot be built here.
    pub fn new(test: &str) -> Option<Self> {
        if !cfg!(unix) {
            skip(test, "C programs are built by the tests on Unix only");
            return None;
        }
        if find(&["cc"]).is_none() {
            skip(test, "there is no C compiler");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        if let Some(import_library) = std::env::var_os(IMPORT_LIBRARY) {
            // Windows looks for DLLs beside the program, by the name that the import library has in it.
            let name = library();
            std::fs::copy(&name, folder.path().join(name.file_name().unwrap())).unwrap();
            std::fs::copy(import_library, folder.path().join("libapsfetch.dll.a")).unwrap();
            return Some(Workshop { folder });
        }
        #[cfg(unix)]
        for name in [
            "libapsfetch.so",
            "libapsfetch.so.1",
            "libapsfetch.dylib",
            "libapsfetch.1.dylib",
        ] {
            std::os::unix::fs::symlink(library(), folder.path().join(name)).unwrap();
        }
        Some(Workshop { folder })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Builds a program that links the library.
    pub fn build(&self, source: &Path) -> Program {
        match source.extension().and_then(OsStr::to_str) {
            Some("cpp") => self.build_as(source, "c++", "-std=c++11", &[]),
            _ => self.build_as(source, "cc", "-std=c99", &[]),
        }
    }

    /// Builds a program that includes `apsfetch.hpp`.
    pub fn build_cpp(&self, source: &Path, standard: &str) -> Program {
        let layer = format!("-I{}", root().join("bindings/cpp").display());
        self.build_as(source, "c++", standard, &["-Wconversion", &layer])
    }

    fn build_as(&self, source: &Path, compiler: &str, standard: &str, others: &[&str]) -> Program {
        let folder = self.folder.path();
        let mut path = folder.join(source.file_stem().unwrap());
        if is_for_windows() {
            path.set_extension("exe");
        }
        let object = path.with_extension("o");
        // Compiled and linked apart: a sanitizer's runtime is named to the linker, and the compiler would add its own.
        must(
            Command::new(self::compiler(compiler))
                .arg(standard)
                .args(WARNINGS)
                .args(others)
                .args(["-g", "-D_GNU_SOURCE", "-pthread", "-c"])
                .args(words("APSFETCH_TEST_CFLAGS"))
                .arg(format!("-I{}", root().join("include").display()))
                .arg(format!("-I{}", root().join("tests/c").display()))
                .arg(source)
                .arg("-o")
                .arg(&object),
            source,
        );
        let mut link = Command::new(self::compiler(compiler));
        link.arg("-pthread")
            .arg(&object)
            .arg("-o")
            .arg(&path)
            .args(words("APSFETCH_TEST_LDFLAGS"))
            .arg(format!("-L{}", folder.display()));
        if is_for_windows() {
            // Of mingw's own libraries nothing need lie beside the program; a static search would not find this one.
            link.arg("-static").arg(folder.join("libapsfetch.dll.a"));
        } else {
            link.arg(format!("-Wl,-rpath,{}", folder.display()))
                .args(["-lapsfetch", "-ldl"]);
        }
        must(&mut link, source);
        Program {
            path,
            folder: folder.to_owned(),
        }
    }

    /// Builds one of the shared objects in `tests/c` that go into a program by `LD_PRELOAD`.
    pub fn preload(&self, name: &str) -> PathBuf {
        let source = root().join("tests/c/preload").join(name);
        let path = self.folder().join(name).with_extension("so");
        must(
            Command::new("cc")
                .args(["-std=c99", "-O1", "-g", "-D_GNU_SOURCE", "-pthread"])
                .args(["-shared", "-fPIC"])
                .args(WARNINGS)
                .arg(&source)
                .arg("-o")
                .arg(&path)
                .arg("-ldl"),
            &source,
        );
        path
    }

    /// Builds one of the programs in `tests/c`.
    pub fn test_program(&self, name: &str) -> Program {
        self.build(&root().join("tests/c").join(name))
    }
}

impl Program {
    /// A command for the program, in the workshop's folder and behind the words in `APSFETCH_TEST_RUNNER`, such
    /// as those that start valgrind.
    pub fn command(&self) -> Command {
        let runner = std::env::var("APSFETCH_TEST_RUNNER").unwrap_or_default();
        let mut words = runner.split_whitespace();
        let mut command = match words.next() {
            Some(first) => Command::new(first),
            None => Command::new(&self.path),
        };
        command.args(words);
        if !runner.trim().is_empty() {
            command.arg(&self.path);
        }
        command.current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    /// Runs the program, which says what is wrong if anything is; gives what it wrote to standard output.
    pub fn run<I>(&self, arguments: I) -> String
    where
        I: IntoIterator,
        I::Item: AsRef<OsStr>,
    {
        let output = self.command().args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{} ended with {}:\n{}",
            self.path.display(),
            output.status,
            text(&output)
        );
        assert!(
            output.stderr.is_empty(),
            "{} wrote to standard error:\n{}",
            self.path.display(),
            text(&output)
        );
        assert!(
            !text(&output).contains("CANARY"),
            "{} printed a secret of the sandbox:\n{}",
            self.path.display(),
            text(&output)
        );
        String::from_utf8(output.stdout)
            .unwrap()
            .replace("\r\n", "\n")
    }
}

/// Whether programs run slowly, because something watches them.
pub fn is_watched() -> bool {
    (is_run_by("") && !is_for_windows()) || is_sanitized("")
}

/// Whether programs run inside of another one whose name has this in it, such as valgrind.
pub fn is_run_by(tool: &str) -> bool {
    std::env::var("APSFETCH_TEST_RUNNER").is_ok_and(|runner| runner.contains(tool))
}

/// Whether the programs are made with this sanitizer, such as "address".
pub fn is_sanitized(sanitizer: &str) -> bool {
    std::env::var("APSFETCH_TEST_CFLAGS").is_ok_and(|flags| flags.contains(sanitizer))
}

/// What an environment variable says, in words.
fn words(variable: &str) -> Vec<String> {
    let value = std::env::var(variable).unwrap_or_default();
    value.split_whitespace().map(str::to_owned).collect()
}

fn must(command: &mut Command, source: &Path) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}:\n{}",
        source.display(),
        text(&output)
    );
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
