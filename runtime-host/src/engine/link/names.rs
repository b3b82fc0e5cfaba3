//! The names of linked modules.

use std::collections::{BTreeMap, BTreeSet};

use super::walk::WAY;

/// The kind of a linked module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    JavaScript,
    CommonJs,
    Json,
    Text,
}

impl Kind {
    fn ending(self) -> &'static str {
        match self {
            Self::JavaScript => ".js",
            Self::CommonJs => ".cjs",
            Self::Json => ".json",
            Self::Text => ".txt",
        }
    }
}

/// The names of modules by the paths of their files.
#[derive(Default)]
pub(super) struct Names {
    by_path: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    /// The number of names that are derived from one that was taken.
    derived: BTreeMap<String, u32>,
}

impl Names {
    /// Gives the module of a file a name. JavaScript is named `.js`, whatever it was compiled
    /// from, because the ending says how a worker loads a text. With `by_kind`, each module has
    /// the ending of its kind.
    pub(super) fn add(&mut self, path: &str, kind: Kind, by_kind: bool) {
        let whole = path;
        let path = path.split(WAY).next().unwrap_or_default();
        let ending = kind.ending();
        let is_script = matches!(kind, Kind::JavaScript | Kind::CommonJs);
        let mut name = match path.rsplit_once('.') {
            _ if path.ends_with(ending) || !(by_kind || kind == Kind::JavaScript) => {
                path.to_owned()
            }
            Some((stem, end)) if is_script && !end.contains('/') => format!("{stem}{ending}"),
            _ => format!("{path}{ending}"),
        };
        // Of two files, one may be called as the other is compiled to.
        let wanted = name.clone();
        while !self.taken.insert(name.clone()) {
            let count = self.derived.entry(wanted.clone()).or_insert(1);
            *count += 1;
            name = match wanted.rsplit_once('.') {
                Some((stem, end)) if !end.contains('/') => format!("{stem}_{count}.{end}"),
                _ => format!("{wanted}_{count}"),
            };
        }
        self.by_path.insert(whole.to_owned(), name);
    }

    pub(super) fn of<'a>(&'a self, path: &'a str) -> &'a str {
        self.by_path.get(path).map_or(path, String::as_str)
    }

    /// Returns the specifier of a module, relative to another one.
    pub(super) fn relative(&self, importer: &str, path: &str) -> String {
        let mut from: Vec<&str> = self.of(importer).split('/').collect();
        from.pop();
        let to: Vec<&str> = self.of(path).split('/').collect();
        let folders = to.len().saturating_sub(1);
        let shared = from.iter().zip(&to).take(folders).take_while(|(a, b)| a == b).count();
        let up = from.len() - shared;
        let mut names = vec![if up == 0 { "." } else { ".." }];
        names.extend(std::iter::repeat_n("..", up.saturating_sub(1)));
        names.extend(to.iter().skip(shared));
        names.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Names};

    #[test]
    fn names_end_in_js_and_differ() {
        let mut names = Names::default();
        for (path, kind) in [
            ("src/a.js", Kind::JavaScript),
            ("src/a.ts", Kind::JavaScript),
            ("src/a.mts", Kind::JavaScript),
            ("b.x/c", Kind::JavaScript),
            ("d.js", Kind::CommonJs),
            ("src/a.json", Kind::Json),
            ("e.css", Kind::Text),
        ] {
            names.add(path, kind, false);
        }
        assert_eq!(names.of("src/a.js"), "src/a.js");
        assert_eq!(names.of("src/a.ts"), "src/a_2.js");
        assert_eq!(names.of("src/a.mts"), "src/a_3.js");
        assert_eq!(names.of("b.x/c"), "b.x/c.js");
        assert_eq!(names.of("d.js"), "d.js");
        assert_eq!(names.of("src/a.json"), "src/a.json");
        assert_eq!(names.of("e.css"), "e.css");
    }

    #[test]
    fn a_file_can_be_two_modules() {
        let mut names = Names::default();
        names.add("a.js", Kind::JavaScript, false);
        names.add("a.js\0Text", Kind::Text, false);
        assert_eq!((names.of("a.js"), names.of("a.js\0Text")), ("a.js", "a_2.js"));
        assert_eq!(names.relative("a.js", "a.js\0Text"), "./a_2.js");
        let mut names = Names::default();
        names.add("a.js\0Text", Kind::Text, true);
        assert_eq!(names.of("a.js\0Text"), "a.js.txt");
    }

    #[test]
    fn endings_say_the_kind() {
        let mut names = Names::default();
        for (path, kind) in [
            ("a.ts", Kind::JavaScript),
            ("b.js", Kind::CommonJs),
            ("c.css", Kind::Text),
            ("d.json", Kind::Text),
            ("e", Kind::CommonJs),
        ] {
            names.add(path, kind, true);
        }
        let expected = [("a.ts", "a.js"), ("b.js", "b.cjs"), ("c.css", "c.css.txt")];
        for (path, name) in expected.into_iter().chain([("d.json", "d.json.txt"), ("e", "e.cjs")]) {
            assert_eq!(names.of(path), name);
        }
    }

    #[test]
    fn specifiers_are_relative() {
        let names = Names::default();
        for (from, to, specifier) in [
            ("a.js", "b.js", "./b.js"),
            ("src/a.js", "src/b.js", "./b.js"),
            ("src/a.js", "b.js", "../b.js"),
            ("src/x/a.js", "node_modules/z/i.js", "../../node_modules/z/i.js"),
            ("a.js", "src/b.js", "./src/b.js"),
            ("a/b/c.js", "a/d/e.js", "../d/e.js"),
            ("a/a.js", "a/a.js", "./a.js"),
        ] {
            assert_eq!(names.relative(from, to), specifier);
        }
    }
}
