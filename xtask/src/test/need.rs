//! What a step needs from the machine: how to see that it is there, and where it comes from.

pub(crate) struct Need {
    pub(crate) name: &'static str,
    pub(crate) probe: Probe,
    pub(crate) source: Source,
}

/// How to see whether something is there.
pub(crate) enum Probe {
    /// A program of this name is on `PATH` (or among the tools that `--all` installed).
    OnPath(&'static str),
    /// Whatever this says.
    Is(fn() -> bool),
    /// This command line ends with exit code 0.
    Succeeds(&'static str, &'static [&'static str]),
}

/// Where `--all` gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    DebianPackage(&'static str),
    RustComponent(&'static str),
    /// The standard library for another platform.
    RustTarget(&'static str),
    /// Nothing that this program installs; these words say what it is.
    Elsewhere(&'static str),
    /// Beside the one in use.
    RustToolchain {
        name: &'static str,
        component: &'static str,
    },
    Crate {
        name: &'static str,
        version: &'static str,
    },
    /// PyPI, by way of `cargo xtask package`.
    PackagingTools,
    /// One whose usual features are not wanted.
    CrateWith {
        name: &'static str,
        version: &'static str,
        features: &'static str,
    },
    /// From PyPI, into an environment of their own in this folder of the tools.
    Python {
        folder: &'static str,
        packages: &'static [&'static str],
    },
    /// From npm, into this folder of the tools.
    Node {
        folder: &'static str,
        package: &'static str,
    },
}

impl Need {
    /// A program that a Debian package of the same name brings.
    pub(crate) const fn program(name: &'static str) -> Self {
        Self {
            name,
            probe: Probe::OnPath(name),
            source: Source::DebianPackage(name),
        }
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.name, self.source)
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DebianPackage(package) => write!(f, "Debian package {package}"),
            Self::RustTarget(target) => write!(f, "rustup target add {target}"),
            Self::Elsewhere(what) => write!(f, "{what}"),
            Self::RustComponent(component) => write!(f, "rustup component add {component}"),
            Self::RustToolchain { name, component } => write!(
                f,
                "rustup toolchain install {name} --profile minimal --component {component}"
            ),
            Self::Python { packages, .. } => write!(f, "pip install {}", packages.join(" ")),
            Self::Node { package, .. } => write!(f, "npm install {package}"),
            Self::PackagingTools => write!(f, "cargo xtask package"),
            Self::Crate { name, version } | Self::CrateWith { name, version, .. } => {
                write!(f, "cargo install --locked {name}@{version}")
            }
        }
    }
}
