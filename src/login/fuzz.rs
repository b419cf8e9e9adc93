//! What must hold for whatever a program on this computer sends to the redirect listener.

use percent_encoding::percent_decode;

use super::page;
use super::request::{Answer, Meaning, read};
use crate::secret::Secret;

pub(crate) fn request(data: &[u8]) {
    let state = "st4te-of-this-login";
    let sentence = match read(data, "/callback", &Secret::new(state)) {
        Meaning::Partial => return,
        Meaning::Other { status, text } => {
            assert!(status.starts_with('4'), "{status}");
            text.to_owned()
        }
        Meaning::Answer(answer) => {
            // Only who knows the state can answer.
            let decoded: Vec<u8> = percent_decode(data).collect();
            let knows = |bytes: &[u8]| {
                bytes
                    .windows(state.len())
                    .any(|part| part == state.as_bytes())
            };
            assert!(knows(&decoded));
            match answer {
                Answer::Code(code) => {
                    assert!((1..=4096).contains(&code.expose().len()));
                    String::new()
                }
                Answer::Refused { reason, .. } => {
                    assert!(reason.chars().count() <= 200);
                    assert!(!reason.chars().any(char::is_control));
                    reason
                }
            }
        }
    };
    let shown = page::html("Login", &sentence);
    let tags = page::html("Login", "").matches('<').count();
    assert_eq!(shown.matches('<').count(), tags, "{sentence:?} became HTML");
}
