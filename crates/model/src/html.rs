//! The `html` of a message: its text escaped, with links and line breaks (contract G-25).

use linkify::{LinkFinder, LinkKind};

/// Renders a plain text as HTML that is safe to show: everything is escaped, `http` and `https` addresses become
/// links, line breaks become `<br>`. Addresses with a user part stay text, as they hide their real host.
pub fn render(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    if !text.contains("://") {
        escape_lines(text, &mut html);
        return html;
    }
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    for span in finder.spans(text) {
        if span.kind().is_some() && is_plain_web_address(span.as_str()) {
            html.push_str("<a href=\"");
            escape(span.as_str(), &mut html);
            html.push_str("\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">");
            escape(span.as_str(), &mut html);
            html.push_str("</a>");
        } else {
            escape_lines(span.as_str(), &mut html);
        }
    }
    html
}

fn is_plain_web_address(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    is_web && !authority.is_empty() && !authority.contains('@')
}

fn escape_lines(text: &str, html: &mut String) {
    let mut lines = text.split('\n');
    escape(
        lines.next().unwrap_or_default().trim_end_matches('\r'),
        html,
    );
    for line in lines {
        html.push_str("<br>");
        escape(line.trim_end_matches('\r'), html);
    }
}

/// Escapes a text for an element or a quoted attribute.
pub fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_with_links_and_line_breaks() {
        let link = |address: &str| {
            format!(
                "<a href=\"{address}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">{address}</a>"
            )
        };
        for (text, html) in [
            (
                "Hello! How can I help you?",
                "Hello! How can I help you?".to_owned(),
            ),
            ("a\r\nb\n\nc", "a<br>b<br><br>c".to_owned()),
            (
                "<script>alert('x')</script> & \"q\"",
                "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;q&quot;".to_owned(),
            ),
            (
                "see https://a.example/x?a=1&b=2.",
                format!("see {}.", link("https://a.example/x?a=1&amp;b=2")),
            ),
            (
                "javascript://%0aalert(1)",
                "javascript://%0aalert(1)".to_owned(),
            ),
            ("data:text/html,x", "data:text/html,x".to_owned()),
            (
                "https://good.example@evil.example/",
                "https://good.example@evil.example/".to_owned(),
            ),
        ] {
            assert_eq!(render(text), html);
        }
    }

    #[test]
    fn nothing_in_an_address_leaves_its_attribute() {
        for text in [
            "https://x\" onfocus=alert(1) autofocus",
            "https://a.b/<svg/onload=alert(1)>",
            "https://a.b/'\"><img src=x>",
        ] {
            let html = render(text);
            assert!(
                !html.contains("<svg") && !html.contains("<img") && !html.contains("\" onfocus"),
                "{html}"
            );
        }
    }
}
