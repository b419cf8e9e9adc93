//! What the DLL is, read from the file: what it needs of the system, and what the system may do with it.

use object::pe::{
    IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA,
    IMAGE_DLLCHARACTERISTICS_NX_COMPAT, IMAGE_FILE_MACHINE_AMD64, IMAGE_FILE_RELOCS_STRIPPED,
};
use object::read::pe::{ImageOptionalHeader as _, PeFile64};

use super::*;

/// Of every Windows 10 and later, and of no redistributable.
const SYSTEM: [&str; 10] = [
    "advapi32.dll",
    "api-ms-win-core-synch-l1-2-0.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "crypt32.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "userenv.dll",
    "ws2_32.dll",
];

#[test]
fn it_needs_nothing_but_the_system() {
    let file = std::fs::read(common::library()).unwrap();
    let image = PeFile64::parse(&*file).unwrap();
    let table = image.import_table().unwrap().unwrap();
    let mut descriptors = table.descriptors().unwrap();
    let mut names = Vec::new();
    while let Some(descriptor) = descriptors.next().unwrap() {
        let name = table
            .name(descriptor.name.get(object::LittleEndian))
            .unwrap();
        names.push(String::from_utf8_lossy(name).to_lowercase());
    }
    assert!(names.contains(&"kernel32.dll".to_owned()), "{names:?}");
    let others: Vec<_> = names
        .iter()
        .filter(|name| !SYSTEM.contains(&name.as_str()))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn it_may_be_put_anywhere_and_its_data_is_not_run() {
    let file = std::fs::read(common::library()).unwrap();
    let image = PeFile64::parse(&*file).unwrap();
    let header = image.nt_headers();
    let machine = header.file_header.machine.get(object::LittleEndian);
    assert_eq!(machine, IMAGE_FILE_MACHINE_AMD64);
    let flags = header.optional_header.dll_characteristics();
    for flag in [
        IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE,
        IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA,
        IMAGE_DLLCHARACTERISTICS_NX_COMPAT,
    ] {
        assert_eq!(flags & flag, flag, "{flags:?} lacks {flag:?}");
    }
    // Without relocations the first flag would be a promise that cannot be kept.
    let characteristics = header.file_header.characteristics.get(object::LittleEndian);
    assert_ne!(
        characteristics & IMAGE_FILE_RELOCS_STRIPPED,
        IMAGE_FILE_RELOCS_STRIPPED
    );
    assert!(
        image
            .data_directories()
            .relocation_blocks(&*file, &image.section_table())
            .unwrap()
            .is_some()
    );
}
