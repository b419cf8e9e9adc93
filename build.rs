//! Names the shared library, and writes the C header to `OUT_DIR`. The tree is never written to:
//! `cargo xtask header` copies the result to `include/apsfetch.h`, and a test compares the two.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    name_library();
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "windows") {
        version_of_dll::link();
        give_back_thread_locals();
    }
    #[cfg(feature = "capi")]
    header::write();
}

/// The ABI version is part of the name by which programs find the library. Cargo leaves the name out.
fn name_library() {
    let system = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let argument = match system.as_str() {
        "macos" | "ios" => "-Wl,-install_name,@rpath/libapsfetch.1.dylib",
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" => "-Wl,-soname,libapsfetch.so.1",
        _ => return,
    };
    println!("cargo:rustc-cdylib-link-arg={argument}");
}

/// See `src/ffi/unload.rs`.
fn give_back_thread_locals() {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_ENV", "gnu")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && cfg!(feature = "capi")
    {
        for name in ["TlsAlloc", "__imp_TlsAlloc"] {
            println!("cargo:rustc-cdylib-link-arg=-Wl,--wrap={name}");
        }
    }
}

/// What the Explorer shows of the DLL, and what installers compare.
mod version_of_dll {
    use std::path::PathBuf;
    use std::process::Command;
    use std::{env, fs};

    /// Links it into the DLL alone: a program with the static library has a version of its own.
    pub(super) fn link() {
        let folder = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
        let script = folder.join("version.rc");
        fs::write(&script, text()).unwrap_or_else(|error| panic!("{}: {error}", script.display()));
        let msvc = env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|environment| environment == "msvc");
        let compiled = folder.join(if msvc { "version.res" } else { "version.o" });
        println!("cargo:rerun-if-env-changed=WINDRES");
        let made = if msvc {
            ["rc", "llvm-rc"].iter().any(|compiler| {
                let mut command = Command::new(compiler);
                command
                    .arg("/nologo")
                    .arg("/fo")
                    .arg(&compiled)
                    .arg(&script);
                succeeds(&mut command)
            })
        } else {
            let named = env::var("WINDRES").ok();
            let usual = ["x86_64-w64-mingw32-windres", "windres"];
            named.as_deref().into_iter().chain(usual).any(|compiler| {
                let mut command = Command::new(compiler);
                command.args(["--output-format=coff", "-i"]);
                command.arg(&script).arg("-o").arg(&compiled);
                succeeds(&mut command)
            })
        };
        if made {
            println!("cargo:rustc-cdylib-link-arg={}", compiled.display());
        } else {
            println!(
                "cargo:warning=the DLL gets no version: {} is not on PATH",
                if msvc { "rc" } else { "windres" }
            );
        }
    }

    fn succeeds(command: &mut Command) -> bool {
        command.output().is_ok_and(|output| output.status.success())
    }

    fn text() -> String {
        let package = |name: &str| env::var(format!("CARGO_PKG_{name}")).expect("set by cargo");
        let (major, minor, patch) = (
            package("VERSION_MAJOR"),
            package("VERSION_MINOR"),
            package("VERSION_PATCH"),
        );
        let (version, licence) = (package("VERSION"), package("LICENSE"));
        let description = package("DESCRIPTION");
        format!(
            r#"1 VERSIONINFO
FILEVERSION {major},{minor},{patch},0
PRODUCTVERSION {major},{minor},{patch},0
FILEOS 0x40004
FILETYPE 2
BEGIN
    BLOCK "StringFileInfo"
    BEGIN
        BLOCK "040904b0"
        BEGIN
            VALUE "CompanyName", "The apsfetch authors"
            VALUE "FileDescription", "{description}"
            VALUE "FileVersion", "{version}"
            VALUE "InternalName", "apsfetch"
            VALUE "LegalCopyright", "{licence}"
            VALUE "OriginalFilename", "apsfetch-1.dll"
            VALUE "ProductName", "apsfetch"
            VALUE "ProductVersion", "{version}"
        END
    END
    BLOCK "VarFileInfo"
    BEGIN
        VALUE "Translation", 0x409, 1200
    END
END
"#
        )
    }
}

#[cfg(feature = "capi")]
mod header {
    use std::fmt::Write as _;
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    /// The files of `src/ffi` that declare something, in the order of the header: a type comes before the
    /// functions of others that use it.
    const SECTIONS: [&str; 32] = [
        "version",
        "status",
        "error",
        "owned_text",
        "config",
        "client",
        "request",
        "signing",
        "progress",
        "result",
        "job",
        "download",
        "cancel_token",
        "access_token",
        "signed",
        "oss_url",
        "details",
        "upload_options",
        "upload_result",
        "upload",
        "upload_job",
        "login",
        "manifest",
        "manifest_node",
        "manifest_watch",
        "list_options",
        "objects",
        "design_filter",
        "object_filter",
        "plan",
        "outcome",
        "folder",
    ];
    /// As wide as the longest line of the contract.
    const WIDTH: usize = 110;

    pub(super) fn write() {
        let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
        println!("cargo:rerun-if-changed=cbindgen.toml");
        println!("cargo:rerun-if-changed=src/ffi/contract.txt");
        let contract = read(&root.join("src/ffi/contract.txt"));
        let config = cbindgen::Config::from_file(root.join("cbindgen.toml"))
            .unwrap_or_else(|error| panic!("cbindgen.toml: {error}"));

        let mut text = opening(&contract);
        for name in SECTIONS {
            println!("cargo:rerun-if-changed=src/ffi/{name}.rs");
            let path = root.join(format!("src/ffi/{name}.rs"));
            text += &banner(&read(&path));
            text += &section(&path, &config);
            if name == "progress" {
                text += PROGRESS_INIT;
            }
        }
        text += "\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* APSFETCH_H */\n";

        let target = Path::new(&env::var_os("OUT_DIR").expect("set by cargo")).join("apsfetch.h");
        fs::write(&target, text).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
    }

    /// A macro, which Rust has no word for. It names every field, so it warns nobody.
    const PROGRESS_INIT: &str = "
/**
 * The value an `apsfetch_progress` begins with: `apsfetch_progress progress = APSFETCH_PROGRESS_INIT;`
 */
#define APSFETCH_PROGRESS_INIT { (uint32_t)sizeof(apsfetch_progress), 0, 0, 0, 0, 0, 0, 0, 0, 0 }
";

    /// Everything before the first section.
    fn opening(contract: &str) -> String {
        let mut text = String::from("/*\n");
        for line in contract.lines() {
            assert!(
                !line.contains("*/") && line.len() <= WIDTH,
                "contract.txt: {line}"
            );
            writeln!(text, "{}", format!(" * {line}").trim_end()).expect("text grows");
        }
        text += " *\n * Generated by cbindgen from src/ffi. Do not edit; see `cargo xtask header`.\n */\n";
        text += "\n#ifndef APSFETCH_H\n#define APSFETCH_H\n\n#include <stddef.h>\n#include <stdint.h>\n";
        text += "\n/* The version of this header. The library's own is `apsfetch_version()`. */\n";
        for part in ["MAJOR", "MINOR", "PATCH"] {
            let number = env::var(format!("CARGO_PKG_VERSION_{part}")).expect("set by cargo");
            writeln!(text, "#define APSFETCH_VERSION_{part} {number}").expect("text grows");
        }
        text += "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
        text
    }

    /// A section's heading and introduction: the comment at the top of its file.
    fn banner(source: &str) -> String {
        let mut comment = source
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line));
        let title = comment.next().unwrap_or_default();
        let rule = "-".repeat(WIDTH.saturating_sub(title.len() + 8));
        let mut text = format!("\n\n/* ---- {title} {rule}\n");
        for line in comment.skip_while(|line| line.is_empty()) {
            writeln!(text, " * {line}").expect("text grows");
        }
        text += " */\n";
        text
    }

    /// What cbindgen makes of one file.
    fn section(path: &Path, config: &cbindgen::Config) -> String {
        let mut bytes = Vec::new();
        cbindgen::Builder::new()
            .with_config(config.clone())
            .with_src(path)
            .generate()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            .write(&mut bytes);
        let text = String::from_utf8(bytes).expect("cbindgen writes UTF-8");
        tidy(text.trim())
    }

    /// Closes up short comments and lists of constants: a table of numbers should read like one.
    fn tidy(text: &str) -> String {
        let lines: Vec<&str> = text.lines().collect();
        let mut rest = lines.as_slice();
        let mut short = Vec::new();
        loop {
            match rest {
                [] => break,
                [open, only, close, after @ ..]
                    if open.trim_start() == "/**" && close.trim_start() == "*/" =>
                {
                    let only = only.trim_start().trim_start_matches('*');
                    short.push(format!("{open}{only} */"));
                    rest = after;
                }
                [line, after @ ..] => {
                    short.push((*line).to_owned());
                    rest = after;
                }
            }
        }
        let mut section = String::from("\n");
        for (at, line) in short.iter().enumerate() {
            let starts =
                |index: usize, with| short.get(index).is_some_and(|line| line.starts_with(with));
            let within_list = line.is_empty()
                && at
                    .checked_sub(1)
                    .is_some_and(|before| starts(before, "#define"))
                && starts(at + 1, "/** ")
                && starts(at + 2, "#define");
            if within_list {
                continue;
            }
            // A negative number goes in parentheses, or `1 -APSFETCH_E_AUTH` would not compile.
            match line
                .strip_prefix("#define ")
                .and_then(|define| define.split_once(" -"))
            {
                Some((name, digits)) => writeln!(section, "#define {name} (-{digits})"),
                None => writeln!(section, "{line}"),
            }
            .expect("text grows");
        }
        section
    }

    fn read(path: &Path) -> String {
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}
