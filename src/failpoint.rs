//! Places where a test lets the library panic, to see that the host and everything else goes on.
//!
//! There is nothing of it in a library that is built for use.

/// A bug could be here. `place` says which layer it would be in.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn here(_place: &str) {}

#[cfg(test)]
pub(crate) use armed::here;

#[cfg(test)]
pub(crate) mod armed {
    use std::sync::Mutex;

    /// The place, and how often it still has to be come by before it panics, once.
    static ARMED: Mutex<Option<(String, u32)>> = Mutex::new(None);

    /// For a process of its own: other tests in this one would come by the place, too.
    pub(crate) fn arm(place: &str, before: u32) {
        *ARMED.lock().unwrap() = Some((place.to_owned(), before));
    }

    /// Whether the place has not panicked yet; nothing does after this.
    pub(crate) fn disarm() -> bool {
        ARMED.lock().unwrap().take().is_some()
    }

    pub(crate) fn here(place: &str) {
        let mut armed = ARMED.lock().unwrap();
        match armed.as_mut() {
            Some((wanted, 0)) if wanted == place => *armed = None,
            Some((wanted, before)) if wanted == place => {
                *before -= 1;
                return;
            }
            _ => return,
        }
        drop(armed);
        panic!("deliberate");
    }
}
