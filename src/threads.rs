//! Where every thread of the library is born, and joined.
//!
//! A plug-in's DLL can be unloaded as soon as its last handle is freed. A thread that is still on its
//! way out then runs in unmapped memory, so nothing here is ever detached.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// Enough for a TLS handshake with a long certificate chain, small enough for 64 threads in a 4 GB host.
const STACK_SIZE: usize = 1024 * 1024;

/// The threads of one client. Clones share the list.
#[derive(Clone, Default)]
pub(crate) struct Threads {
    running: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Threads {
    /// Starts a thread, or says that the operating system refused it.
    pub(crate) fn spawn(&self, name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let handle = Builder::new()
            .name(name.to_owned())
            .stack_size(STACK_SIZE)
            .spawn(move || {
                #[cfg(feature = "capi")]
                crate::ffi::survive_file_size_limit();
                body();
            })?;
        let finished: Vec<_> = {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            running.push(handle);
            running
                .extract_if(.., |thread| thread.is_finished())
                .collect()
        };
        // Their bodies are over, so this waits for no more than the system's own end of a thread.
        for thread in finished {
            let _ = thread.join();
        }
        Ok(())
    }

    /// Waits until every thread started so far has ended. The caller has told them to.
    pub(crate) fn join(&self) {
        loop {
            let next = self
                .running
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop();
            match next {
                // A thread that drops the last reference to its own client cannot wait for itself.
                Some(thread) if thread.thread().id() == std::thread::current().id() => {}
                Some(thread) => drop(thread.join()),
                None => return,
            }
        }
    }
}
