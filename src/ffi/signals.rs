//! What Unix does to a thread for what it writes.

/// A write beyond the limit on file sizes raises SIGXFSZ, which ends a process that is not prepared for it. On the
/// library's own threads it is blocked: the write then fails with an error that can be told, and the host lives. Its own
/// threads and handlers stay as they are.
#[cfg(unix)]
pub(crate) fn survive_file_size_limit() {
    let mut set = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: `set` is ours; sigemptyset initialises all of it before it is read. Only the mask of the calling thread
    // changes, and no old mask is asked for.
    unsafe {
        if libc::sigemptyset(set.as_mut_ptr()) == 0
            && libc::sigaddset(set.as_mut_ptr(), libc::SIGXFSZ) == 0
        {
            libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut());
        }
    }
}

#[cfg(not(unix))]
pub(crate) fn survive_file_size_limit() {}
