//! What the user sees in the browser when the login is over.

/// A whole page with a heading and a sentence. Both are text: nothing in them is taken for HTML.
pub(super) fn html(heading: &str, sentence: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em}}</style>\
         </head><body><h1>{0}</h1><p>{1}</p></body></html>\n",
        escape(heading),
        escape(sentence)
    )
}

/// An HTTP reply that ends its connection. The page loads nothing and is kept nowhere.
pub(super) fn reply(status: &str, page: &str) -> Vec<u8> {
    let allow = match status.starts_with("405") {
        true => "Allow: GET\r\n",
        false => "",
    };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n{allow}\
         Connection: close\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\r\n{page}",
        page.len()
    )
    .into_bytes()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_becomes_html() {
        let page = html("<b>", "<script>alert('\"&')</script>");
        assert!(
            !page.contains("<script>") && !page.contains("<b>"),
            "{page}"
        );
        assert!(page.contains("&lt;script&gt;alert(&#39;&quot;&amp;&#39;)"));
        let reply = String::from_utf8(reply("200 OK", &page)).unwrap();
        assert!(reply.contains(&format!("Content-Length: {}\r\n", page.len())));
    }
}
