//! What the properties of the DLL say in the Explorer.

use std::ffi::c_void;

use super::*;

#[link(name = "version")]
unsafe extern "system" {
    fn GetFileVersionInfoSizeW(file: *const u16, unused: *mut u32) -> u32;
    fn GetFileVersionInfoW(file: *const u16, unused: u32, size: u32, data: *mut c_void) -> i32;
    fn VerQueryValueW(
        data: *const c_void,
        what: *const u16,
        found: *mut *mut c_void,
        length: *mut u32,
    ) -> i32;
}

struct Info(Vec<u8>);

impl Info {
    fn read(file: &Path) -> Self {
        let name = wide(file);
        // SAFETY: the name ends with a zero; the second argument may be NULL.
        let size = unsafe { GetFileVersionInfoSizeW(name.as_ptr(), std::ptr::null_mut()) };
        assert_ne!(size, 0, "{} has no version", file.display());
        let mut data = vec![0; size as usize];
        // SAFETY: the memory has the length that is told.
        let done = unsafe { GetFileVersionInfoW(name.as_ptr(), 0, size, data.as_mut_ptr().cast()) };
        assert_ne!(done, 0);
        Info(data)
    }

    fn text(&self, name: &str) -> String {
        let what = wide(format!(r"\StringFileInfo\040904b0\{name}"));
        let (mut found, mut length) = (std::ptr::null_mut(), 0);
        // SAFETY: the data is what the system has made of it, and outlives what is found in it.
        let done = unsafe {
            VerQueryValueW(
                self.0.as_ptr().cast(),
                what.as_ptr(),
                &mut found,
                &mut length,
            )
        };
        assert_ne!(done, 0, "there is no {name}");
        // SAFETY: that many units are there.
        let units = unsafe { std::slice::from_raw_parts(found.cast::<u16>(), length as usize) };
        String::from_utf16_lossy(units)
            .trim_end_matches('\0')
            .to_owned()
    }
}

#[test]
fn it_says_who_made_it_and_which_version_it_is() {
    let info = Info::read(&common::library());
    let version = env!("CARGO_PKG_VERSION");
    for (name, text) in [
        ("CompanyName", "The apsfetch authors"),
        ("ProductName", "apsfetch"),
        ("FileDescription", env!("CARGO_PKG_DESCRIPTION")),
        ("ProductVersion", version),
        ("FileVersion", version),
        ("OriginalFilename", "apsfetch-1.dll"),
        ("LegalCopyright", "MIT OR Apache-2.0"),
    ] {
        assert_eq!(info.text(name), text, "{name}");
    }
}
