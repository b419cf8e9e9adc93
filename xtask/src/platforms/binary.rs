//! What a shared library says of itself: what it exports and, if it is for macOS, what it is called and needs. It is read, never run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use object::{Endianness, NameOrOrdinal, Object as _, ObjectSymbol as _};

use super::signature;
use crate::project;

/// The names that the library exports are those of the header and no others.
pub(crate) fn exports_only_the_header(library: &Path) -> Result<usize> {
    let list = fs::read_to_string(project::root().join("tests/abi/symbols.txt"))?;
    let listed: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    let exported = exports(&fs::read(library).with_context(|| library.display().to_string())?)?;
    let lacking: Vec<_> = listed.difference(&exported).take(5).collect();
    let others: Vec<_> = exported.difference(&listed).take(5).collect();
    ensure!(
        lacking.is_empty() && others.is_empty(),
        "{} lacks {lacking:?} and exports {others:?}",
        library.display()
    );
    Ok(exported.len())
}

/// As C writes them.
fn exports(file: &[u8]) -> Result<BTreeSet<String>> {
    let object = object::File::parse(file)?;
    let mut names = BTreeSet::new();
    if object.format() == object::BinaryFormat::Elf {
        for symbol in object.dynamic_symbols() {
            if symbol.is_definition() {
                names.insert(symbol.name()?.to_owned());
            }
        }
        return Ok(names);
    }
    for export in object.exports()? {
        let export = export?;
        let NameOrOrdinal::Name(name) = export.name() else {
            bail!("a function is exported without a name");
        };
        let name = String::from_utf8_lossy(name);
        // Mach-O puts an underscore before C's names.
        let name = match object.format() {
            object::BinaryFormat::MachO => name.strip_prefix('_').unwrap_or(&name),
            _ => &name,
        };
        names.insert(name.to_owned());
    }
    Ok(names)
}

/// What a Mach-O library says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MachO {
    /// How programs that were linked with it look for it.
    pub(crate) install_name: String,
    pub(crate) needs: Vec<String>,
    /// The oldest macOS it can be loaded on.
    pub(crate) oldest_system: (u32, u32),
    /// It cannot be loaded on Apple's own processors without a signature; the linker's own will do.
    pub(crate) signed: bool,
}

pub(crate) fn mach_o(library: &Path) -> Result<MachO> {
    use object::macho;
    use object::read::macho::{LoadCommandVariant, MachHeader as _};

    let file = fs::read(library).with_context(|| library.display().to_string())?;
    let header = macho::MachHeader64::<Endianness>::parse(&*file, 0)?;
    let endian = header.endian()?;
    let mut commands = header.load_commands(endian, &*file, 0)?;
    let mut found = MachO {
        install_name: String::new(),
        needs: Vec::new(),
        oldest_system: (0, 0),
        signed: false,
    };
    while let Some(command) = commands.next()? {
        match command.variant()? {
            LoadCommandVariant::IdDylib(id) => {
                found.install_name =
                    String::from_utf8(command.string(endian, id.dylib.name)?.to_vec())?;
            }
            LoadCommandVariant::Dylib(other) => {
                let name = command.string(endian, other.dylib.name)?;
                found.needs.push(String::from_utf8(name.to_vec())?);
            }
            LoadCommandVariant::BuildVersion(version, _) => {
                found.oldest_system = release(version.minos.get(endian).0);
            }
            // What said so before macOS 10.14.
            LoadCommandVariant::VersionMin(version) => {
                found.oldest_system = release(version.version.get(endian).0);
            }
            LoadCommandVariant::LinkeditData(data)
                if data.cmd.get(endian) == macho::LC_CODE_SIGNATURE =>
            {
                signature::check(&file, usize::try_from(data.dataoff.get(endian))?)?;
                found.signed = true;
            }
            _ => {}
        }
    }
    Ok(found)
}

/// Of 0x000B0200, 11.2.
fn release(version: u32) -> (u32, u32) {
    (version >> 16, version >> 8 & 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_library_is_an_error() {
        let this = project::root().join("Cargo.toml");
        assert!(exports_only_the_header(&this).is_err());
        assert!(mach_o(&this).is_err());
        assert!(exports(b"#!/bin/sh\n").is_err());
    }

    #[test]
    fn a_release_of_macos_is_read_from_its_number() {
        assert_eq!(release(0x000B_0200), (11, 2));
        assert_eq!(release(0x000A_0C00), (10, 12));
    }
}
