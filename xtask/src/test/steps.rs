//! The steps, quick ones first.

use super::need::{Need, Probe, Source};
use super::step::{Program, Step, Work};
use super::{
    bindings, c, deny, dependencies, docs, fuzz, package, sanitizers, sdk, secrets, valgrind,
};
use crate::package::tools::Tools;
use crate::{platforms, windows};

const GCC: Need = Need::program("gcc");
const GXX: Need = Need::program("g++");
const CLANG: Need = Need::program("clang");
const VALGRIND: Need = Need::program("valgrind");

const RUSTFMT: Need = Need {
    name: "rustfmt",
    probe: Probe::Succeeds("cargo", &["fmt", "--version"]),
    source: Source::RustComponent("rustfmt"),
};

const CLIPPY: Need = Need {
    name: "clippy",
    probe: Probe::Succeeds("cargo", &["clippy", "--version"]),
    source: Source::RustComponent("clippy"),
};

/// For the sanitizers, which stable Rust has not.
const NIGHTLY: Need = Need {
    name: "nightly Rust",
    probe: Probe::Succeeds("rustup", &["run", "nightly", "cargo", "--version"]),
    source: Source::RustToolchain {
        name: "nightly",
        component: "rust-src",
    },
};

const CMAKE: Need = Need::program("cmake");
const PKG_CONFIG: Need = Need::program("pkg-config");

const PYTHON: Need = Need::program("python3");

const VENV: Need = Need {
    name: "python3 -m venv",
    probe: Probe::Succeeds("python3", &["-c", "import ensurepip, venv"]),
    source: Source::DebianPackage("python3-venv"),
};

/// Runs what the NuGet package has for projects, as MSBuild would.
const XBUILD: Need = Need {
    name: "xbuild",
    probe: Probe::OnPath("xbuild"),
    source: Source::DebianPackage("mono-xbuild"),
};

/// cargo-zigbuild, zig and hatchling, in a virtual environment.
const PACKAGING: Need = Need {
    name: "tools for packages",
    probe: Probe::Is(|| Tools::there().is_some()),
    source: Source::PackagingTools,
};

const MYPY: Need = Need::program("mypy");

const MONO: Need = Need {
    name: "mono",
    probe: Probe::OnPath("mono"),
    source: Source::DebianPackage("mono-runtime"),
};

const MONO_CORE: Need = Need {
    name: "System.Core for mono",
    probe: Probe::Succeeds("dpkg", &["-s", "libmono-system-core4.0-cil"]),
    source: Source::DebianPackage("libmono-system-core4.0-cil"),
};

const MCS: Need = Need {
    name: "mcs",
    probe: Probe::OnPath("mcs"),
    source: Source::DebianPackage("mono-mcs"),
};

/// For the tests that kill a process at a system call, or let one fail.
const STRACE: Need = Need::program("strace");

// Where it is installed is not on everybody's path.
const SQUID: Need = Need {
    name: "squid",
    probe: Probe::Succeeds("dpkg", &["-s", "squid"]),
    source: Source::DebianPackage("squid"),
};

/// `ip`, for the tests in a network of their own.
const IPROUTE: Need = Need {
    name: "iproute2",
    probe: Probe::Succeeds("dpkg", &["-s", "iproute2"]),
    source: Source::DebianPackage("iproute2"),
};

const RUST_MSVC: Need = Need {
    name: "Rust for MSVC",
    probe: Probe::Is(|| platforms::has_standard_library("x86_64-pc-windows-msvc")),
    source: Source::RustTarget("x86_64-pc-windows-msvc"),
};

const RUST_MACOS: Need = Need {
    name: "Rust for macOS",
    probe: Probe::Is(|| platforms::has_standard_library("aarch64-apple-darwin")),
    source: Source::RustTarget("aarch64-apple-darwin"),
};

const RUST_AARCH64: Need = Need {
    name: "Rust for Linux on ARM",
    probe: Probe::Is(|| platforms::has_standard_library("aarch64-unknown-linux-gnu")),
    source: Source::RustTarget("aarch64-unknown-linux-gnu"),
};

const AARCH64_GCC: Need = Need {
    name: "aarch64-linux-gnu-gcc",
    probe: Probe::OnPath("aarch64-linux-gnu-gcc"),
    source: Source::DebianPackage("gcc-aarch64-linux-gnu"),
};

/// What the compiler's package only recommends.
const AARCH64_C_LIBRARY: Need = Need {
    name: "the C library for Linux on ARM",
    probe: Probe::Is(platforms::aarch64::has_c_library),
    source: Source::DebianPackage("libc6-dev-arm64-cross"),
};

const QEMU: Need = Need {
    name: "qemu-aarch64",
    probe: Probe::OnPath("qemu-aarch64"),
    source: Source::DebianPackage("qemu-user"),
};

const CARGO_DENY: Need = Need {
    name: "cargo-deny",
    probe: Probe::OnPath("cargo-deny"),
    source: Source::Crate {
        name: "cargo-deny",
        version: "0.20.2",
    },
};

/// For the site. It needs no server that shows pages while they are written.
const MDBOOK: Need = Need {
    name: crate::docs::MDBOOK,
    probe: Probe::OnPath(crate::docs::MDBOOK),
    source: Source::CrateWith {
        name: crate::docs::MDBOOK,
        version: crate::docs::MDBOOK_VERSION,
        features: "search",
    },
};

// Where it is installed is not on everybody's path.
pub(crate) const NGINX: Need = Need {
    name: "nginx",
    probe: Probe::Succeeds("sh", &["-c", "PATH=$PATH:/usr/sbin command -v nginx"]),
    source: Source::DebianPackage("nginx-light"),
};

const CURL: Need = Need::program("curl");

const CARGO_FUZZ: Need = Need {
    name: "cargo-fuzz",
    probe: Probe::OnPath("cargo-fuzz"),
    source: Source::Crate {
        name: "cargo-fuzz",
        version: "0.13.2",
    },
};

const MINGW: Need = Need {
    name: "mingw",
    probe: Probe::OnPath("x86_64-w64-mingw32-g++"),
    source: Source::DebianPackage("g++-mingw-w64-x86-64"),
};

const CARGO_WINDOWS: Need = Need {
    name: "Rust for Windows",
    probe: Probe::Is(|| windows::tools::cargo("build").is_ok()),
    source: Source::RustTarget(windows::tools::TARGET),
};

const WINE: Need = Need {
    name: "Wine",
    probe: Probe::Is(|| windows::tools::runner().is_ok()),
    source: Source::DebianPackage("wine64"),
};

const PYTHON_WINDOWS: Need = Need {
    name: "Python for Windows",
    probe: Probe::Is(|| windows::tools::python().is_ok()),
    source: Source::Elsewhere("Python for Windows: see `cargo xtask help windows`"),
};

/// For the import library that Microsoft's linker takes.
const LLVM_DLLTOOL: Need = Need {
    name: "llvm-dlltool",
    probe: Probe::OnPath("llvm-dlltool"),
    source: Source::DebianPackage("llvm"),
};

pub(crate) const ALL: &[Step] = &[
    Step {
        name: "fmt",
        what: "every Rust file is formatted",
        needs: &[RUSTFMT],
        wants: &[],
        work: &[Work::cargo("fmt --all --check")],
    },
    Step {
        name: "deps",
        what: "the library is made of few crates and none that quarrels with its host",
        needs: &[],
        wants: &[],
        work: &[Work::Check {
            shown: "cargo tree for each platform",
            check: dependencies::check,
        }],
    },
    Step {
        name: "header",
        what: "include/apsfetch.h is what the sources say",
        needs: &[],
        wants: &[],
        work: &[Work::cargo("xtask header --check")],
    },
    Step {
        name: "clippy",
        what: "no warning in the workspace, nor in the library without its C boundary",
        needs: &[CLIPPY],
        wants: &[],
        work: &[
            Work::cargo("clippy --workspace --all-targets --all-features -- -D warnings"),
            Work::cargo("clippy --package apsfetch --no-default-features -- -D warnings"),
        ],
    },
    Step {
        name: "doc",
        what: "the documentation builds without a warning",
        needs: &[],
        wants: &[],
        work: &[Work::Run(Program {
            program: "cargo",
            arguments: "doc --no-deps --workspace",
            environment: &[("RUSTDOCFLAGS", "-D warnings")],
        })],
    },
    Step {
        name: "xtask",
        what: "this program's own tests",
        needs: &[],
        wants: &[],
        work: &[Work::cargo("test --package xtask")],
    },
    Step {
        name: "tests",
        what: "unit, integration and documentation tests of the library and the sandbox, and no secret in what they print",
        needs: &[],
        wants: &[GCC, GXX, CLANG, STRACE, SQUID, IPROUTE],
        work: &[Work::Check {
            shown: secrets::RUST_TESTS,
            check: secrets::rust,
        }],
    },
    Step {
        name: "c",
        what: "the C and C++ programs compile without a warning in every dialect",
        needs: &[],
        wants: &[GCC, GXX, CLANG],
        work: &[Work::Check {
            shown: "each program with each compiler, as C99, C11 and C23 or as C++11, 17 and 20",
            check: c::check,
        }],
    },
    Step {
        name: "valgrind",
        what: "the C programs of the tests touch no wrong byte and leak none",
        needs: &[GCC, VALGRIND],
        wants: &[GXX],
        work: &[Work::Check {
            shown: "cargo test, with valgrind before each C program",
            check: valgrind::check,
        }],
    },
    Step {
        name: "asan",
        what: "the C programs again, with AddressSanitizer and LeakSanitizer in them and in the library",
        needs: &[GCC],
        wants: &[GXX, NIGHTLY],
        work: &[Work::Check {
            shown: "cargo test, with sanitized programs and a sanitized library",
            check: sanitizers::address,
        }],
    },
    Step {
        name: "tsan",
        what: "the C programs again, with ThreadSanitizer in them, in the library and in Rust's own one",
        needs: &[GCC],
        wants: &[GXX, NIGHTLY],
        work: &[Work::Check {
            shown: "cargo test, with sanitized programs and a sanitized library",
            check: sanitizers::thread,
        }],
    },
    Step {
        name: "python",
        what: "the Python wrapper, against the library and the sandbox",
        needs: &[PYTHON],
        wants: &[MYPY],
        work: &[Work::Check {
            shown: "python3 -m unittest and mypy in bindings/python",
            check: bindings::python,
        }],
    },
    Step {
        name: "csharp",
        what: "the C# wrapper on Mono, and on .NET 8 where its compiler is",
        needs: &[MONO, MCS, MONO_CORE],
        wants: &[],
        work: &[Work::Check {
            shown: "bindings/csharp/run-tests",
            check: bindings::csharp,
        }],
    },
    Step {
        name: "docs",
        what: "the site builds, its links lead somewhere, and every program in it prints what the page says",
        needs: &[],
        wants: &[MDBOOK, GCC, GXX, PYTHON, MONO, MCS, MONO_CORE],
        work: &[Work::Check {
            shown: docs::SHOWN,
            check: docs::check,
        }],
    },
    Step {
        name: "sdk",
        what: "programs in C and C++ are built with the installed SDK, by pkg-config and CMake, and download a file",
        needs: &[GCC, GXX, CMAKE, PKG_CONFIG],
        wants: &[],
        work: &[Work::Check {
            shown: "cargo xtask sdk, moved to an empty folder",
            check: sdk::check,
        }],
    },
    Step {
        name: "package",
        what: "the packages are made and read, but for macOS on Intel; what runs here is installed and downloads a file",
        needs: &[PYTHON, VENV, PACKAGING, GCC, GXX, CMAKE, PKG_CONFIG],
        wants: &[
            XBUILD,
            MINGW,
            CARGO_WINDOWS,
            WINE,
            PYTHON_WINDOWS,
            CLANG,
            RUST_AARCH64,
            RUST_MACOS,
        ],
        work: &[Work::Check {
            shown: "cargo xtask package, and an installation of each",
            check: package::check,
        }],
    },
    Step {
        name: "windows",
        what: "the library for Windows: its tests, the C programs and the Python wrapper, under Wine",
        needs: &[MINGW, CARGO_WINDOWS, WINE],
        wants: &[PYTHON_WINDOWS, LLVM_DLLTOOL],
        work: &[Work::Check {
            shown: "cargo xtask windows",
            check: |context| crate::windows::check(&mut |name, reason| context.skip(name, reason)),
        }],
    },
    Step {
        name: "platforms",
        what: "the library for other systems and processors: a type check, and unit tests in an emulator",
        needs: &[CLANG],
        wants: &[
            RUST_MSVC,
            RUST_AARCH64,
            AARCH64_GCC,
            AARCH64_C_LIBRARY,
            QEMU,
        ],
        work: &[Work::Check {
            shown: "cargo xtask platforms, as far as it is quick",
            check: platforms::step,
        }],
    },
    Step {
        name: "models",
        what: "what threads share, in every interleaving of small models of it",
        needs: &[],
        wants: &[],
        work: &[Work::cargo(
            "test --locked --release --manifest-path models/Cargo.toml",
        )],
    },
    Step {
        name: "fuzz",
        what: "each fuzz target for some seconds",
        needs: &[],
        wants: &[NIGHTLY, CARGO_FUZZ],
        work: &[Work::Check {
            shown: "cargo fuzz run, for each target",
            check: fuzz::check,
        }],
    },
    Step {
        name: "bench",
        what: "the benchmark's model of a road, and a short run of it with small files",
        needs: &[NGINX, CURL, GCC],
        wants: &[],
        work: &[
            Work::cargo(
                "test --locked --release --target-dir target --manifest-path benches/peers/Cargo.toml",
            ),
            Work::cargo("xtask bench --quick --peers apsfetch,curl --cases a,b,d,f,i"),
        ],
    },
    Step {
        name: "instructions",
        what: "a download takes no more instructions than it used to",
        needs: &[VALGRIND],
        wants: &[],
        work: &[Work::cargo("bench --package apsfetch --bench instructions")],
    },
    Step {
        name: "quickstart",
        what: "the example of the README runs to its end",
        needs: &[],
        wants: &[],
        work: &[Work::cargo("run --release --example quickstart")],
    },
    Step {
        name: "deny",
        what: "licences, banned crates, duplicate versions, sources and known faults of the lock file",
        needs: &[CARGO_DENY],
        wants: &[],
        work: &[Work::Check {
            shown: "cargo deny check",
            check: deny::check,
        }],
    },
];
