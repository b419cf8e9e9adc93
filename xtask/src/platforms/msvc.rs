//! Windows as Microsoft's compiler and linker see it, without any file of Microsoft's.
//!
//! clang in Microsoft's mode reads Wine's headers, which are written to be those of Windows; Rust's lld-link links with
//! Wine's import libraries. Of the C runtime a part is linked into each program and DLL: `msvc/` stands in for it.
//! So it is shown that the code is right for Microsoft's ABI, and not that Microsoft's tools like it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::binary;
use super::rust;
use super::tools::{self, Lacking, UNOPTIMISED, passed, quietly, script};
use crate::test::machine::Context;
use crate::test::programs::PACKAGES;
use crate::windows;

pub(crate) const TARGET: &str = "x86_64-pc-windows-msvc";

/// Of Debian's libwine-dev.
const HEADERS: &str = "/usr/include/wine/wine";
const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu/wine/x86_64-windows";

/// The import libraries, under the names by which Rust's standard library and Microsoft's headers ask for them.
const IMPORTS: [(&str, &str); 12] = [
    ("advapi32", "advapi32"),
    ("bcrypt", "bcrypt"),
    ("crypt32", "crypt32"),
    ("dbghelp", "dbghelp"),
    ("kernel32", "kernel32"),
    ("ntdll", "ntdll"),
    ("ole32", "ole32"),
    ("ucrtbase", "ucrt"),
    ("user32", "user32"),
    ("userenv", "userenv"),
    ("vcruntime140", "vcruntime"),
    ("ws2_32", "ws2_32"),
];

/// Tests whose programs want nothing of POSIX, which Microsoft's compiler does not have.
const TESTS: [&str; 5] = [
    "null_in_every_argument_of_every_function_is_survived",
    "a_handle_that_is_freed_forged_or_of_another_type_is_a_status",
    "a_derivative_and_objects_arrive_in_one_job",
    "a_signed_list_is_enough_to_fetch_the_file",
    "the_versions_of_the_header_are_those_of_the_library",
];

/// Tells cargo of clang as Microsoft's compiler, and of Rust's linker as Microsoft's librarian.
pub(crate) fn compile_c(context: &Context<'_>, cargo: &mut Command) -> Result<()> {
    let clang = tools::first(context, &["clang"], "Debian package clang")?;
    let linker = rust::linker(context, "lld-link")?;
    let folder = tools::folder()?;
    let compiler = folder.join("clang-cl");
    script(
        &compiler,
        &[
            clang.to_owned(),
            "--driver-mode=cl".to_owned(),
            // Its check of the stack is the runtime's.
            "/GS-".to_owned(),
        ],
    )?;
    let librarian = folder.join("llvm-lib");
    script(
        &librarian,
        &[linker.display().to_string(), "/lib".to_owned()],
    )?;
    tools::compile_c(cargo, TARGET, &compiler.to_string_lossy())?;
    cargo.env(format!("AR_{}", TARGET.replace('-', "_")), librarian);
    Ok(())
}

/// The DLL, from Rust's library for this target down.
pub(crate) fn linked(context: &Context<'_>) -> Result<String> {
    let library = library(context)?;
    let exported = binary::exports_only_the_header(&library)?;
    Ok(format!(
        "apsfetch.dll, with a stand-in for Microsoft's runtime, exports the {exported} functions of the header and \
         nothing else"
    ))
}

fn library(context: &Context<'_>) -> Result<PathBuf> {
    let runtime = Runtime::new(context)?;
    let mut build = rust::cargo(context, "rustc", TARGET)?;
    build
        .args(["--lib", "--crate-type", "cdylib"])
        .args(UNOPTIMISED)
        .env(rust::variable(TARGET, "LINKER"), &runtime.linker);
    compile_c(context, &mut build)?;
    build
        .arg("--")
        .arg(format!("-Clink-arg=/libpath:{}", runtime.folder.display()));
    quietly(&mut build).context("cargo rustc")?;
    Ok(rust::built(TARGET, "debug")?.join("apsfetch.dll"))
}

/// Programs in C, in Microsoft's ABI: with the DLL of the same, and with the one that mingw built.
pub(crate) fn programs(context: &Context<'_>) -> Result<String> {
    let own = library(context)?;
    let import_library = own.with_extension("dll.lib");
    let mut seen = run_programs(context, &own, &import_library)?;
    seen += " with the DLL of the same ABI";
    match built_by_mingw()? {
        Some((library, import_library)) => {
            seen += " and ";
            seen += &run_programs(context, &library, &import_library)?;
            seen += " with the DLL that mingw built and its apsfetch.lib";
        }
        None => seen += ", not with one of mingw (`cargo xtask windows --build` makes it)",
    }
    Ok(seen + ", under Wine")
}

/// The DLL and the import library for Microsoft's linkers, if they were made since the header is as it is.
fn built_by_mingw() -> Result<Option<(PathBuf, PathBuf)>> {
    let folder = windows::tools::target_folder()?.join("library");
    let import_library = folder.join("apsfetch.lib");
    if !import_library.is_file() {
        return Ok(None);
    }
    for entry in fs::read_dir(&folder)? {
        let library = entry?.path();
        if library
            .extension()
            .is_some_and(|extension| extension == "dll")
        {
            return Ok(Some((library, import_library)));
        }
    }
    Ok(None)
}

fn run_programs(context: &Context<'_>, library: &Path, import_library: &Path) -> Result<String> {
    let runtime = Runtime::new(context)?;
    let runner = windows::tools::runner().map_err(|why| Lacking::Program(format!("{why:#}")))?;
    windows::tools::wake()?;
    let mut tests = context.command("cargo");
    tests
        .arg("test")
        .args(PACKAGES)
        .args(["--test", "capi", "--test", "c_example"])
        .args(["--test", "header", "--"])
        .args(TESTS)
        .env("APSFETCH_TEST_LIBRARY", library)
        .env("APSFETCH_TEST_IMPORT_LIBRARY", import_library)
        .env("APSFETCH_TEST_CC", &runtime.compiler)
        .env("APSFETCH_TEST_LDFLAGS", runtime.flags())
        .env("APSFETCH_TEST_RUNNER", runner);
    let passed = passed(&quietly(&mut tests).context("cargo test")?);
    ensure!(
        passed == TESTS.len(),
        "{passed} tests ran, and {} were to",
        TESTS.len()
    );
    Ok(format!("{passed} tests with C programs"))
}

/// What stands in for Microsoft's headers, libraries and runtime.
struct Runtime {
    folder: PathBuf,
    linker: PathBuf,
    /// clang for Microsoft's ABI, that takes the words of gcc.
    compiler: PathBuf,
}

impl Runtime {
    fn new(context: &Context<'_>) -> Result<Self> {
        if !Path::new(HEADERS).join("msvcrt").is_dir() || !Path::new(LIBRARIES).is_dir() {
            return Err(Lacking::Program(
                "no headers and import libraries of Wine (Debian package libwine-dev)".to_owned(),
            )
            .into());
        }
        let clang = tools::first(context, &["clang"], "Debian package clang")?;
        let linker = rust::linker(context, "lld-link")?;
        let folder = tools::folder()?.join("msvc");
        fs::create_dir_all(&folder)?;
        for (wine, name) in IMPORTS {
            let from = Path::new(LIBRARIES).join(format!("lib{wine}.a"));
            fs::copy(&from, folder.join(format!("{name}.lib")))
                .with_context(|| from.display().to_string())?;
        }
        let mut objects = Vec::new();
        for (name, text) in [
            ("runtime", include_str!("msvc/runtime.c")),
            ("start", include_str!("msvc/start.c")),
            ("stack", include_str!("msvc/stack.c")),
        ] {
            let source = folder.join(name).with_extension("c");
            fs::write(&source, text)?;
            let object = source.with_extension("obj");
            quietly(
                context
                    .command(clang)
                    .args([
                        &format!("--target={TARGET}"),
                        "-O1",
                        "-Wall",
                        "-Wextra",
                        "-c",
                    ])
                    .arg(&source)
                    .arg("-o")
                    .arg(&object),
            )?;
            objects.push(object);
        }
        for name in ["msvcrt", "oldnames"] {
            quietly(
                context
                    .command(&linker.to_string_lossy())
                    .args(["/lib", "/nologo"])
                    .arg(format!(
                        "/out:{}",
                        folder.join(name).with_extension("lib").display()
                    ))
                    .args(&objects),
            )?;
        }
        // rustc tells what kind of linker it is by its name.
        let link = folder.join("link");
        script(&link, &[linker.display().to_string()])?;
        let compiler = folder.join("cc");
        script(
            &compiler,
            &[
                clang.to_owned(),
                format!("--target={TARGET}"),
                "-fuse-ld=lld".to_owned(),
                // Where lld-link is looked for.
                format!("-B{}", linker.parent().context("a folder")?.display()),
                "-nostdlib".to_owned(),
                "-Wno-unused-command-line-argument".to_owned(),
                "-D_UCRT".to_owned(),
                "-D_CRT_SECURE_NO_WARNINGS".to_owned(),
                // Of signal.h, where Wine leaves it out.
                "-Dsig_atomic_t=int".to_owned(),
                format!("-isystem{HEADERS}/msvcrt"),
                format!("-isystem{HEADERS}/windows"),
            ],
        )?;
        Ok(Self {
            folder,
            linker: link,
            compiler,
        })
    }

    /// What the linker is told beside the program's own objects, in words without spaces.
    fn flags(&self) -> String {
        let mut flags =
            String::from("-Wl,/nodefaultlib -Wl,/subsystem:console -Wl,/entry:mainCRTStartup");
        for name in ["msvcrt", "ucrt", "vcruntime", "kernel32"] {
            flags += &format!(
                " {}",
                self.folder.join(name).with_extension("lib").display()
            );
        }
        flags
    }
}
