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
