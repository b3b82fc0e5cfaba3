//! Detection of the names that a CommonJS module exports, as far as its source shows them.
//!
//! An ES module can import them by name, so they must be known before the module runs. The
//! patterns are those of Node.js, which are frozen:
//! <https://github.com/nodejs/cjs-module-lexer#grammar>. Takes time linear in the source.

mod cursor;
mod scanner;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use cursor::Cursor;
use scanner::Scanner;

/// The exports of a CommonJS module.
#[derive(Default)]
pub struct Exported {
    pub names: BTreeSet<String>,
    /// The specifiers of the modules whose names it exports as well.
    pub from: Vec<String>,
}

/// Detects the exported names in a source. If it is not JavaScript, finds some of them or none.
#[must_use]
pub fn read(source: &str) -> Exported {
    let mut patterns = Patterns::default();
    let mut scanner = Scanner::new(source);
    while let Some(word) = scanner.next_word() {
        patterns.at(word.text, scanner.ahead(), word.is_member, scanner.is_at_top());
    }
    let Patterns { mut names, unsafe_getters, assigned, mut starred, .. } = patterns;
    names.retain(|name| !unsafe_getters.contains(name));
    starred.extend(assigned);
    Exported { names, from: starred }
}

#[derive(Default)]
struct Patterns {
    names: BTreeSet<String>,
    /// The names that have a getter which may do more than read.
    unsafe_getters: BTreeSet<String>,
    /// The specifiers that the last assignment of `module.exports` requires.
    assigned: Vec<String>,
    /// The specifiers of compiled `export *` statements.
    starred: Vec<String>,
    /// The variables at the top level that hold a module, with its specifier.
    required: BTreeMap<String, String>,
}

impl Patterns {
    /// Tries the patterns that begin with a word. `ahead` is the source after it.
    fn at(&mut self, word: &str, mut ahead: Cursor<'_>, is_member: bool, is_at_top: bool) {
        match word {
            "__export" | "__exportStar" if is_at_top => {
                let specifier = ahead.sign("(").and_then(|()| ahead.require());
                self.starred.extend(specifier);
            }
            _ if is_member => {}
            "exports" => {
                self.member(ahead);
            }
            "module" => {
                if ahead.sign(".").and_then(|()| ahead.exact("exports")).is_none() {
                    return;
                }
                if self.member(ahead).is_none() && ahead.sign("=").is_some() {
                    self.assignment(ahead);
                }
            }
            "Object" => {
                self.definition(ahead);
                if is_at_top {
                    self.loop_over_keys(ahead);
                }
            }
            "var" | "let" | "const" if is_at_top => {
                self.variable(ahead);
            }
            _ => {}
        }
    }

    /// Matches `exports.name =` and `exports["name"] =`.
    fn member(&mut self, mut ahead: Cursor<'_>) -> Option<()> {
        let name = if ahead.sign("[").is_some() {
            let name = ahead.string()?;
            ahead.sign("]")?;
            name
        } else {
            ahead.sign(".")?;
            ahead.word()?.to_owned()
        };
        ahead.sign("=")?;
        self.names.insert(name);
        Some(())
    }

    /// Matches `module.exports = require("…")` and
    /// `module.exports = { name, "name": value, ...require("…") }`.
    fn assignment(&mut self, mut ahead: Cursor<'_>) {
        self.assigned.clear();
        if let Some(specifier) = ahead.require() {
            self.assigned.push(specifier);
        } else if ahead.sign("{").is_some() {
            while self.property(&mut ahead).is_some() {}
        }
    }

    /// Matches one property of the object and the comma after it. `None` if nothing that is
    /// understood follows.
    fn property(&mut self, ahead: &mut Cursor<'_>) -> Option<()> {
        if ahead.sign("...").is_some() {
            match ahead.require() {
                Some(specifier) => self.assigned.push(specifier),
                None => drop(ahead.word()?),
            }
        } else {
            let word = ahead.word();
            let name = word.map(str::to_owned).or_else(|| ahead.string())?;
            if ahead.sign(":").is_some() {
                ahead.word()?;
            } else {
                word?;
            }
            self.names.insert(name);
        }
        ahead.sign(",")
    }

    /// Matches `Object.defineProperty(exports, "name", …`.
    fn definition(&mut self, mut ahead: Cursor<'_>) -> Option<()> {
        ahead.sign(".")?;
        ahead.exact("defineProperty")?;
        ahead.sign("(")?;
        ahead.exports()?;
        ahead.sign(",")?;
        let name = ahead.string()?;
        match described(ahead) {
            Some(()) => self.names.insert(name),
            None => self.unsafe_getters.insert(name),
        };
        Some(())
    }

    /// Matches
    /// `Object.keys(module).forEach(function (key) { … exports[key] = module[key] … })`.
    fn loop_over_keys(&mut self, mut ahead: Cursor<'_>) -> Option<()> {
        ahead.sign(".")?;
        ahead.exact("keys")?;
        ahead.sign("(")?;
        let specifier = self.required.get(ahead.word()?)?;
        ahead.sign(")")?;
        ahead.sign(".")?;
        ahead.exact("forEach")?;
        ahead.sign("(")?;
        ahead.exact("function")?;
        ahead.sign("(")?;
        let key = ahead.word()?;
        ahead.sign(")")?;
        ahead.sign("{")?;
        if copies(ahead, key) {
            self.starred.push(specifier.clone());
        }
        Some(())
    }

    /// Matches `var name = require("…")`.
    fn variable(&mut self, mut ahead: Cursor<'_>) -> Option<()> {
        let name = ahead.word()?;
        ahead.sign("=")?;
        if ahead.exact("_interopRequireWildcard").is_some() {
            ahead.sign("(")?;
        }
        self.required.insert(name.to_owned(), ahead.require()?);
        Some(())
    }
}

/// Matches `, { value: …`, or a getter that returns a variable or a property of one.
fn described(mut ahead: Cursor<'_>) -> Option<()> {
    ahead.sign(",")?;
    ahead.sign("{")?;
    if ahead.exact("enumerable").is_some() {
        ahead.sign(":")?;
        ahead.exact("true").or_else(|| ahead.sign("!0"))?;
        ahead.sign(",")?;
    }
    if ahead.exact("value").is_some() {
        return ahead.sign(":");
    }
    ahead.exact("get")?;
    if ahead.sign(":").is_some() {
        ahead.exact("function")?;
        let _its_name = ahead.word();
    }
    for sign in ["(", ")", "{"] {
        ahead.sign(sign)?;
    }
    ahead.exact("return")?;
    ahead.word()?;
    if ahead.sign(".").is_some() {
        ahead.word()?;
    } else if ahead.sign("[").is_some() {
        ahead.string()?;
        ahead.sign("]")?;
    }
    let _may_be_left_out = ahead.sign(";");
    ahead.sign("}")?;
    let _may_be_there = ahead.sign(",");
    ahead.sign("}")?;
    ahead.sign(")")
}

/// Returns true if the body of the loop, which is short, copies each key to the exports.
fn copies(mut ahead: Cursor<'_>, key: &str) -> bool {
    const LONGEST: usize = 80;
    for _ in 0..LONGEST {
        let mut here = ahead;
        if here.exports().is_some() {
            let is_key = here.sign("[").or_else(|| here.sign(",")).and_then(|()| here.exact(key));
            let ends = is_key.and_then(|()| {
                if here.sign(",").is_some() {
                    Some(())
                } else {
                    here.sign("]").and_then(|()| here.sign("="))
                }
            });
            if ends.is_some() {
                return true;
            }
        }
        if ahead.token().is_none() {
            return false;
        }
    }
    false
}
