//! The methods of objects that are declared in TypeScript.

use crate::name::is_identifier;
use crate::text;

/// The most methods of an object.
const MAX_METHODS: usize = 1_000;

/// The most characters of a description, and of a signature.
const MAX_TEXT: usize = 1_000;

/// A method of an object, as its declaration has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// The name.
    pub name: String,
    /// The comment before it, as one line. Empty without one.
    pub description: String,
    /// The names of the parameters, in their order. Empty for one that is a pattern.
    pub parameters: Vec<String>,
    /// The declaration as one line: `read(path: string): Promise<string>`.
    pub signature: String,
}

/// Returns the methods of a constant: those of its type, if that is written out or is an interface of
/// `declarations`.
///
/// Understands declarations as the feature `declarations` of the crate `isolet` writes them, and such
/// as `declare const files: { read(path: string): Promise<string> };`. What it does not understand is
/// left out. Takes time linear in the text.
pub fn methods(declarations: &str, constant: &str) -> Vec<Method> {
    let code = without_comments(declarations);
    body(&code, constant).and_then(|at| declarations.get(at..)).map(members).unwrap_or_default()
}

/// Returns where the body of a constant's type begins, after its brace.
fn body(code: &str, constant: &str) -> Option<usize> {
    let after = after_words(code, &["declare", "const", constant, ":"])?.trim_start();
    let name = after.split(|c: char| !is_part_of_name(c)).next().unwrap_or_default();
    let body = match name {
        "" => after.strip_prefix('{')?,
        // `extends` is not followed.
        name => after_words(code, &["interface", name])?.split_once('{')?.1,
    };
    Some(code.len() - body.len())
}

/// Returns the text with spaces in place of comments, so that all else keeps its place.
fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let end = match character {
            '/' if rest.starts_with("/*") => {
                rest.get(2..).and_then(|inside| inside.find("*/")).map(|at| at + 4)
            }
            '/' if rest.starts_with("//") => rest.find('\n'),
            '"' | '\'' | '`' => {
                let inside = rest.get(1..).unwrap_or_default();
                let (text, after) = rest.split_at(1 + end_of_quote(inside, character));
                code.push_str(text);
                rest = after;
                continue;
            }
            character => {
                code.push(character);
                rest = rest.get(character.len_utf8()..).unwrap_or_default();
                continue;
            }
        };
        let (comment, after) = rest.split_at(end.unwrap_or(rest.len()));
        code.extend(std::iter::repeat_n(' ', comment.len()));
        rest = after;
    }
    code
}

/// Returns the place after the quote that ends a text, else the length.
fn end_of_quote(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Returns what follows words that stand one after the other, apart from spaces between them.
fn after_words<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    let (first, others) = words.split_first()?;
    let mut rest = text;
    while let Some(at) = rest.find(first) {
        let before = rest.get(..at)?.chars().next_back();
        let mut after = rest.get(at + first.len()..)?;
        let next = after;
        let is_whole = !before.is_some_and(is_part_of_name);
        let is_there = is_whole
            && others.iter().all(|word| {
                let trimmed = after.trim_start();
                let needs_space = word.starts_with(is_part_of_name);
                let found = trimmed.strip_prefix(word).filter(|rest| {
                    !needs_space
                        || trimmed.len() < after.len() && !rest.starts_with(is_part_of_name)
                });
                after = found.unwrap_or(after);
                found.is_some()
            });
        if is_there {
            return Some(after);
        }
        rest = next;
    }
    None
}

/// Returns the methods in the body of a type, which begins after its brace.
fn members(body: &str) -> Vec<Method> {
    let mut methods = Vec::new();
    let mut description = "";
    let mut rest = body.trim_start();
    while methods.len() < MAX_METHODS && !rest.is_empty() && !rest.starts_with('}') {
        if let Some(comment) = rest.strip_prefix("/*") {
            let (comment, after) = comment.split_once("*/").unwrap_or((comment, ""));
            description = comment;
            rest = after.trim_start();
            continue;
        }
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after).trim_start();
            continue;
        }
        let end = end_of(rest, &[';', '}']);
        let (member, after) = rest.split_at(end);
        methods.extend(method(member, description));
        description = "";
        rest = after.trim_start_matches(';').trim_start();
    }
    methods
}

fn method(member: &str, description: &str) -> Option<Method> {
    let (name, after) = member.split_once('(')?;
    let name = name.trim().trim_end_matches('?');
    let end = end_of(after, &[')']);
    let list = after.get(..end).filter(|_| is_identifier(name) && end < after.len())?;
    let mut parameters = Vec::new();
    let mut rest = list.trim_start();
    while !rest.is_empty() {
        let (parameter, after) = rest.split_at(end_of(rest, &[',']));
        let parameter = parameter.trim_start_matches("...");
        let end = parameter.find(|c: char| !is_part_of_name(c)).unwrap_or(parameter.len());
        parameters.push(parameter.get(..end).unwrap_or_default().to_owned());
        rest = after.strip_prefix(',').unwrap_or_default().trim_start();
    }
    let lines = description.lines().map(|line| line.trim().trim_start_matches('*').trim());
    let description = lines.collect::<Vec<_>>().join(" ");
    Some(Method {
        name: name.to_owned(),
        description: text::line(&description, MAX_TEXT),
        parameters,
        signature: text::line(member, MAX_TEXT),
    })
}

/// Returns the place of the first of some characters that is within no brackets, quotes or comments,
/// else the length.
fn end_of(text: &str, ends: &[char]) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut before = ' ';
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                characters.next();
            }
            (Some(open), close) if open == close => quote = None,
            (None, end) if depth == 0 && ends.contains(&end) => return at,
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, '*') if before == '/' => {
                let inside = text.get(at + 1..).unwrap_or_default();
                let Some(end) = inside.find("*/") else { return text.len() };
                while characters.offset() < at + 1 + end + 2 && characters.next().is_some() {}
            }
            (None, '(' | '[' | '{' | '<') => depth += 1,
            // An arrow is no bracket.
            (None, '>') if before == '=' => {}
            (None, ')' | ']' | '}' | '>') => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = character;
    }
    text.len()
}

fn is_part_of_name(character: char) -> bool {
    character == '_' || character == '$' || character.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARATIONS: &str = "
        /** An interface Directory { is below. */
        interface Directory2 { no(): void; }
        interface Directory {
          /** Reads a file. */
          readText(path: string): Promise<string>;
          /**
           * Finds paths, such as `*.{js,ts}`;
           * or none.
           */
          glob(pattern: string, options?: { limit?: number; deep: [a: 1, b: ')'] }): Promise<
            Record<string, string>
          >;
          readonly size: number;
          each(done: (path: string, last: boolean) => void, ...rest: string[]): void
        }
        interface Stat { size: number; }
        declare const FILES: Directory;
        declare const OTHER: { one(): void; two /* ; */ (a, b?: \"x;y\"): number };
        declare const NONE: Missing;
    ";

    #[test]
    fn methods_are_found() {
        let found = methods(DECLARATIONS, "FILES");
        let names: Vec<_> = found.iter().map(|it| (&*it.name, it.parameters.join(" "))).collect();
        let expected = [
            ("readText", "path".to_owned()),
            ("glob", "pattern options".to_owned()),
            ("each", "done rest".to_owned()),
        ];
        assert_eq!(names, expected);
        assert_eq!(found[0].description, "Reads a file.");
        assert_eq!(found[0].signature, "readText(path: string): Promise<string>");
        assert_eq!(found[1].description, "Finds paths, such as `*.{js,ts}`; or none.");
        assert!(found[1].signature.ends_with("Promise< Record<string, string> >"), "{found:?}");
        assert_eq!(methods(DECLARATIONS, "OTHER")[0].signature, "one(): void");
        for none in ["NONE", "ILES", "FILE", "", "Directory"] {
            assert_eq!(methods(DECLARATIONS, none), []);
        }
    }

    #[test]
    fn text_without_an_end_is_no_trouble() {
        for cut in (0..DECLARATIONS.len()).filter(|at| DECLARATIONS.is_char_boundary(*at)) {
            let text = format!("declare const FILES: {{ {}", &DECLARATIONS[cut..]);
            methods(&text, "FILES");
            methods(&DECLARATIONS[..cut], "FILES");
        }
        let deep = format!("declare const F: {{ a({}", "(".repeat(100_000));
        assert_eq!(methods(&deep, "F"), []);
    }
}
