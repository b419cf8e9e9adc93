//! The platforms that packages are made for.

use super::VERSION;

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Platform {
    /// As in the names of archives.
    pub(crate) name: &'static str,
    /// As cargo calls it.
    pub(crate) target: &'static str,
    /// As in the names of Python's wheels.
    pub(crate) wheel: &'static str,
    /// As .NET calls it.
    pub(crate) runtime: &'static str,
    /// The library as .NET looks for it. On Windows `apsfetch.dll` would be the name of the assembly.
    pub(crate) library: &'static str,
    /// For a title.
    pub(crate) system: &'static str,
    /// What was seen of it, in words for those who download it.
    pub(crate) seen: &'static str,
}

pub(crate) const ALL: [Platform; 5] = [
    Platform {
        name: "linux-x64",
        target: "x86_64-unknown-linux-gnu",
        wheel: "manylinux_2_17_x86_64",
        runtime: "linux-x64",
        library: "libapsfetch.so",
        system: "64-bit Linux (x64)",
        seen: "Built for glibc 2.17 and later. Its packages were installed and run on Linux with a later glibc, never with glibc 2.17 itself.",
    },
    Platform {
        name: "linux-arm64",
        target: "aarch64-unknown-linux-gnu",
        wheel: "manylinux_2_17_aarch64",
        runtime: "linux-arm64",
        library: "libapsfetch.so",
        system: "64-bit Linux on ARM",
        seen: "Built for glibc 2.17 and later on another processor: linked and read, never run. The tests of the same sources ran in an emulator (qemu), never on an ARM processor.",
    },
    Platform {
        name: "macos-arm64",
        target: "aarch64-apple-darwin",
        wheel: "macosx_11_0_arm64",
        runtime: "osx-arm64",
        library: "libapsfetch.dylib",
        system: "macOS on Apple's processors",
        seen: "For macOS 11.0 and later. Linked on Linux, against lists of what macOS exports, and read: never run. It has the signature of the linker and no other, and is not notarised.",
    },
    Platform {
        name: "macos-x64",
        target: "x86_64-apple-darwin",
        wheel: "macosx_10_12_x86_64",
        runtime: "osx-x64",
        library: "libapsfetch.dylib",
        system: "macOS on Intel's processors",
        seen: "For macOS 10.12 and later. Linked on Linux, against lists of what macOS exports, and read: never run. It is not signed and not notarised.",
    },
    Platform {
        name: "windows-x64",
        target: "x86_64-pc-windows-gnu",
        wheel: "win_amd64",
        runtime: "win-x64",
        library: "apsfetch-1.dll",
        system: "64-bit Windows",
        seen: "Built with mingw. Its packages were installed and run under Wine, never on Windows itself. It is not signed.",
    },
];

impl Platform {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|platform| platform.name == name)
    }

    /// Whether its programs run where packages are made, if need be under Wine.
    pub(crate) fn is_run(&self) -> bool {
        self.name == "linux-x64" || self.is_windows()
    }

    pub(crate) fn is_macos(&self) -> bool {
        self.target.ends_with("-darwin")
    }

    pub(crate) fn is_windows(&self) -> bool {
        self.target.contains("-windows-")
    }

    /// The path of the library in the NuGet package.
    pub(crate) fn in_nuget(&self) -> String {
        format!("runtimes/{}/native/{}", self.runtime, self.library)
    }

    /// The one folder in the archive with the SDK, which is called like it.
    pub(crate) fn folder(&self) -> String {
        format!("apsfetch-{VERSION}-{}", self.name)
    }

    /// The archive with the SDK.
    pub(crate) fn archive(&self) -> String {
        let ending = if self.is_windows() { "zip" } else { "tar.gz" };
        format!("{}.{ending}", self.folder())
    }
}
