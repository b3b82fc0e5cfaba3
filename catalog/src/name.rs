//! Names of JavaScript that stand for names of tools.

use unicode_ident::{is_xid_continue, is_xid_start};

/// The most bytes of the name of a tool or a namespace.
pub(crate) const MAX_NAME: usize = 256;

/// Words that are no identifiers in strict code, or that an argument or a constant cannot have.
const RESERVED: &str = "\
    arguments async await break case catch class const continue debugger default delete do else \
    enum eval export extends false finally for function if implements import in instanceof \
    interface let new null of package private protected public return static super switch this \
    throw true try typeof undefined using var void while with yield";

/// Properties of every object, and those that make an object a promise, text or JSON.
const MEMBERS: &str = "\
    __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ constructor \
    hasOwnProperty isPrototypeOf propertyIsEnumerable prototype then toJSON toLocaleString \
    toString valueOf";

/// Globals that a constant or a type of the same name would hide.
const GLOBALS: &str = "\
    AbortController AbortSignal AggregateError Array ArrayBuffer Atomics BigInt Blob Boolean \
    Buffer DataView Date Error EvalError Event EventTarget File FormData Function Headers \
    Infinity Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError Record \
    ReferenceError Reflect RegExp Request Response Set String Symbol SyntaxError TextDecoder \
    TextEncoder TypeError URIError URL URLSearchParams Uint8Array WeakMap WeakRef WeakSet \
    WebAssembly WebSocket any atob bigint boolean btoa clearInterval clearTimeout console crypto \
    exports fetch global globalThis module navigator never number object performance process \
    queueMicrotask require self setInterval setTimeout string structuredClone symbol unknown \
    window";

/// Returns the name of a method. It is an identifier, no reserved word, and no property that
/// JavaScript gives a meaning.
pub(crate) fn of_tool(name: &str) -> String {
    let name = identifier(name);
    if is_reserved(&name) { name + "_" } else { name }
}

/// Returns the name of a constant or a type. It hides no common global.
pub(crate) fn of_global(name: &str) -> String {
    let name = identifier(name);
    if is_reserved(&name) || has_word(GLOBALS, &name) { name + "_" } else { name }
}

/// Returns true if a property can be written without quotes.
pub(crate) fn is_identifier(name: &str) -> bool {
    !name.is_empty() && identifier(name) == name
}

/// Returns the words of a name, each with a capital: `read-file` is `ReadFile`.
pub(crate) fn pascal(name: &str) -> String {
    let words = name.split(|c: char| c == '$' || !is_xid_continue(c) || c == '_');
    let words = words.filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut characters = word.chars();
        characters.next().map(|first| first.to_uppercase().chain(characters).collect::<String>())
    };
    let name: String = words.filter_map(capital).collect();
    of_global(if name.is_empty() { "Type" } else { &name })
}

fn identifier(name: &str) -> String {
    let is_part = |c: char| c == '$' || is_xid_continue(c);
    let is_start = |c: char| c == '$' || c == '_' || is_xid_start(c);
    let mut safe: String = name.chars().map(|c| if is_part(c) { c } else { '_' }).collect();
    if !safe.starts_with(is_start) {
        safe.insert(0, '_');
    }
    safe
}

fn is_reserved(name: &str) -> bool {
    has_word(RESERVED, name) || has_word(MEMBERS, name)
}

fn has_word(words: &str, word: &str) -> bool {
    words.split(' ').any(|it| it == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        for (name, safe) in [
            ("read-file", "read_file"),
            ("3d.render", "_3d_render"),
            ("delete", "delete_"),
            ("then", "then_"),
            ("__proto__", "__proto___"),
            ("constructor", "constructor_"),
            ("größe", "größe"),
            ("查询", "查询"),
            ("a b/c", "a_b_c"),
            ("\u{301}x", "_\u{301}x"),
            ("$get", "$get"),
            ("fetch", "fetch"),
        ] {
            assert_eq!(of_tool(name), safe);
        }
        assert_eq!(of_global("fetch"), "fetch_");
        assert_eq!(pascal("Page[my-item]"), "PageMyItem");
        assert_eq!(pascal("__schema0"), "Schema0");
        assert_eq!(pascal("promise"), "Promise_");
        assert_eq!(pascal("---"), "Type");
    }
}
