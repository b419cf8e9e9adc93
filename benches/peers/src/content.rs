//! The files that are fetched, and whether what arrived is the same.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use twox_hash::xxhash3_128::Hasher;

/// A file on the server, below its folder of files.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) digest: u128,
}

/// Small, so that this program stays small: a child's peak memory is at least that of who started it.
const BLOCK: usize = 256 << 10;

/// Makes a file that no compression makes smaller, and no two of which are alike.
pub(crate) fn make(folder: &Path, name: &str, size: u64, seed: u64) -> Result<Source> {
    let path = folder.join(name);
    let mut file = File::create(&path).with_context(|| path.display().to_string())?;
    let mut random = Random::new(seed);
    let mut hasher = Hasher::new();
    let mut block = vec![0; BLOCK];
    let mut left = size;
    while left > 0 {
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(BLOCK);
        for word in block[..length].chunks_mut(8) {
            word.copy_from_slice(&random.next().to_le_bytes()[..word.len()]);
        }
        hasher.write(&block[..length]);
        file.write_all(&block[..length])?;
        left -= length as u64;
    }
    Ok(Source {
        name: name.to_owned(),
        size,
        digest: hasher.finish_128(),
    })
}

/// What is wrong with a file that should be like the source, if anything is.
pub(crate) fn fault(source: &Source, path: &Path) -> Result<Option<String>> {
    let Ok(mut file) = File::open(path) else {
        return Ok(Some("no file".to_owned()));
    };
    let size = file.metadata()?.len();
    if size != source.size {
        return Ok(Some(format!("{size} bytes instead of {}", source.size)));
    }
    let mut hasher = Hasher::new();
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block)? {
            0 => break,
            read => hasher.write(&block[..read]),
        }
    }
    Ok((hasher.finish_128() != source.digest).then(|| "wrong bytes".to_owned()))
}

/// Many small files like the parts of a translated model: most have some tens of kilobytes, few reach the largest size.
pub(crate) fn sizes(count: usize, seed: u64) -> Vec<u64> {
    let mut random = Random::new(seed);
    let (least, most) = (1024.0, 1024.0 * 1024.0);
    // Log-normal: the logarithm is the sum of twelve even chances, which is near enough to normal.
    (0..count)
        .map(|_| {
            let normal: f64 = (0..12).map(|_| random.fraction()).sum::<f64>() - 6.0;
            (32_768.0 * (1.2 * normal).exp()).clamp(least, most) as u64
        })
        .collect()
}

/// SplitMix64: the same numbers each time, as fast as memory.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_byte_a_missing_byte_and_a_missing_file_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let source = make(folder.path(), "file", 1_000_003, 1).unwrap();
        let path = folder.path().join("file");
        assert_eq!(fault(&source, &path).unwrap(), None);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[600_000] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(fault(&source, &path).unwrap().unwrap(), "wrong bytes");
        std::fs::write(&path, &bytes[1..]).unwrap();
        let told = fault(&source, &path).unwrap().unwrap();
        assert_eq!(told, "1000002 bytes instead of 1000003");
        let told = fault(&source, &folder.path().join("none")).unwrap();
        assert_eq!(told.unwrap(), "no file");
    }

    #[test]
    fn small_files_lie_between_a_kilobyte_and_a_megabyte() {
        let mut sizes = sizes(2000, 1);
        assert!(sizes.iter().all(|size| (1024..=1 << 20).contains(size)));
        sizes.sort_unstable();
        assert!((25_000..42_000).contains(&sizes[1000]), "{}", sizes[1000]);
        assert!(sizes[0] < 2_000 && sizes[1999] > 700_000);
    }
}
