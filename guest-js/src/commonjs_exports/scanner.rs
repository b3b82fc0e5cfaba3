//! Scans a source word by word, past strings, comments, templates and regular expressions.

use super::cursor::{Cursor, leading_string, leading_word, spaces};

pub struct Scanner<'a> {
    source: &'a str,
    at: usize,
    open: Vec<Open>,
    /// True if a value has just ended, so that a slash is a division.
    ends_value: bool,
    /// The last token, if it was a word or a sign.
    last: Last<'a>,
}

pub struct Word<'a> {
    pub text: &'a str,
    /// True if it follows a dot.
    pub is_member: bool,
}

#[derive(Clone, Copy)]
enum Last<'a> {
    Start,
    Word(&'a str),
    Sign(u8),
    Arrow,
    Other,
}

/// An open bracket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Paren,
    /// The parenthesis of `if (…)` and similar. A statement follows it.
    Condition,
    Bracket,
    Block,
    Object,
    /// `${` in a template.
    Template,
}

impl<'a> Scanner<'a> {
    pub fn new(source: &'a str) -> Self {
        let at =
            if source.starts_with("#!") { source.find('\n').unwrap_or(source.len()) } else { 0 };
        Self { source, at, open: Vec::new(), ends_value: false, last: Last::Start }
    }

    /// Returns the position after the last word.
    pub fn ahead(&self) -> Cursor<'a> {
        Cursor::new(self.source, self.at)
    }

    /// Returns true if no bracket is open.
    pub fn is_at_top(&self) -> bool {
        self.open.is_empty()
    }

    /// Advances past the next word. `None` at the end, or where the source is not JavaScript.
    pub fn next_word(&mut self) -> Option<Word<'a>> {
        loop {
            self.at += spaces(self.source.get(self.at..)?);
            let rest = &self.source[self.at..];
            let first = *rest.as_bytes().first()?;
            if let Some(text) = leading_word(rest) {
                let is_member = matches!(self.last, Last::Sign(b'.'));
                self.at += text.len();
                self.ends_value = is_member || !expects_value(text);
                self.last = if is_member { Last::Other } else { Last::Word(text) };
                return Some(Word { text, is_member });
            }
            match first {
                b'"' | b'\'' => self.value(leading_string(rest)?.len()),
                b'0'..=b'9' => {
                    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
                    self.value(rest.find(|c| !is_part(c)).unwrap_or(rest.len()));
                }
                b'`' => self.template(1)?,
                b'/' if !self.ends_value => self.value(regular_expression(rest)?),
                b'(' | b'[' | b'{' => self.opens(first),
                b')' | b']' | b'}' => self.closes()?,
                _ => self.sign(rest, first),
            }
        }
    }

    fn value(&mut self, length: usize) {
        self.at += length;
        self.ends_value = true;
        self.last = Last::Other;
    }

    fn sign(&mut self, rest: &str, first: u8) {
        // `++` and `--` do not change whether a value has ended.
        if rest.starts_with("++") || rest.starts_with("--") {
            self.at += 2;
            return;
        }
        let (length, last) = if rest.starts_with("=>") {
            (2, Last::Arrow)
        } else if rest.starts_with("...") {
            (3, Last::Other)
        } else {
            (rest.chars().next().map_or(1, char::len_utf8), Last::Sign(first))
        };
        self.at += length;
        self.ends_value = false;
        self.last = last;
    }

    fn opens(&mut self, bracket: u8) {
        let opened = match (bracket, self.last) {
            (b'(', Last::Word("if" | "while" | "for" | "with")) => Open::Condition,
            (b'(', _) => Open::Paren,
            (b'[', _) => Open::Bracket,
            (
                _,
                Last::Start
                | Last::Arrow
                | Last::Sign(b')' | b';' | b'{' | b'}')
                | Last::Word("else" | "try" | "finally" | "do"),
            ) => Open::Block,
            _ => Open::Object,
        };
        self.open.push(opened);
        self.at += 1;
        self.ends_value = false;
        self.last = Last::Sign(bracket);
    }

    fn closes(&mut self) -> Option<()> {
        let closed = self.open.pop()?;
        if closed == Open::Template {
            return self.template(1);
        }
        self.last = Last::Sign(self.source.as_bytes()[self.at]);
        self.at += 1;
        self.ends_value = !matches!(closed, Open::Condition | Open::Block);
        Some(())
    }

    /// Advances to the end of the template, or into the next expression in it.
    fn template(&mut self, skipped: usize) -> Option<()> {
        let text = self.source.as_bytes();
        self.at += skipped;
        loop {
            match text.get(self.at)? {
                b'\\' => self.at += 1,
                b'`' => {
                    self.value(1);
                    return Some(());
                }
                b'$' if text.get(self.at + 1) == Some(&b'{') => {
                    self.at += 2;
                    self.open.push(Open::Template);
                    self.ends_value = false;
                    self.last = Last::Other;
                    return Some(());
                }
                _ => {}
            }
            self.at += 1;
        }
    }
}

/// Returns true if the keyword is followed by an expression.
fn expects_value(word: &str) -> bool {
    const KEYWORDS: [&str; 15] = [
        "await",
        "case",
        "delete",
        "do",
        "else",
        "extends",
        "in",
        "instanceof",
        "new",
        "of",
        "return",
        "throw",
        "typeof",
        "void",
        "yield",
    ];
    KEYWORDS.contains(&word)
}

/// Returns the length in bytes of the regular expression at the start of the source, without
/// its flags.
fn regular_expression(source: &str) -> Option<usize> {
    let mut in_class = false;
    let mut bytes = source.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'\n' | b'\r' => return None,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => return Some(at + 1),
            _ => {}
        }
    }
    None
}
