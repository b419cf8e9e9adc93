"""Puts the native library into wheels, and what it is built from into the sdist.

The library of a wheel is made with cargo from the sources that lie beside this file in an sdist (``rust``) or above it in a
checkout. Whoever has one already, such as ``cargo xtask package``, names it, and the system it is for, in the environment.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: The full path of a library that was built already.
LIBRARY = "APSFETCH_WHEEL_LIBRARY"
#: The platform it is for, as in the names of wheels: manylinux_2_17_x86_64, win_amd64.
PLATFORM = "APSFETCH_WHEEL_PLATFORM"
#: A list of what the library is made of, CycloneDX.
SBOM = "APSFETCH_WHEEL_SBOM"

_ENDINGS = (".so", ".dylib", ".dll")


class LibraryHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "sdist":
            self._add_sources(build_data)
        elif version != "editable":
            # One that is edited in place gets its library from APSFETCH_LIBRARY.
            self._add_library(build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        temporary = getattr(self, "_temporary", None)
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)

    def _add_library(self, build_data: dict[str, Any]) -> None:
        library = os.environ.get(LIBRARY)
        system = os.environ.get(PLATFORM)
        if bool(library) != bool(system):
            raise RuntimeError(f"{LIBRARY} and {PLATFORM} belong together: set both, or neither to build the library.")
        if not library or not system:
            library, system = str(self._build()), _own_platform()
        if not os.path.isfile(library):
            raise RuntimeError(f"{library}, which {LIBRARY} names, is no file.")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{system}"
        build_data["force_include"][library] = f"apsfetch/{os.path.basename(library)}"
        sbom = os.environ.get(SBOM)
        if sbom:
            build_data["sbom_files"].append(sbom)

    def _build(self) -> Path:
        """Builds the library with cargo, and says where it is."""
        output = _cargo(
            ["build", "--release", "--locked", "--package", "apsfetch", "--lib"]
            # What the debugger reads is most of its size.
            + ["--config", 'profile.release.strip="debuginfo"']
            + ["--manifest-path", str(self._manifest()), "--message-format", "json-render-diagnostics"],
        )
        for line in output.splitlines():
            message = json.loads(line)
            if message["reason"] == "compiler-artifact" and "cdylib" in message["target"]["kind"]:
                for file in message["filenames"]:
                    if file.endswith(_ENDINGS):
                        return Path(file)
        raise RuntimeError("cargo built no shared library.")

    def _manifest(self) -> Path:
        for folder in (Path(self.root, "rust"), Path(self.root).parent.parent):
            manifest = folder / "Cargo.toml"
            if manifest.is_file():
                return manifest
        raise RuntimeError(f"There is neither {self.root}/rust/Cargo.toml nor a checkout of apsfetch around it.")

    def _add_sources(self, build_data: dict[str, Any]) -> None:
        """Adds the crate as cargo packs it: no more than it is built from, and a lock file of its own."""
        if Path(self.root, "rust/Cargo.toml").is_file():
            return  # An sdist made from an sdist.
        self._temporary = tempfile.mkdtemp(prefix="apsfetch-sdist-")
        _cargo(
            ["package", "--quiet", "--no-verify", "--allow-dirty", "--package", "apsfetch"]
            + ["--manifest-path", str(self._manifest()), "--target-dir", self._temporary]
        )
        (crate,) = Path(self._temporary, "package").glob("apsfetch-*.crate")
        with tarfile.open(crate) as archive:
            prefix = crate.name[: -len("crate")].rstrip(".") + "/"
            for member in archive.getmembers():
                name = member.name[len(prefix) :]
                # The last two tell of the checkout: the manifest before cargo rewrote it, and its commit.
                if not member.isfile() or name in ("Cargo.toml.orig", ".cargo_vcs_info.json"):
                    continue
                file = Path(self._temporary, "rust", name)
                file.parent.mkdir(parents=True, exist_ok=True)
                content = archive.extractfile(member)
                assert content is not None
                file.write_bytes(content.read())
        build_data["force_include"][str(Path(self._temporary, "rust"))] = "rust"


def _cargo(arguments: list[str]) -> str:
    cargo = os.environ.get("CARGO") or shutil.which("cargo")
    if cargo is None:
        raise RuntimeError(
            "apsfetch is being built from source, which needs Rust 1.92 or later and a C compiler, and there is no "
            "cargo on PATH. Install Rust (https://rustup.rs), or install a wheel of apsfetch, which needs neither."
        )
    done = subprocess.run([cargo, *arguments], stdout=subprocess.PIPE, check=False, encoding="utf-8")
    if done.returncode != 0:
        raise RuntimeError(f"cargo {arguments[0]} failed with exit code {done.returncode}; its output is above.")
    return done.stdout


def _own_platform() -> str:
    if sys.platform == "darwin":
        # Python's own may be built for two processors, and the library is built for one.
        machine = platform.machine()
        return f"macosx_{'11_0' if machine == 'arm64' else '10_12'}_{machine}"
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
