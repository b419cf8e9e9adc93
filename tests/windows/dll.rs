//! The DLL in a process: loaded from any folder, beside another version of itself, unloaded after the last free.

use std::ffi::{CStr, c_char, c_void};
use std::path::PathBuf;

use super::*;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn LoadLibraryW(name: *const u16) -> *mut c_void;
    fn GetModuleHandleW(name: *const u16) -> *mut c_void;
    fn GetProcAddress(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn FreeLibrary(library: *mut c_void) -> i32;
}

type New = unsafe extern "C" fn(out: *mut *mut c_void, error: *mut *mut c_void) -> i32;
type Free = unsafe extern "C" fn(object: *mut c_void) -> i32;
type Number = unsafe extern "C" fn() -> u32;

struct Library(*mut c_void);

impl Library {
    fn load(path: &Path) -> Self {
        let name = wide(path);
        // SAFETY: the name ends with a zero.
        let library = unsafe { LoadLibraryW(name.as_ptr()) };
        let error = std::io::Error::last_os_error();
        assert!(!library.is_null(), "{}: {error}", path.display());
        Library(library)
    }

    fn find(&self, name: &CStr) -> *mut c_void {
        // SAFETY: the library is loaded, and the name ends with a zero.
        let found = unsafe { GetProcAddress(self.0, name.as_ptr()) };
        assert!(!found.is_null(), "{name:?}");
        found
    }

    fn config_new(&self) -> *mut c_void {
        // SAFETY: that is the function's type in the header.
        let new: New = unsafe { std::mem::transmute(self.find(c"apsfetch_config_new")) };
        let mut config = std::ptr::null_mut();
        // SAFETY: the pointer is that of a variable, and no error is asked for.
        assert_eq!(unsafe { new(&mut config, std::ptr::null_mut()) }, 0);
        config
    }

    fn config_free(&self, config: *mut c_void) -> i32 {
        // SAFETY: that is the function's type in the header.
        let free: Free = unsafe { std::mem::transmute(self.find(c"apsfetch_config_free")) };
        // SAFETY: any value may be handed over.
        unsafe { free(config) }
    }

    fn abi_version(&self) -> u32 {
        // SAFETY: that is the function's type in the header.
        let version: Number = unsafe { std::mem::transmute(self.find(c"apsfetch_abi_version")) };
        // SAFETY: it takes nothing.
        unsafe { version() }
    }

    fn unload(self) {
        // SAFETY: nothing of it is used any more.
        assert_ne!(unsafe { FreeLibrary(self.0) }, 0);
    }
}

fn copy(folder: &Path, name: &str) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    std::fs::copy(common::library(), &path).unwrap();
    path
}

fn is_loaded(path: &Path) -> bool {
    let name = wide(path);
    // SAFETY: the name ends with a zero.
    unsafe { !GetModuleHandleW(name.as_ptr()).is_null() }
}

#[test]
fn it_is_loaded_from_a_folder_of_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut deep = folder.path().join("Größe 日本語 🏠 with spaces");
    let library = Library::load(&copy(&deep, "apsfetch-1.dll"));
    let config = library.config_new();
    assert_eq!(library.config_free(config), 0);
    library.unload();
    // Folders of programs are not that deep, but plug-ins of users may be.
    while deep.as_os_str().len() < 220 {
        deep.push("deep");
    }
    let path = copy(&deep, "apsfetch-1.dll");
    let library = Library::load(&path);
    assert_eq!(library.abi_version(), 1);
    library.unload();
    assert!(!is_loaded(&path));
}

/// Two add-ins of one program, each with a copy of its own: of the same ABI version in two folders, and of another one,
/// which has another name.
#[test]
fn several_copies_live_in_one_process_without_knowing_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [
        copy(&folder.path().join("one"), "apsfetch-1.dll"),
        copy(&folder.path().join("two"), "apsfetch-1.dll"),
        copy(&folder.path().join("two"), "apsfetch-2.dll"),
    ];
    let libraries = paths.each_ref().map(|path| Library::load(path));
    assert!(libraries[0].0 != libraries[1].0 && libraries[1].0 != libraries[2].0);
    let configs = libraries.each_ref().map(Library::config_new);
    // A handle of one is none of another: each has a table of its own.
    let [one, two, three] = libraries;
    assert_eq!(one.config_free(configs[0]), 0);
    one.unload();
    assert!(!is_loaded(&paths[0]) && is_loaded(&paths[1]));
    let another = two.config_new();
    for (library, config) in [(&two, configs[1]), (&two, another), (&three, configs[2])] {
        assert_eq!(library.config_free(config), 0);
    }
    two.unload();
    three.unload();
    assert!(!paths.iter().any(|path| is_loaded(path)));
}
