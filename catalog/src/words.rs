//! Words of English texts and of identifiers.

use std::collections::HashMap;

use indexmap::IndexSet;
use rust_stemmers::{Algorithm, Stemmer};

/// Words that say nothing about a tool.
const STOP_WORDS: &[&str] = &[
    "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but",
    "by", "can", "could", "do", "does", "for", "from", "had", "has", "have", "he", "her", "his",
    "how", "i", "if", "in", "into", "is", "it", "its", "just", "let", "me", "my", "need", "of",
    "on", "or", "our", "please", "s", "she", "should", "so", "some", "than", "that", "the",
    "their", "them", "then", "there", "these", "they", "this", "those", "to", "tool", "up", "us",
    "use", "want", "was", "we", "were", "what", "when", "where", "which", "who", "will", "with",
    "would", "you", "your",
];

/// Words that name the same action or thing in interfaces, and are looked for as well.
const SYNONYMS: &[&[&str]] = &[
    // Actions.
    &["create", "add", "new", "make", "open", "insert", "register"],
    &["delete", "remove", "drop", "destroy", "erase", "clear", "purge"],
    &["list", "show", "enumerate", "browse"],
    &["get", "fetch", "read", "retrieve", "show", "view", "look", "describe", "see"],
    &["search", "find", "query", "look"],
    &["update", "edit", "change", "modify", "set", "rename", "patch", "adjust"],
    &["send", "sent", "post", "publish", "write", "tell"],
    &["run", "ran", "execute", "trigger", "invoke", "start", "launch"],
    &["cancel", "stop", "abort", "terminate", "end", "shutdown", "kill"],
    &["share", "access", "permission", "grant", "allow", "invite"],
    &["revoke", "deactivate", "disable", "block", "lock"],
    &["undo", "revert", "rollback", "restore"],
    &["deploy", "deployment", "rollout", "release"],
    &["complete", "finish", "done", "close", "resolve", "solve", "fix"],
    &["convert", "turn", "transform", "export", "render"],
    &["mute", "silence", "quiet", "snooze"],
    &["log", "record", "note", "remember"],
    &["reply", "answer", "respond"],
    &["scale", "resize", "grow"],
    &["assign", "assignee", "owner"],
    // Things.
    &["file", "document", "doc"],
    &["folder", "directory"],
    &["repository", "repo"],
    &["message", "chat"],
    &["mail", "email"],
    &["person", "user", "member", "people", "employee", "colleague", "somebody"],
    &["ticket", "issue", "bug"],
    &["error", "exception", "crash", "bug"],
    &["alert", "alarm", "notification", "monitor"],
    &["image", "picture", "photo"],
    &["meeting", "event", "appointment", "calendar"],
    &["song", "music", "track", "playback"],
    &["phone", "mobile", "telephone", "sms", "text"],
    &["host", "hostname", "domain", "dns"],
    &["machine", "server", "vm", "instance"],
    &["container", "pod"],
    &["money", "balance", "payment"],
    &["pay", "paid", "charge", "bill", "payment"],
    &["cost", "spend", "spent", "price", "expense"],
    &["buy", "bought", "purchase", "order"],
    &["customer", "client", "buyer", "shopper"],
    &["prospect", "lead"],
    &["hour", "time", "duration"],
];

/// The weight of a synonym in relation to the word.
const SYNONYM: f32 = 0.6;

/// Splits texts into the stems of their words.
pub(crate) struct Words {
    stemmer: Stemmer,
    synonyms: HashMap<String, Vec<String>>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").finish_non_exhaustive()
    }
}

impl Default for Words {
    fn default() -> Self {
        let stemmer = Stemmer::create(Algorithm::English);
        let mut synonyms: HashMap<String, Vec<String>> = HashMap::new();
        for group in SYNONYMS {
            let stems: Vec<_> = group.iter().map(|word| stemmer.stem(word).into_owned()).collect();
            for stem in &stems {
                let others = stems.iter().filter(|it| *it != stem).cloned();
                synonyms.entry(stem.clone()).or_default().extend(others);
            }
        }
        Self { stemmer, synonyms }
    }
}

impl Words {
    /// Returns the stems of a text, without words that say nothing.
    pub(crate) fn stems<'t>(&'t self, text: &'t str) -> impl Iterator<Item = String> + 't {
        let words = split(text).into_iter().map(str::to_lowercase);
        let words = words.filter(|word| STOP_WORDS.binary_search(&word.as_str()).is_err());
        words.map(|word| self.stemmer.stem(&word).into_owned())
    }

    /// Returns the stems to look for: for each word once, its stem and the stems of its synonyms,
    /// with their weights.
    pub(crate) fn query(&self, text: &str) -> Vec<Vec<(String, f32)>> {
        let stems: IndexSet<String> = self.stems(text).collect();
        let group = |stem: String| {
            let synonyms = self.synonyms.get(&stem).into_iter().flatten();
            let synonyms = synonyms.map(|other| (other.clone(), SYNONYM));
            std::iter::once((stem.clone(), 1.0)).chain(synonyms).collect()
        };
        stems.into_iter().map(group).collect()
    }
}

/// Splits at everything that is no letter or digit, and in identifiers: `HTTPServerPort` is
/// `HTTP`, `Server`, `Port`.
fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let pieces = text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty());
    for piece in pieces {
        let mut start = 0;
        let mut characters = piece.char_indices().peekable();
        let mut before = None;
        while let Some((at, character)) = characters.next() {
            let is_next_lower = characters.peek().is_some_and(|(_, next)| next.is_lowercase());
            let is_start = before.is_some_and(|before: char| {
                character.is_uppercase() && (!before.is_uppercase() || is_next_lower)
            });
            if is_start {
                words.extend(piece.get(start..at));
                start = at;
            }
            before = Some(character);
        }
        words.extend(piece.get(start..));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_split() {
        let words = |text| split(text).join(" ");
        assert_eq!(
            words("readFile read_file read-file read.file"),
            "read File read file read file read file"
        );
        assert_eq!(words("HTTPServerPort getURL v2"), "HTTP Server Port get URL v2");
        assert_eq!(words("¿größe? 查询"), "größe 查询");
    }

    #[test]
    fn stems_are_those_of_words() {
        let words = Words::default();
        let stems: Vec<_> = words.stems("Charges the customers' cards").collect();
        assert_eq!(stems, ["charg", "custom", "card"]);
        assert!(STOP_WORDS.is_sorted());
    }

    #[test]
    fn synonyms_count_less() {
        let query = Words::default().query("remove it, remove");
        assert_eq!(query.len(), 1);
        assert_eq!(query[0][0], ("remov".to_owned(), 1.0));
        assert!(query[0].contains(&("delet".to_owned(), SYNONYM)), "{query:?}");
    }
}
