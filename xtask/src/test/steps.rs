//! The steps, quick ones first.

use super::need::{Need, Probe, Source};
use super::step::{Program, Step, Work};
use super::{bindings, c, deny, dependencies, fuzz, sanitizers, sdk, secrets, valgrind};

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

const CARGO_DENY: Need = Need {
    name: "cargo-deny",
    probe: Probe::OnPath("cargo-deny"),
    source: Source::Crate {
        name: "cargo-deny",
        version: "0.20.2",
    },
};

const CARGO_FUZZ: Need = Need {
    name: "cargo-fuzz",
    probe: Probe::OnPath("cargo-fuzz"),
    source: Source::Crate {
        name: "cargo-fuzz",
        version: "0.13.2",
    },
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
