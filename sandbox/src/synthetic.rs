//! Bytes that are a function of their offset, so that objects of any size need neither disk nor memory.
//!
//! One tile of random-looking bytes is shared by the whole process. Byte `offset` of the object with `seed` is byte
//! `(phase(seed) + offset) mod PERIOD` of the tile. The period is prime: no two parts of a download, whatever the part
//! size, hold the same bytes unless they are a whole multiple of it apart, so a part written to the wrong place shows.
//! Serving is a reference into the tile, nothing is computed and nothing is copied.

use bytes::Bytes;
use std::sync::OnceLock;

const PERIOD: u64 = 4_194_301;
/// Frames may run over the end of the period by this much without being split.
const MARGIN: u64 = 1 << 20;

fn tile() -> &'static Bytes {
    static TILE: OnceLock<Bytes> = OnceLock::new();
    TILE.get_or_init(|| {
        let mut tile = Vec::with_capacity((PERIOD + MARGIN) as usize);
        let mut counter = 0_u64;
        while tile.len() < PERIOD as usize {
            tile.extend_from_slice(&mix(counter).to_le_bytes());
            counter += 1;
        }
        tile.truncate(PERIOD as usize);
        tile.extend_from_within(..MARGIN as usize);
        Bytes::from(tile)
    })
}

/// SplitMix64's output function.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// At most `max` bytes (and at least one, when `max` is not 0) of the endless stream with `seed`, from `offset`.
pub(crate) fn frame(seed: u64, offset: u64, max: usize) -> Bytes {
    let start = ((mix(seed) % PERIOD + offset % PERIOD) % PERIOD) as usize;
    let end = (start + max).min((PERIOD + MARGIN) as usize);
    tile().slice(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(seed: u64, offset: u64, len: usize) -> Vec<u8> {
        let mut out = Vec::new();
        while out.len() < len {
            let part = frame(seed, offset + out.len() as u64, len - out.len());
            assert!(!part.is_empty());
            out.extend_from_slice(&part);
        }
        out
    }

    #[test]
    fn bytes_depend_on_seed_and_offset_alone() {
        let whole = read(7, 0, 9_000_000);
        for offset in [0, 1, 4_194_300, 4_194_301, 4_194_302, 8_388_607] {
            assert_eq!(
                read(7, offset, 1000),
                whole[offset as usize..offset as usize + 1000],
                "at {offset}"
            );
        }
        assert_ne!(read(7, 0, 1000), read(8, 0, 1000));
        assert_ne!(
            read(7, 0, 1000),
            read(7, 1 << 22, 1000),
            "parts of a power of two differ"
        );
    }
}
