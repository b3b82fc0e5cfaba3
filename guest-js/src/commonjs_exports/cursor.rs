//! Lookahead in a source for the tokens of one pattern.

/// A position in the source. Whitespace and comments may precede any token.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(source: &'a str, at: usize) -> Self {
        Self { source, at }
    }

    /// Returns the source from the next token on.
    fn rest(&mut self) -> &'a str {
        self.at += spaces(self.source.get(self.at..).unwrap_or_default());
        self.source.get(self.at..).unwrap_or_default()
    }

    /// Consumes `sign` if it is next.
    pub fn sign(&mut self, sign: &str) -> Option<()> {
        if !self.rest().starts_with(sign) {
            return None;
        }
        self.at += sign.len();
        Some(())
    }

    /// Consumes an identifier or a keyword.
    pub fn word(&mut self) -> Option<&'a str> {
        let word = leading_word(self.rest())?;
        self.at += word.len();
        Some(word)
    }

    /// Consumes `word` if it is next.
    pub fn exact(&mut self, word: &str) -> Option<()> {
        let mut here = *self;
        (here.word()? == word).then(|| *self = here)
    }

    /// Consumes `exports` or `module.exports`.
    pub fn exports(&mut self) -> Option<()> {
        let mut here = *self;
        if here.exact("module").is_some() {
            here.sign(".")?;
        }
        here.exact("exports")?;
        *self = here;
        Some(())
    }

    /// Consumes `require("…")` and returns the specifier.
    pub fn require(&mut self) -> Option<String> {
        let mut here = *self;
        here.exact("require")?;
        here.sign("(")?;
        let specifier = here.string()?;
        here.sign(")")?;
        *self = here;
        Some(specifier)
    }

    /// Consumes a string literal and returns its value.
    pub fn string(&mut self) -> Option<String> {
        let literal = leading_string(self.rest())?;
        self.at += literal.len();
        unescaped(&literal[1..literal.len() - 1])
    }

    /// Consumes a token of any kind. `None` at the end.
    pub fn token(&mut self) -> Option<()> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        let word = leading_word(rest).or_else(|| leading_string(rest));
        self.at += word.map_or(first.len_utf8(), str::len);
        Some(())
    }
}

/// Returns the number of bytes of whitespace and comments at the start of the source.
pub fn spaces(source: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &source[at..];
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("//") {
            at += trimmed.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(trimmed.len());
        } else if let Some(comment) = trimmed.strip_prefix("/*") {
            at += comment.find("*/").map_or(trimmed.len(), |end| end + 4);
        } else {
            return at;
        }
    }
}

/// Returns the identifier at the start of the source. Escapes are not recognized.
pub fn leading_word(source: &str) -> Option<&str> {
    let is_part =
        |c: char| c == '$' || c == '_' || c.is_alphanumeric() || c == '\u{200c}' || c == '\u{200d}';
    let end = source.find(|c| !is_part(c)).unwrap_or(source.len());
    let word = &source[..end];
    word.starts_with(|c: char| !c.is_ascii_digit()).then_some(word)
}

/// Returns the string literal at the start of the source, with its quotes.
pub fn leading_string(source: &str) -> Option<&str> {
    let quote = source.bytes().next().filter(|quote| matches!(quote, b'"' | b'\''))?;
    let mut bytes = source.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'\n' | b'\r' => return None,
            byte if byte == quote => return Some(&source[..=at]),
            _ => {}
        }
    }
    None
}

/// Returns the value of the inside of a string literal, or `None` if it is not Unicode text.
fn unescaped(inside: &str) -> Option<String> {
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next()? {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'v' => text.push('\u{b}'),
            '\n' | '\u{2028}' | '\u{2029}' => {}
            'x' => text.push(char::from_u32(hex(&mut chars, 2)?)?),
            'u' if chars.as_str().starts_with('{') => {
                let (digits, rest) = chars.as_str()[1..].split_once('}')?;
                text.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
                chars = rest.chars();
            }
            'u' => text.push(unit(&mut chars)?),
            '0'..='9' => return None,
            other => text.push(other),
        }
    }
    Some(text)
}

/// Decodes `\uXXXX`, or two of them that are a surrogate pair.
fn unit(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let first = hex(chars, 4)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    *chars = chars.as_str().strip_prefix("\\u")?.chars();
    let second = hex(chars, 4)?;
    char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?]).next()?.ok()
}

fn hex(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<u32> {
    (0..digits).try_fold(0, |value, _| Some(value * 16 + chars.next()?.to_digit(16)?))
}
