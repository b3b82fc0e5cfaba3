//! Finds the code in a text that may be Markdown.

use crate::position::is_line_end;
use crate::scan::to_offset;

/// The marks of code blocks that are programs.
const LANGUAGES: &str =
    "js javascript mjs cjs jsx node nodejs ecmascript es6 ts typescript mts cts tsx";

/// A text that may be the program.
pub(super) struct Code {
    pub(super) text: String,
    /// The line of the answer on which the text begins.
    pub(super) first_line: u32,
    /// The number of code blocks that the text is made of. It is 0 for the whole answer.
    pub(super) blocks: usize,
    /// The offsets of lines that would begin a code block with backticks. In a program that
    /// parses, they are in comments, or else they only look like template literals.
    pub(super) fences: Vec<u32>,
}

/// A code block.
struct Block<'a> {
    /// The offset of the line that opens it.
    open: usize,
    /// The offset of the line after that.
    start: usize,
    /// The number of that line.
    line: u32,
    /// The offset of the line that closes it.
    end: usize,
    closed: bool,
    fence: Fence<'a>,
}

#[derive(Clone, Copy)]
struct Fence<'a> {
    mark: char,
    length: usize,
    /// The text behind the marks.
    info: &'a str,
}

impl<'a> Fence<'a> {
    /// Reads a line. Any indentation is allowed, because blocks stand in lists.
    fn new(line: &'a str) -> Option<Self> {
        let line = line.trim();
        let mark = line.chars().next().filter(|it| matches!(it, '`' | '~'))?;
        let info = line.trim_start_matches(mark);
        let length = line.len() - info.len();
        let is_fence = length >= 3 && !(mark == '`' && info.contains(mark));
        is_fence.then(|| Self { mark, length, info: info.trim() })
    }

    fn closes(&self, open: &Self) -> bool {
        self.mark == open.mark && self.length >= open.length && self.info.is_empty()
    }

    /// Returns true for the mark of a program, such as `ts`, `{js}` or `js title="a.js"`.
    fn is_program(&self) -> bool {
        let info = self.info.trim_start_matches(['{', '.', ' ']);
        let end = info.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(info.len());
        info.get(..end)
            .is_some_and(|it| LANGUAGES.split(' ').any(|name| name.eq_ignore_ascii_case(it)))
    }
}

/// Returns the texts that may be the program, the most likely first.
pub(super) fn candidates(answer: &str) -> Vec<Code> {
    let answer = &without_zero_width(answer);
    let blocks = blocks(answer);
    let mut candidates = Vec::new();
    let before = blocks.first().and_then(|it| answer.get(..it.open));
    let begins_with_block = before.is_some_and(|it| it.trim().is_empty());
    if !begins_with_block {
        let backticks = blocks.iter().filter(|it| it.fence.mark == '`');
        candidates.push(Code {
            text: without_hashbang(answer.clone()),
            first_line: 1,
            blocks: 0,
            fences: backticks.map(|it| to_offset(it.open)).collect(),
        });
    }
    let programs = match blocks.as_slice() {
        // The answer continues a text that ended with the opening of a code block.
        [only] if !begins_with_block && only.is_stray() => vec![(0, only.open, 1)],
        all => programs(all),
    };
    candidates.extend((!programs.is_empty()).then(|| code(answer, &programs)));
    if programs.len() > 1 {
        candidates.extend(programs.iter().rev().map(|it| code(answer, &[*it])));
    }
    candidates
}

impl Block<'_> {
    /// Returns true for a fence that closes nothing.
    fn is_stray(&self) -> bool {
        !self.closed && self.start == self.end && self.fence.info.is_empty()
    }
}

/// Returns the start, the end and the first line of the blocks that are programs.
fn programs(blocks: &[Block<'_>]) -> Vec<(usize, usize, u32)> {
    let having = |is_program: bool| -> Vec<_> {
        let is_wanted = |it: &Fence<'_>| {
            if is_program { it.is_program() } else { it.info.is_empty() }
        };
        let wanted = blocks.iter().filter(|it| is_wanted(&it.fence));
        wanted.map(|it| (it.start, it.end, it.line)).collect()
    };
    let marked = having(true);
    if marked.is_empty() { having(false) } else { marked }
}

/// Returns the text of blocks. What stands between them becomes empty lines, so that each line
/// of the text is as far from the first as it is in the answer.
fn code(answer: &str, spans: &[(usize, usize, u32)]) -> Code {
    let (begin, _, first_line) = spans.first().copied().unwrap_or((0, 0, 1));
    let mut text = String::new();
    let mut done = begin;
    for (start, end, _) in spans {
        let between = answer.get(done..*start).unwrap_or_default();
        text.extend(between.chars().filter(|it| is_line_end(*it)));
        text.push_str(answer.get(*start..*end).unwrap_or_default());
        done = *end;
    }
    Code { text: without_hashbang(text), first_line, blocks: spans.len(), fences: Vec::new() }
}

/// Returns the code blocks of a text. One that is not closed reaches to the end.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut open = false;
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += line.len();
        let Some(fence) = Fence::new(line) else { continue };
        match blocks.last_mut().filter(|_| open) {
            Some(block) if fence.closes(&block.fence) => {
                (block.end, block.closed, open) = (start, true, false);
            }
            Some(_) => {}
            None => {
                let end = text.len();
                let line = to_offset(index + 2);
                blocks.push(Block { open: start, start: at, line, end, closed: false, fence });
                open = true;
            }
        }
    }
    blocks
}

/// Turns the first line into a comment if it is `#!`, which only the first bytes of a text may
/// be.
fn without_hashbang(mut text: String) -> String {
    let start = text.len() - text.trim_start().len();
    if text.get(start..).is_some_and(|it| it.starts_with("#!")) {
        text.replace_range(start..start + 2, "//");
    }
    text
}

/// Turns the zero-width characters around a text into spaces.
fn without_zero_width(text: &str) -> String {
    let is_invisible = |it: char| it.is_whitespace() || is_zero_width(it);
    let visible = text.trim_matches(is_invisible);
    let start = text.len() - text.trim_start_matches(is_invisible).len();
    let (before, after) = (text.get(..start), text.get(start + visible.len()..));
    let spaces = |it: &str| it.replace(is_zero_width, " ");
    [&spaces(before.unwrap_or_default()), visible, &spaces(after.unwrap_or_default())].concat()
}

/// Returns true for a byte order mark, zero-width spaces and joiners, and marks of direction.
const fn is_zero_width(it: char) -> bool {
    matches!(it, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}
