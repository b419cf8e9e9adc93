//! The signature inside a Mach-O file: whether each page of the file is the one that was signed. macOS ends a process that
//! has loaded one that is not.

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

const SUPER_BLOB: u32 = 0xfade_0cc0;
const CODE_DIRECTORY: u32 = 0xfade_0c02;
/// The kind of hash.
const SHA256: u8 = 2;
/// That of a signature that says who nobody is: made by the linker.
const ADHOC: u32 = 2;

/// Checks the signature at `at` in the file; how many pages it is for. All its numbers have the highest byte first.
pub(super) fn check(file: &[u8], at: usize) -> Result<usize> {
    ensure!(number(file, at)? == SUPER_BLOB, "no signature is there");
    let directory = at + usize::try_from(number(file, at + 16)?)?;
    ensure!(
        number(file, directory)? == CODE_DIRECTORY,
        "the signature begins with something else than the hashes"
    );
    let field = |offset: usize| number(file, directory + offset);
    ensure!(field(12)? & ADHOC != 0, "it is not signed by the linker");
    let hashes = directory + usize::try_from(field(16)?)?;
    let pages = usize::try_from(field(28)?)?;
    let signed = usize::try_from(field(32)?)?;
    let last: [u8; 4] = field(36)?.to_be_bytes();
    let [length, kind, _, page] = last;
    ensure!(kind == SHA256 && length == 32, "another kind of hash");
    let page = 1_usize << page;
    ensure!(
        signed == at && pages == signed.div_ceil(page),
        "{pages} pages of {page} bytes are signed, of a file of {at}"
    );
    let code = file.get(..signed).context("the file is too short")?;
    for (number, bytes) in code.chunks(page).enumerate() {
        let hash = hashes + number * 32;
        ensure!(
            file.get(hash..hash + 32) == Some(Sha256::digest(bytes).as_slice()),
            "page {number} is not the one that was signed"
        );
    }
    Ok(pages)
}

fn number(file: &[u8], at: usize) -> Result<u32> {
    let bytes = file.get(at..at + 4).context("a signature that ends")?;
    Ok(u32::from_be_bytes(bytes.try_into()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the linker makes it: one blob, with one hash for each page of 16 bytes.
    fn signed(code: &[u8]) -> Vec<u8> {
        let mut file = code.to_vec();
        let words = |file: &mut Vec<u8>, words: &[u32]| {
            for word in words {
                file.extend(word.to_be_bytes());
            }
        };
        words(&mut file, &[SUPER_BLOB, 0, 1, 0, 20]);
        let pages = code.len().div_ceil(16);
        let sizes = [
            u32::try_from(pages).unwrap(),
            u32::try_from(code.len()).unwrap(),
        ];
        words(&mut file, &[CODE_DIRECTORY, 0, 0, ADHOC, 40, 0, 0]);
        words(&mut file, &sizes);
        file.extend([32, SHA256, 0, 4]);
        for page in code.chunks(16) {
            file.extend(Sha256::digest(page));
        }
        file
    }

    #[test]
    fn a_changed_byte_in_any_page_is_found() {
        let code: Vec<u8> = (0..40).collect();
        let file = signed(&code);
        assert_eq!(check(&file, 40).unwrap(), 3);
        for at in [0, 15, 16, 39, file.len() - 1] {
            let mut changed = file.clone();
            changed[at] ^= 1;
            let error = check(&changed, 40).unwrap_err().to_string();
            assert!(
                error.contains("not the one that was signed"),
                "{at}: {error}"
            );
        }
        assert!(check(&file, 0).is_err());
        assert!(check(&file[..60], 40).is_err());
    }
}
