//! The names that the declarations declare, read line by line. They are written so that this is enough: each
//! member begins a line, two columns in.

use std::collections::BTreeMap;

use serde::Serialize;

/// A member of an interface, or of the object that a class is.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    /// Begins with `@@` for a symbol.
    pub(super) name: String,
    pub(super) is_method: bool,
    pub(super) is_readonly: bool,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Interface {
    pub(super) extends: Vec<String>,
    pub(super) members: Vec<Member>,
}

/// A variable, which is a class if it has statics.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Class {
    pub(super) statics: Vec<Member>,
    pub(super) is_constructor: bool,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Declared {
    pub(super) interfaces: BTreeMap<String, Interface>,
    pub(super) classes: BTreeMap<String, Class>,
    /// Variables that are no classes, and their types.
    pub(super) variables: BTreeMap<String, String>,
    pub(super) functions: Vec<String>,
    /// The exports of modules that are values. Those that are classes have members.
    pub(super) modules: BTreeMap<String, BTreeMap<String, Vec<Member>>>,
}

/// Returns the identifier that a text begins with, and the rest.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$');
    text.split_at(end.unwrap_or(text.len()))
}

fn member(line: &str) -> Option<Member> {
    let line = line.strip_prefix("  ")?;
    let (is_readonly, line) =
        line.strip_prefix("readonly ").map_or((false, line), |rest| (true, rest));
    if let Some(rest) = line.strip_prefix("[Symbol.") {
        let (name, rest) = word(rest);
        let is_method = rest.starts_with("](");
        return Some(Member { name: format!("@@{name}"), is_method, is_readonly });
    }
    let (name, rest) = word(line);
    let is_member = !name.is_empty() && rest.starts_with(['(', '<', ':', '?']);
    let is_method = rest.starts_with(['(', '<']);
    is_member.then(|| Member { name: name.to_owned(), is_method, is_readonly })
}

pub(super) fn declared(text: &str) -> Declared {
    let mut all = Declared::default();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("interface ") {
            let (name, _) = word(rest);
            let mut head = line.to_owned();
            while !head.ends_with('{') && !head.ends_with("{}") {
                head.push_str(lines.next().expect("the rest of a head"));
            }
            let bases = head.rsplit_once(" extends ").map_or("", |(_, bases)| bases);
            // In `interface A<B extends C> {` there is no base.
            let bases = if bases.contains("> {") && !bases.contains('<') { "" } else { bases };
            let extends = bases.split(", ").map(|base| word(base).0.to_owned());
            let interface = all.interfaces.entry(name.to_owned()).or_default();
            interface.extends.extend(extends.filter(|base| !base.is_empty()));
            if !head.ends_with("{}") {
                let body = lines.by_ref().take_while(|line| *line != "}");
                interface.members.extend(body.filter_map(member));
            }
        } else if let Some(rest) = line.strip_prefix("declare var ") {
            let (name, rest) = word(rest);
            if rest == ": {" {
                let body: Vec<_> = lines.by_ref().take_while(|line| *line != "};").collect();
                let is_constructor = body.iter().any(|line| line.starts_with("  new "));
                let statics = body.iter().filter_map(|line| member(line));
                let statics = statics.filter(|member| member.name != "prototype").collect();
                let _ = all.classes.insert(name.to_owned(), Class { statics, is_constructor });
            } else {
                let kind = rest.trim_start_matches(": ").trim_end_matches(';');
                let _ = all.variables.insert(name.to_owned(), kind.to_owned());
            }
        } else if let Some(rest) = line.strip_prefix("declare function ") {
            all.functions.push(word(rest).0.to_owned());
        } else if let Some(rest) = line.strip_prefix("declare module \"") {
            let name = rest.trim_end_matches("\" {").to_owned();
            let body = lines.by_ref().take_while(|line| *line != "}");
            let _ = all.modules.insert(name, exports(body));
        } else if let Some(rest) = line.strip_prefix("declare namespace ") {
            let (namespace, _) = word(rest);
            let body = lines.by_ref().take_while(|line| *line != "}");
            let body: Vec<_> = body.map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
            for (name, interface) in declared(&body.join("\n")).interfaces {
                let _ = all.interfaces.insert(format!("{namespace}.{name}"), interface);
            }
        }
    }
    all.functions.dedup();
    all
}

/// Returns the exports of a module that are values, with the members that every instance has.
fn exports<'a>(body: impl Iterator<Item = &'a str>) -> BTreeMap<String, Vec<Member>> {
    let mut all = BTreeMap::new();
    let mut class = None;
    for line in body {
        let line = line.strip_prefix("  ").unwrap_or(line);
        if let Some(rest) = line.strip_prefix("export ") {
            let kinds = ["abstract class ", "class ", "const ", "function "];
            if let Some(name) = kinds.iter().find_map(|kind| rest.strip_prefix(kind)) {
                let name = word(name).0.to_owned();
                let _ = all.entry(name.clone()).or_insert_with(Vec::new);
                let is_class = rest.starts_with("abstract class ") || rest.starts_with("class ");
                class = is_class.then_some(name);
            }
        } else if let Some(found) = member(line)
            && let Some(members) = class.as_ref().and_then(|name| all.get_mut(name))
        {
            let is_brand = found.name.starts_with("__");
            let is_optional = line.contains(&format!("{}?", found.name));
            if !is_brand && !is_optional && found.name != "constructor" {
                members.push(found);
            }
        }
    }
    all
}

#[test]
fn members_are_found() {
    let all = declared(
        "interface A<T extends U> {\n  /** A text: of words. */\n  readonly b: C;\n  d?(e: F,\n    g: H): I;\n  \
         [Symbol.iterator](): J;\n}\ninterface K<\n  L = M,\n> extends N<O>, P {}\ndeclare var A: {\n  \
         prototype: A;\n  new (): A;\n  q<R>(): S;\n};\ndeclare var t: U;\ndeclare function v(\n  w: X,\n): Y;\n\
         declare module \"z\" {\n  export const a: B;\n  export type C = D;\n  export abstract class E {\n    \
         private constructor();\n    readonly __BRAND: F;\n    protected g: H;\n    i?(): J;\n    k(): L;\n  }\n}\n\
         declare namespace M {\n  interface N {\n    o(): P;\n  }\n}\n",
    );
    let member = |name: &str, is_method, is_readonly| Member {
        name: name.to_owned(),
        is_method,
        is_readonly,
    };
    assert_eq!(
        all.interfaces["A"].members,
        [member("b", false, true), member("d", false, false), member("@@iterator", true, false)]
    );
    assert_eq!(all.interfaces["A"].extends, Vec::<String>::new());
    assert_eq!(all.interfaces["K"].extends, ["N", "P"]);
    assert_eq!(all.classes["A"].statics, [member("q", true, false)]);
    assert!(all.classes["A"].is_constructor);
    assert_eq!(all.variables["t"], "U");
    assert_eq!(all.functions, ["v"]);
    assert_eq!(all.modules["z"]["a"], []);
    assert_eq!(all.modules["z"]["E"], [member("k", true, false)]);
    assert_eq!(all.interfaces["M.N"].members, [member("o", true, false)]);
}
