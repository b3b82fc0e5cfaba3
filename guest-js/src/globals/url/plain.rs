//! URLs that need no parser.

/// Returns true if the text is a URL of `http` or `https` in its standard form, without
/// credentials and fragment. Parsing such a URL and writing it again yields the same text. Returns
/// false for many URLs of which that is true as well.
pub fn is_plain(text: &str) -> bool {
    let (rest, default_port) = match text.strip_prefix("http") {
        Some(rest) => match (rest.strip_prefix("://"), rest.strip_prefix("s://")) {
            (Some(rest), _) => (rest, "80"),
            (None, Some(rest)) => (rest, "443"),
            (None, None) => return false,
        },
        None => return false,
    };
    let Some((authority, path)) = rest.split_once('/') else { return false };
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    is_plain_host(host)
        && port.is_none_or(|port| port != default_port && is_plain_port(port))
        && is_plain_path(path)
}

fn is_plain_port(port: &str) -> bool {
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    is_number && port.parse::<u16>().is_ok()
}

fn is_plain_host(host: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label =
        |label: &str| !label.is_empty() && !label.starts_with("xn--") && label.bytes().all(part);
    // The host is an IPv4 address if its last label is a number.
    let last = host.rsplit('.').next().unwrap_or_default();
    host.split('.').all(is_label) && last.starts_with(|first: char| first.is_ascii_lowercase())
}

/// `path` is what follows the first slash.
fn is_plain_path(path: &str) -> bool {
    let mut in_query = false;
    let mut before = b'/';
    path.bytes().all(|byte| {
        let is_plain = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => true,
            b'-' | b'_' | b'~' | b'!' | b'$' | b'&' | b'(' | b')' | b'*' | b'+' | b',' | b';'
            | b'=' | b':' | b'@' | b'/' => true,
            // A segment may be one of dots.
            b'.' => in_query || before != b'/',
            b'%' => in_query,
            b'?' => {
                in_query = true;
                true
            }
            _ => false,
        };
        before = byte;
        is_plain
    })
}

#[cfg(test)]
mod tests {
    use super::super::parser;
    use super::is_plain;

    #[test]
    fn a_plain_url_is_what_the_parser_makes_of_it() {
        let schemes = ["http", "https", "HTTP", "ftp", "httpss"];
        let hosts = [
            "a",
            "a.example",
            "1.a",
            "a.1",
            "a.0x1",
            "127.1",
            "1.2.3.4",
            "xn--a",
            "a.xn--p1ai",
            "A.b",
            "a..b",
            ".a",
            "a.",
            "",
            "a_b",
            "a-.b",
            "-a.b",
            "u@a",
            "u:p@a",
            "a:80",
            "a:443",
            "a:8080",
            "a:080",
            "a:99999",
            "a:",
            "[::1]",
            "a b",
            "a%41",
            "\u{e4}.example",
            "a--b.example",
        ];
        let paths = [
            "",
            "/",
            "/a",
            "/a/b?c=d&e=%20f",
            "/.",
            "/..",
            "/a/./b",
            "/a.b/c..",
            "/.well-known",
            "/a b",
            "/a%2e",
            "/%zz",
            "/a\\b",
            "/a?b#c",
            "/?",
            "/??",
            "/a'b",
            "/?a'b",
            "/a\"b",
            "/a|b",
            "/a^b",
            "/a{b}",
            "/[a]",
            "/?[a]",
            "/a//b",
            "/\u{e4}",
            "/?\u{e4}",
            "/a\tb",
            "/a\n",
            "?a",
            "/a;b=c,d!$&()*+@:",
        ];
        let mut plain = 0;
        for scheme in schemes {
            for host in hosts {
                for path in paths {
                    let text = format!("{scheme}://{host}{path}");
                    if !is_plain(&text) {
                        continue;
                    }
                    plain += 1;
                    let parsed = parser::parse(&text, None).map(|url| url.href());
                    assert_eq!(parsed.as_deref(), Some(&*text), "{text}");
                }
            }
        }
        assert!(plain > 100, "{plain}");
        assert!(is_plain("https://example.com/path?a=b"));
    }
}
