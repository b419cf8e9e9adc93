//! The shared library exports exactly what the header declares, and a list says what that is.

mod common;

use std::collections::BTreeSet;

use common::{header, header_text, library, root};
use object::{Object as _, ObjectSymbol as _};

fn declared() -> BTreeSet<String> {
    header::functions(&header_text())
        .into_iter()
        .map(|function| function.name)
        .collect()
}

/// Functions are for ever: one that vanishes from this list, or changes, needs a new ABI version.
#[test]
fn the_header_declares_the_functions_of_the_list() {
    let list = std::fs::read_to_string(root().join("tests/abi/symbols.txt")).unwrap();
    let listed: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    let declared = declared();
    assert!(declared.len() > 90, "the header was not understood");
    let missing: Vec<_> = declared.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&declared).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "tests/abi/symbols.txt lacks {missing:#?} and has {gone:#?}, which the header has not"
    );
    assert!(
        list.lines().is_sorted(),
        "tests/abi/symbols.txt is not sorted"
    );
}

#[test]
fn the_library_exports_the_functions_of_the_header_and_nothing_else() {
    let file = std::fs::read(library()).unwrap();
    let object = object::File::parse(&*file).unwrap();
    let exported: BTreeSet<String> = if object.format() == object::BinaryFormat::Elf {
        object
            .dynamic_symbols()
            .filter(|symbol| symbol.is_definition())
            .map(|symbol| symbol.name().unwrap().to_owned())
            .collect()
    } else {
        object
            .exports()
            .unwrap()
            .filter_map(|export| match export.unwrap().name() {
                object::NameOrOrdinal::Name(name) => {
                    Some(String::from_utf8_lossy(name).into_owned())
                }
                _ => None,
            })
            // Mach-O puts an underscore before C's names.
            .map(|name| name.strip_prefix('_').unwrap_or(&name).to_owned())
            .collect()
    };
    assert_eq!(exported, declared());
}

#[cfg(target_os = "linux")]
#[test]
fn the_abi_version_is_in_the_name_of_the_shared_library() {
    let file = std::fs::read(library()).unwrap();
    let version = header::constant(&header_text(), "APSFETCH_ABI_VERSION").unwrap();
    let name = format!("\0libapsfetch.so.{version}\0");
    let object = object::File::parse(&*file).unwrap();
    use object::ObjectSection as _;
    let names = object.section_by_name(".dynstr").unwrap();
    let names = names.data().unwrap();
    assert!(
        names
            .windows(name.len())
            .any(|window| window == name.as_bytes()),
        "no SONAME{name}"
    );
}
