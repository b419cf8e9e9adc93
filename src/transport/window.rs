//! A buffer that is filled at one end and used at the other.

/// Bytes between where they are used and where more are added.
#[derive(Default)]
pub(super) struct Window {
    bytes: Vec<u8>,
    from: usize,
    to: usize,
}

impl Window {
    /// Room for more, `least` if that can be had in `size`.
    pub(super) fn room(&mut self, size: usize, least: usize) -> &mut [u8] {
        if self.bytes.len() < size {
            // Not `resize`: what the system gives is empty, and takes no memory until it is used.
            let mut bytes = vec![0; size];
            let held = self.filled();
            let count = held.len();
            if let Some(place) = bytes.get_mut(..count) {
                place.copy_from_slice(held);
            }
            *self = Window {
                bytes,
                from: 0,
                to: count,
            };
        }
        let left = self.bytes.len().saturating_sub(self.to);
        if self.is_empty() {
            (self.from, self.to) = (0, 0);
        } else if left < least && self.from > 0 {
            self.bytes.copy_within(self.from..self.to, 0);
            (self.from, self.to) = (0, self.to.saturating_sub(self.from));
        }
        self.bytes.get_mut(self.to..).unwrap_or_default()
    }

    /// Makes it as large as `size`, if there is memory for that.
    pub(super) fn grow(&mut self, size: usize) {
        let more = size.saturating_sub(self.bytes.len());
        if more > 0 && self.bytes.try_reserve_exact(more).is_ok() {
            self.bytes.resize(size, 0);
        }
    }

    /// Gives back what is more than `size`, if nothing is in it.
    pub(super) fn shrink(&mut self, size: usize) {
        if self.is_empty() && self.bytes.len() > size {
            *self = Window::default();
        }
    }

    pub(super) fn add(&mut self, count: usize) {
        self.to = self.to.saturating_add(count).min(self.bytes.len());
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.from = self.from.saturating_add(count).min(self.to);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.from == self.to
    }

    pub(super) fn filled(&self) -> &[u8] {
        self.bytes.get(self.from..self.to).unwrap_or_default()
    }

    pub(super) fn filled_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.from..self.to).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_it_stays_when_its_size_changes() {
        let mut window = Window::default();
        window.room(4, 1).copy_from_slice(b"abcd");
        window.add(4);
        window.consume(1);
        window.grow(8);
        window.shrink(4);
        assert_eq!(window.room(4, 1).len(), 4, "behind what is in it");
        assert_eq!(window.filled(), b"bcd");
        window.consume(3);
        assert_eq!(window.room(4, 1).len(), 8);
        window.shrink(4);
        assert_eq!(window.room(4, 1).len(), 4);
        window.grow(usize::MAX);
        assert_eq!(window.room(4, 1).len(), 4, "there is no memory for more");
    }
}
