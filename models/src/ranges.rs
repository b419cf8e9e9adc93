//! The ranges of a file: one worker at a time, and somebody else who shares the rest.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::every_interleaving;
use super::plan::{Claim, Range, SMALLEST_BLOCK as BLOCK};

/// Six blocks: the worker makes a few before the rest is too small to be shared.
const BLOCKS: u64 = 6;

/// How often each half block of the file was written.
struct File([AtomicUsize; 2 * BLOCKS as usize]);

impl File {
    fn new() -> Arc<Self> {
        Arc::new(File(std::array::from_fn(|_| AtomicUsize::new(0))))
    }

    fn write(&self, offset: u64, length: u64) {
        for half in offset / (BLOCK / 2)..(offset + length) / (BLOCK / 2) {
            self.0[half as usize].fetch_add(1, Ordering::Relaxed);
        }
    }

    fn is_written(&self, up_to: u64) -> bool {
        let halves = &self.0[..(up_to / (BLOCK / 2)) as usize];
        halves.iter().all(|half| half.load(Ordering::Relaxed) > 0)
    }

    fn check_whole(&self) {
        for half in &self.0 {
            assert_eq!(half.load(Ordering::Relaxed), 1, "written once");
        }
    }
}

/// Fetches a range that was taken, as `Work::receive` does.
fn fetch(range: &Range, file: &File) {
    while let Claim::Block { offset, length } = range.claim(BLOCK) {
        file.write(offset, length);
        range.advance(length);
    }
    range.release();
}

/// What is given away of a range is not what its worker is writing, and nothing is lost between the two.
pub fn a_shared_rest_is_written_once() {
    every_interleaving(|| {
        let file = File::new();
        let range = Arc::new(Range::new(0, 0, 0, BLOCKS * BLOCK));
        assert!(range.take());
        let worker = {
            let (range, file) = (range.clone(), file.clone());
            thread::spawn(move || fetch(&range, &file))
        };
        if let Some(tail) = range.split_off(BLOCK) {
            assert!(tail.take());
            fetch(&tail, &file);
        }
        worker.join().unwrap();
        assert!(range.is_complete());
        file.check_whole();
    });
}

/// A worker that breaks off in the middle of a block leaves the rest to the next one, and there is only one next one.
pub fn a_range_goes_from_hand_to_hand() {
    every_interleaving(|| {
        let file = File::new();
        let range = Arc::new(Range::new(0, 0, 0, BLOCKS * BLOCK));
        assert!(range.take());
        let others: Vec<_> = (0..2)
            .map(|_| {
                let (range, file) = (range.clone(), file.clone());
                thread::spawn(move || {
                    if range.take() {
                        fetch(&range, &file);
                    }
                })
            })
            .collect();
        let Claim::Block { offset, .. } = range.claim(BLOCK) else {
            panic!("it is new");
        };
        file.write(offset, BLOCK / 2);
        range.advance(BLOCK / 2);
        range.release();
        for other in others {
            other.join().unwrap();
        }
        if range.take() {
            fetch(&range, &file);
        }
        file.check_whole();
    });
}

/// When an item starts over, its workers stop within the block they have, and nobody begins.
pub fn nobody_writes_to_a_dead_range() {
    every_interleaving(|| {
        let range = Arc::new(Range::new(0, 0, 0, 2 * BLOCK));
        let killed = Arc::new(AtomicUsize::new(0));
        assert!(range.take());
        let worker = {
            let (range, killed) = (range.clone(), killed.clone());
            thread::spawn(move || {
                loop {
                    // Acquire: when it is seen, the range is dead.
                    let before = killed.load(Ordering::Acquire);
                    match range.claim(BLOCK) {
                        Claim::Block { length, .. } => {
                            assert_eq!(before, 0, "a block was claimed behind the end");
                            range.advance(length);
                        }
                        Claim::Complete | Claim::Dead => break,
                    }
                }
                range.release();
            })
        };
        range.kill();
        killed.store(1, Ordering::Release);
        worker.join().unwrap();
        assert!(!range.take() && !range.is_free() && range.split_off(1).is_none());
    });
}

/// The checksum follows the frontier: what is before it is in the file.
pub fn what_is_before_the_frontier_is_written() {
    every_interleaving(|| {
        let file = File::new();
        let range = Arc::new(Range::new(0, 0, 0, 2 * BLOCK));
        assert!(range.take());
        let worker = {
            let (range, file) = (range.clone(), file.clone());
            thread::spawn(move || fetch(&range, &file))
        };
        let frontier = range.frontier(0).unwrap();
        assert!(file.is_written(frontier), "{frontier}");
        worker.join().unwrap();
    });
}
