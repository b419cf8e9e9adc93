//! What Rust's standard library leaves behind in a process that unloads the DLL, and is taken back here.
//!
//! For `x86_64-pc-windows-gnu`, its thread locals are indexes from `TlsAlloc`, which it never gives back. A process has 1,088 of
//! them. Each load takes three, and more when something is downloaded: after some hundreds of loads the next one would end
//! the host. So the DLL is linked with `--wrap=TlsAlloc` (see `build.rs`), which leads to the function below; it notes each
//! index, and when the DLL is unloaded, after the last callback of the standard library, they are given back.
//!
//! Programs with the static library are never unloaded; they are linked without that option, and nothing is noted.

use std::ffi::{c_char, c_void};
use std::mem::transmute;
use std::sync::atomic::{AtomicU32, Ordering};

type TlsAlloc = unsafe extern "system" fn() -> u32;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetModuleHandleA(name: *const c_char) -> *mut c_void;
    fn GetProcAddress(module: *mut c_void, name: *const c_char) -> *const c_void;
    fn TlsFree(index: u32) -> i32;
}

const DLL_PROCESS_DETACH: u32 = 0;
const OUT_OF_INDEXES: u32 = u32::MAX;

/// The indexes of this load, each plus one. More than this many are never taken.
static INDEXES: [AtomicU32; 256] = [const { AtomicU32::new(0) }; 256];

/// In the place of `TlsAlloc`. It is called where no thread local can be used yet.
extern "system" fn alloc() -> u32 {
    // SAFETY: both names end with a zero; kernel32 is in every process.
    let real =
        unsafe { GetProcAddress(GetModuleHandleA(c"kernel32".as_ptr()), c"TlsAlloc".as_ptr()) };
    if real.is_null() {
        return OUT_OF_INDEXES;
    }
    // SAFETY: that is the function's type.
    let real = unsafe { transmute::<*const c_void, TlsAlloc>(real) };
    // SAFETY: it takes nothing.
    let index = unsafe { real() };
    if index != OUT_OF_INDEXES {
        for place in &INDEXES {
            let note = index.saturating_add(1);
            if place
                .compare_exchange(0, note, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
            {
                break;
            }
        }
    }
    index
}

/// The system calls it when a thread or the process begins or ends, and when the DLL is loaded or unloaded.
unsafe extern "system" fn on_event(_module: *mut c_void, event: u32, process_ends: *mut c_void) {
    if event != DLL_PROCESS_DETACH || !process_ends.is_null() {
        return;
    }
    for place in &INDEXES {
        if let Some(index) = place.swap(0, Ordering::Relaxed).checked_sub(1) {
            // SAFETY: the index is ours, and nothing of the DLL runs any more that could use it.
            unsafe { TlsFree(index) };
        }
    }
}

/// Behind the standard library's own callback, which is in `.CRT$XLB` and still uses its indexes.
#[used]
#[unsafe(link_section = ".CRT$XLY")]
static ON_EVENT: unsafe extern "system" fn(*mut c_void, u32, *mut c_void) = on_event;

// In assembler, because the DLL would export a symbol that Rust knows of. Some versions of the standard library call the
// function, others call it through the pointer.
core::arch::global_asm!(
    ".globl __wrap_TlsAlloc",
    "__wrap_TlsAlloc:",
    "jmp {alloc}",
    ".section .rdata$apsfetch,\"dr\"",
    ".globl __wrap___imp_TlsAlloc",
    ".p2align 3",
    "__wrap___imp_TlsAlloc:",
    ".quad {alloc}",
    ".text",
    alloc = sym alloc,
);
