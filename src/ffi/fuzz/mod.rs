//! What must hold for whatever a C program calls, in whatever order and with whatever handles.
//!
//! A program is text: a call in each line, such as `request_new_object my-bucket models/house.rvt`, without the
//! `apsfetch_` that all names begin with. [`arguments`] says what its words mean.

mod arguments;
mod exports;
mod server;

use arguments::Program;
use exports::EXPORTS;

/// Calls in one program, and words in a line, at the most: what is longer says nothing new.
const MOST_CALLS: usize = 60;
const MOST_WORDS: usize = 12;

pub(crate) fn program(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // The program's own words may well occur in an error.
    if text.contains(server::SECRET) {
        return;
    }
    let server = server::Server::start();
    let mut program = Program::new(server.address());
    for line in text.lines().take(MOST_CALLS) {
        let mut words = line.split(' ').take(MOST_WORDS);
        let name = words.next().unwrap_or_default();
        let export = EXPORTS
            .iter()
            .find(|(known, _)| known.strip_prefix("apsfetch_") == Some(name));
        if let Some((name, export)) = export {
            program.begin(name, words.map(str::to_owned).collect());
            export.call(&mut program);
        }
    }
    // Objects may be freed in any order, and each is known to its own function alone.
    let backwards = data.len() % 2 == 1;
    for handle in program.handles(backwards) {
        for (name, export) in EXPORTS.iter().filter(|(name, _)| name.ends_with("_free")) {
            program.begin(name, vec![format!("#{handle}")]);
            export.call(&mut program);
        }
    }
    program.check_all_freed();
}

#[cfg(test)]
mod tests {
    use super::EXPORTS;

    #[test]
    fn every_export_can_be_called() {
        let names: Vec<&str> = EXPORTS.iter().map(|(name, _)| *name).collect();
        let symbols = include_str!("../../../tests/abi/symbols.txt");
        let missing: Vec<&str> = symbols
            .lines()
            .filter(|line| line.starts_with("apsfetch_") && !names.contains(line))
            .collect();
        assert!(
            missing.is_empty(),
            "add to src/ffi/fuzz/exports.rs: {missing:?}"
        );
        assert!(names.is_sorted());
    }
}
