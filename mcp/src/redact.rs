//! Secrets of the configuration, kept out of records.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

/// The least bytes of a secret. A shorter value would be found in many texts that have nothing to do
/// with it.
const MIN_BYTES: usize = 8;

/// Values and what stands for them.
#[derive(Clone, Default)]
pub(crate) struct Secrets(BTreeMap<String, String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secrets").field(&self.0.len()).finish()
    }
}

impl Secrets {
    /// Adds a value. The first name of a value counts.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        if value.len() < MIN_BYTES {
            return;
        }
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let name: String = name.chars().map(safe).collect();
        let placeholder = format!("isolet.secret.{name}.");
        // As it is in JSON.
        let json = serde_json::Value::from(value).to_string();
        let json = json.get(1..json.len() - 1).unwrap_or_default().to_owned();
        for form in [json, value.to_owned()] {
            self.0.entry(form).or_insert_with(|| placeholder.clone());
        }
    }

    /// Adds a credential, which may be `user:password`.
    pub(crate) fn add_credential(&mut self, name: &str, value: &str) {
        self.add(name, value);
        if let Some((_, password)) = value.split_once(':') {
            self.add(name, password);
        }
    }

    /// Returns a function that replaces the values in texts, in time that grows with the text alone.
    pub(crate) fn redactor(&self) -> isolet_runs::Redactor {
        let mut builder = AhoCorasick::builder();
        let finder = builder.match_kind(MatchKind::LeftmostLongest).build(self.0.keys());
        let placeholders: Vec<_> = self.0.values().cloned().collect();
        Arc::new(move |text| match &finder {
            Ok(finder) if finder.is_match(&text) => finder.replace_all(&text, &placeholders),
            Ok(_) => text,
            // Too many secrets for one automaton: nothing is shown.
            Err(_) => String::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_replaced_in_text_and_in_json() {
        let mut secrets = Secrets::default();
        secrets.add("A-TOKEN", "pass\"word1");
        secrets.add("OTHER", "pass\"word1");
        secrets.add("LONGER", "pass\"word12");
        secrets.add("SHORT", "1234567");
        let redact = secrets.redactor();
        assert_eq!(redact("x pass\"word1 y".to_owned()), "x isolet.secret.A_TOKEN. y");
        assert_eq!(redact(r#"["pass\"word1"]"#.to_owned()), r#"["isolet.secret.A_TOKEN."]"#);
        assert_eq!(redact("pass\"word12".to_owned()), "isolet.secret.LONGER.");
        assert_eq!(redact("1234567".to_owned()), "1234567");
        assert_eq!(format!("{secrets:?}"), "Secrets(4)");
    }
}
