//! What a browser, or anything else on this computer, asks of the redirect listener.

use percent_encoding::percent_decode_str;

use crate::secret::Secret;

/// Headers at the most; browsers send about twenty.
const MAX_HEADERS: usize = 64;
/// What is kept of a text of the login page.
const MAX_REASON: usize = 200;

/// What a request means.
pub(super) enum Meaning {
    /// Its end has not arrived yet.
    Partial,
    /// The answer of the login page to this login.
    Answer(Answer),
    /// Something else; this is what it is told.
    Other {
        status: &'static str,
        text: &'static str,
    },
}

/// How the user decided.
pub(super) enum Answer {
    Code(Secret),
    Refused { denied: bool, reason: String },
}

fn other(status: &'static str, text: &'static str) -> Meaning {
    Meaning::Other { status, text }
}

/// Reads the bytes that have arrived so far. `path` and `state` are those of the login.
pub(super) fn read(head: &[u8], path: &str, state: &Secret) -> Meaning {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Meaning::Partial,
        Err(httparse::Error::TooManyHeaders) => {
            return other("431 Request Header Fields Too Large", "Too many headers.");
        }
        Err(_) => return other("400 Bad Request", "This is not HTTP."),
    }
    let target = request.path.unwrap_or_default();
    let (found, query) = target.split_once('?').unwrap_or((target, ""));
    if found != path {
        return other("404 Not Found", "There is nothing here.");
    }
    if request.method != Some("GET") {
        return other("405 Method Not Allowed", "Only GET is answered here.");
    }
    let (Some(code), Some(error), Some(description), Some(given)) = (
        parameter(query, "code"),
        parameter(query, "error"),
        parameter(query, "error_description"),
        parameter(query, "state"),
    ) else {
        return other(
            "400 Bad Request",
            "The answer of the login page is ambiguous.",
        );
    };
    if !is_same(
        given.unwrap_or_default().as_bytes(),
        state.expose().as_bytes(),
    ) {
        return other(
            "400 Bad Request",
            "This answer does not belong to the login that the program waits for. Start the login again from the program.",
        );
    }
    match (code, error) {
        (_, Some(error)) => Meaning::Answer(Answer::Refused {
            denied: error == "access_denied",
            reason: tidy(&description.filter(|text| !text.is_empty()).unwrap_or(error)),
        }),
        (Some(code), None) if !code.is_empty() && code.len() <= 4096 => {
            Meaning::Answer(Answer::Code(Secret::new(code)))
        }
        _ => other(
            "400 Bad Request",
            "The answer of the login page has no code.",
        ),
    }
}

/// A parameter, decoded. The outer `None`: it is there twice, so nobody knows which one counts.
fn parameter(query: &str, name: &str) -> Option<Option<String>> {
    let mut values = query.split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value))
    });
    let first = values.next();
    values.next().is_none().then_some(first)
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// Takes the same time wherever the difference is.
fn is_same(given: &[u8], known: &[u8]) -> bool {
    given.len() == known.len()
        && given
            .iter()
            .zip(known)
            .fold(0, |difference, (a, b)| difference | (a ^ b))
            == 0
}

/// One short line for an error message.
fn tidy(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(MAX_REASON)
        .collect();
    line.trim().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(request: &str) -> String {
        match read(request.as_bytes(), "/callback", &Secret::new("s+1")) {
            Meaning::Partial => "partial".to_owned(),
            Meaning::Answer(Answer::Code(code)) => format!("code {}", code.expose()),
            Meaning::Answer(Answer::Refused { denied, reason }) => format!("{denied} {reason}"),
            Meaning::Other { status, .. } => status.get(..3).unwrap().to_owned(),
        }
    }

    fn get(target: &str) -> String {
        status(&format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n"))
    }

    #[test]
    fn only_the_right_path_and_state_count() {
        for (target, expected) in [
            ("/callback?code=a%2Bb&state=s%2B1", "code a+b"),
            ("/callback?state=s%2B1&code=a&iss=x", "code a"),
            (
                "/callback?error=access_denied&error_description=No+way.%0d&state=s%2B1",
                "true No way",
            ),
            (
                "/callback?error=invalid_scope&state=s%2B1",
                "false invalid_scope",
            ),
            ("/callback?code=a&state=other", "400"),
            ("/callback?code=a", "400"),
            ("/callback?code=a&code=b&state=s%2B1", "400"),
            ("/callback?code=&state=s%2B1", "400"),
            ("/callback", "400"),
            ("/callback/?code=a&state=s%2B1", "404"),
            ("/favicon.ico", "404"),
            ("/%63allback?code=a&state=s%2B1", "404"),
        ] {
            assert_eq!(get(target), expected, "{target}");
        }
    }

    #[test]
    fn other_methods_and_garbage_are_refused() {
        assert_eq!(
            status("POST /callback?code=a&state=s%2B1 HTTP/1.1\r\n\r\n"),
            "405"
        );
        assert_eq!(
            status("HEAD /callback?code=a&state=s%2B1 HTTP/1.1\r\n\r\n"),
            "405"
        );
        assert_eq!(status("\u{16}\u{3}\u{1}\0garbage"), "400");
        assert_eq!(status("GET /callback?code=a"), "partial");
        assert_eq!(status(""), "partial");
        let headers = "a: b\r\n".repeat(100);
        assert_eq!(status(&format!("GET / HTTP/1.1\r\n{headers}\r\n")), "431");
    }
}
