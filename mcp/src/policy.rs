//! The calls that need approval.

use isolet_catalog::Pattern;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::text::line;
use crate::upstream::Hints;

/// The most rules, and the most patterns of one.
const MAX_RULES: usize = 256;
const MAX_PATTERNS: usize = 16;
/// The most bytes of an argument that patterns are matched with. A longer one needs approval.
const MAX_ARGUMENT: usize = 64 << 10;

/// Rules. A call that one of them is true of needs approval.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy(Vec<Rule>);

/// A rule. It is true of a call if all of its conditions are.
#[derive(Clone, Debug)]
struct Rule {
    /// The name of the tool with its server, in which `*` stands for any text.
    tool: String,
    hint: Option<Hint>,
    /// Properties of the argument and patterns that all must match.
    when: Vec<(String, Pattern)>,
    /// Properties and patterns, one of which must not match.
    unless: Vec<(String, Pattern)>,
}

#[derive(Clone, Copy, Debug)]
enum Hint {
    /// The tool is not said to be read-only, or to add only.
    Destructive,
    /// The tool is not said to be read-only.
    Writes,
}

impl Policy {
    /// Adds rules.
    pub(crate) fn add(&mut self, rules: &Value) -> Result<()> {
        let rules = rules.as_array().ok_or_else(|| wrong("it is not a list"))?;
        if self.0.len() + rules.len() > MAX_RULES {
            return Err(wrong(&format!("it has more than {MAX_RULES} rules")));
        }
        for rule in rules {
            let rule = Rule::parse(rule).map_err(|reason| in_rule(self.0.len(), &reason))?;
            self.0.push(rule);
        }
        Ok(())
    }

    /// Errors if a rule can be true of no tool. `servers` are the names of all servers, documents and
    /// objects.
    pub(crate) fn check(&self, servers: &[&str]) -> Result<()> {
        let no_tool = self.0.iter().position(|rule| !rule.fits_one_of(servers));
        let Some((index, rule)) = no_tool.and_then(|index| Some((index, self.0.get(index)?)))
        else {
            return Ok(());
        };
        let tool = line(&rule.tool, 100);
        Err(in_rule(index, &format!("no server has the tool {tool:?}")))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true if a call needs approval.
    pub(crate) fn applies(&self, server: &str, tool: &str, hints: Hints, argument: &Value) -> bool {
        let name = format!("{server}.{tool}");
        self.0.iter().any(|rule| rule.applies(&name, hints, argument))
    }

    /// Returns true if a call of a tool may need approval, whatever its argument is.
    pub(crate) fn may_apply(&self, server: &str, tool: &str, hints: Hints) -> bool {
        let name = format!("{server}.{tool}");
        self.0.iter().any(|rule| rule.is_for(&name, hints))
    }

    /// Returns true if a rule may be true of a tool of a server.
    pub(crate) fn is_for(&self, server: &str) -> bool {
        self.0.iter().any(|rule| rule.fits_one_of(&[server]))
    }
}

fn in_rule(index: usize, reason: &str) -> Error {
    wrong(&format!("rule {}: {reason}", index + 1))
}

fn wrong(reason: &str) -> Error {
    Error::Config(format!("`approve`: {reason}"))
}

impl Rule {
    fn parse(value: &Value) -> Result<Self, String> {
        let any = || "*".to_owned();
        let mut rule = Self { tool: any(), hint: None, when: Vec::new(), unless: Vec::new() };
        let fields = match value {
            Value::String(tool) => {
                rule.tool.clone_from(tool);
                return Ok(rule);
            }
            Value::Object(fields) if fields.is_empty() => return Err("it is empty".to_owned()),
            Value::Object(fields) => fields,
            _ => return Err("it is neither an object nor the name of a tool".to_owned()),
        };
        for (key, value) in fields {
            match (key.as_str(), value) {
                ("tool", Value::String(tool)) => rule.tool.clone_from(tool),
                ("hint", Value::String(hint)) if hint == "destructive" => {
                    rule.hint = Some(Hint::Destructive);
                }
                ("hint", Value::String(hint)) if hint == "writes" => rule.hint = Some(Hint::Writes),
                ("when", Value::Object(patterns)) => rule.when = compile(patterns)?,
                ("unless", Value::Object(patterns)) => rule.unless = compile(patterns)?,
                // A rule that is not understood must not seem to protect.
                ("tool" | "hint" | "when" | "unless", _) => {
                    return Err(format!("`{key}` has a wrong value"));
                }
                _ => return Err(format!("`{}` is unknown", line(key, 100))),
            }
        }
        Ok(rule)
    }

    /// Returns true if the tool may be one of a server.
    fn fits_one_of(&self, servers: &[&str]) -> bool {
        let (literal, is_whole) = match self.tool.split_once('*') {
            Some((literal, _)) => (literal, false),
            None => (self.tool.as_str(), true),
        };
        servers.iter().any(|server| {
            let server = format!("{server}.");
            literal.len() > server.len() && literal.starts_with(&server)
                || !is_whole && (literal == server || server.starts_with(literal))
        })
    }

    /// Returns true if the rule is true of some calls of a tool.
    fn is_for(&self, name: &str, hints: Hints) -> bool {
        let hint = match self.hint {
            None => true,
            Some(Hint::Destructive) => !hints.is_read_only && !hints.is_additive,
            Some(Hint::Writes) => !hints.is_read_only,
        };
        hint && is_like(&self.tool, name)
    }

    fn applies(&self, name: &str, hints: Hints, argument: &Value) -> bool {
        let matches = |(property, pattern): &(String, Pattern)| -> Option<bool> {
            let text = match argument.get(property)? {
                Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            (text.len() <= MAX_ARGUMENT).then(|| pattern.is_match(&text))
        };
        // A property that cannot be matched needs approval, unless it is not there.
        let may =
            |it: &(String, Pattern)| argument.get(&it.0).is_some() && matches(it).unwrap_or(true);
        let must = |it: &(String, Pattern)| matches(it).unwrap_or(false);
        let is_exempt = !self.unless.is_empty() && self.unless.iter().all(must);
        self.is_for(name, hints) && self.when.iter().all(may) && !is_exempt
    }
}

fn compile(patterns: &Map<String, Value>) -> Result<Vec<(String, Pattern)>, String> {
    if patterns.is_empty() || patterns.len() > MAX_PATTERNS {
        return Err(format!("there must be 1 to {MAX_PATTERNS} patterns"));
    }
    let compiled = patterns.iter().map(|(property, source)| {
        let pattern = source.as_str().and_then(Pattern::new).ok_or_else(|| {
            let property = line(property, 100);
            format!("`{property}` is not a regular expression that takes linear time")
        })?;
        Ok((property.clone(), pattern))
    });
    compiled.collect()
}

/// Returns true if a name is like a text in which `*` stands for any text.
fn is_like(text: &str, name: &str) -> bool {
    let Some((first, rest)) = text.split_once('*') else { return text == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    // The first place of each part leaves most to those after it.
    for part in middle.split('*') {
        let Some((_, after)) = name.split_once(part) else { return false };
        name = after;
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const READS: Hints = Hints { is_read_only: true, is_additive: false };
    const ADDS: Hints = Hints { is_read_only: false, is_additive: true };

    fn parse(rules: &Value, servers: &[&str]) -> Result<Policy> {
        let mut policy = Policy::default();
        policy.add(rules)?;
        policy.check(servers)?;
        Ok(policy)
    }

    fn needs(rule: &Value, name: &str, argument: &Value) -> bool {
        let policy = parse(&json!([rule]), &["files", "my.mail"]).unwrap();
        let (server, tool) = name.rsplit_once('.').unwrap();
        policy.applies(server, tool, Hints::default(), argument)
    }

    #[test]
    fn names_are_matched_as_a_whole() {
        for (text, name, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("*", "", true),
            ("a.*", "a.", true),
            ("a.*", "b.a.c", false),
            ("a*a", "a", false),
            ("a*b*c", "a.b.b.c", true),
            ("a*b*c", "a.c.b", false),
            ("*.write_*", "files.write_file", true),
            ("*.write_*", "files.rewrite", false),
            ("**", "x", true),
            ("a*é*", "aé", true),
        ] {
            assert_eq!(is_like(text, name), expected, "{text} {name}");
        }
    }

    #[test]
    fn all_conditions_of_a_rule_must_be_true() {
        let rule = json!({"tool": "files.*", "when": {"path": "^/etc/", "mode": "7"}});
        assert!(needs(&rule, "files.write", &json!({"path": "/etc/x", "mode": 17})));
        assert!(needs(&rule, "files.write", &json!({"path": "/etc/x", "mode": [7]})));
        assert!(!needs(&rule, "files.write", &json!({"path": "/etc/x", "mode": 1})));
        assert!(!needs(&rule, "files.write", &json!({"path": "/etc/x"})));
        assert!(!needs(&rule, "my.mail.write", &json!({"path": "/etc/x", "mode": 7})));
        assert!(needs(&json!("my.mail.*"), "my.mail.send", &json!({})));
    }

    /// A call that is not known to be harmless needs approval.
    #[test]
    fn exceptions_are_narrow() {
        let rule = json!({"tool": "files.write", "unless": {"path": "^/tmp/", "mode": "^\"?6"}});
        assert!(!needs(&rule, "files.write", &json!({"path": "/tmp/x", "mode": 6})));
        for argument in [
            json!({"path": "/tmp/x"}),
            json!({"path": "/etc/x", "mode": 6}),
            json!({"path": ["/tmp/x"], "mode": 6}),
            json!({"path": format!("/tmp/{}", "x".repeat(MAX_ARGUMENT)), "mode": 6}),
            json!("/tmp/x"),
            json!(null),
        ] {
            assert!(needs(&rule, "files.write", &argument), "{argument}");
        }
        let rule = json!({"when": {"path": "^/etc/"}});
        let long = "x".repeat(MAX_ARGUMENT + 1);
        assert!(needs(&rule, "files.write", &json!({"path": long})));
    }

    #[test]
    fn calls_that_are_not_known_as_a_whole_may_need_approval() {
        let rules =
            json!([{"tool": "files.write*", "hint": "writes", "unless": {"path": "^tmp/"}}]);
        let policy = parse(&rules, &["files"]).unwrap();
        let hints = Hints::default();
        assert!(!policy.applies("files", "write", hints, &json!({"path": "tmp/x"})));
        assert!(policy.may_apply("files", "write", hints));
        assert!(!policy.may_apply("files", "write", READS));
        assert!(!policy.may_apply("files", "read", hints));
        assert!(policy.is_for("files") && !policy.is_for("file"));
    }

    #[test]
    fn hints_count_as_the_protocol_has_them() {
        let policy = |hint: &str| parse(&json!([{"hint": hint}]), &["a"]).unwrap();
        let needs = |hint: &str, hints| policy(hint).applies("a", "b", hints, &json!({}));
        for (hints, destructive, writes) in
            [(Hints::default(), true, true), (READS, false, false), (ADDS, false, true)]
        {
            assert_eq!(needs("destructive", hints), destructive);
            assert_eq!(needs("writes", hints), writes);
        }
    }

    #[test]
    fn wrong_rules_are_named() {
        for (rules, expected) in [
            (json!({}), "not a list"),
            (json!([5]), "rule 1: it is neither"),
            (json!([{}]), "rule 1: it is empty"),
            (json!(["files.*", {"tools": "*"}]), "rule 2: `tools` is unknown"),
            (json!([{"tool": 5}]), "`tool` has a wrong value"),
            (json!([{"hint": "dangerous"}]), "`hint` has a wrong value"),
            (json!([{"when": {}}]), "1 to 16 patterns"),
            (json!([{"when": {"a": "(a)\\1"}}]), "`a` is not a regular expression"),
            (json!([{"unless": {"a": 1}}]), "`a` is not a regular expression"),
            (json!(["file.write"]), "no server has the tool"),
            (json!(["files"]), "no server has the tool"),
            (json!(["files."]), "no server has the tool"),
            (json!(["x*"]), "no server has the tool"),
            (json!(vec!["*"; MAX_RULES + 1]), "more than 256 rules"),
        ] {
            let error = parse(&rules, &["files"]).unwrap_err().to_string();
            assert!(error.contains(expected), "{rules}: {error}");
        }
        let mut full = parse(&json!(vec!["*"; MAX_RULES]), &["files"]).unwrap();
        assert!(full.add(&json!(["*"])).unwrap_err().to_string().contains("more than 256 rules"));
        for right in ["*", "f*", "files.*", "files.a", "files*", "*.a"] {
            assert!(parse(&json!([right]), &["files"]).is_ok(), "{right}");
        }
    }
}
