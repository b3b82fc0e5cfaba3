//! The ways in which files are read.

use std::collections::BTreeMap;

use super::names::Kind;
use crate::engine::bindings::sandbox as wit;
use crate::engine::bindings::transpiler::Dialect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loader {
    Script(Dialect),
    Json,
    Text,
    Binary,
    Base64,
    DataUrl,
}

impl Loader {
    /// Returns the loader of an import with an attribute `type`, if it is one of those that bundlers
    /// know.
    pub(super) fn by_attribute(attribute_type: &str) -> Option<Self> {
        Some(match attribute_type {
            "json" => Self::Json,
            "text" => Self::Text,
            "bytes" => Self::Binary,
            _ => return None,
        })
    }

    fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "js" => Self::Script(Dialect::Javascript),
            "jsx" => Self::Script(Dialect::Jsx),
            "ts" => Self::Script(Dialect::Typescript),
            "tsx" => Self::Script(Dialect::Tsx),
            "json" => Self::Json,
            "text" | "css" => Self::Text,
            "binary" => Self::Binary,
            "base64" => Self::Base64,
            "dataurl" => Self::DataUrl,
            _ => return None,
        })
    }

    /// Returns the module of a file that is not a script.
    ///
    /// # Errors
    /// Errors if the file is to be text and is not UTF-8.
    pub(super) fn body(
        self,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<(Kind, wit::ModuleBody), String> {
        let text = match self {
            Self::Json => return Ok((Kind::Json, wit::ModuleBody::Json(text(name, bytes)?))),
            Self::Binary => {
                let bytes = base64(&bytes);
                let code = format!(
                    "export default Uint8Array.from(atob(\"{bytes}\"), (it) => it.charCodeAt(0));"
                );
                let script = wit::Script { code, mappings: Vec::new() };
                return Ok((Kind::JavaScript, wit::ModuleBody::Javascript(script)));
            }
            Self::Script(_) | Self::Text => text(name, bytes)?,
            Self::Base64 => base64(&bytes),
            Self::DataUrl => format!("data:{};base64,{}", media_type(name), base64(&bytes)),
        };
        Ok((Kind::Text, wit::ModuleBody::Text(text)))
    }
}

/// Returns the text of a file.
///
/// # Errors
/// Errors if it is not UTF-8.
pub(super) fn text(name: &str, bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| format!("{name}: it is not UTF-8"))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;

    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "css" => "text/css",
        "html" => "text/html",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        _ => "text/plain",
    }
}

/// The loaders by the endings of names.
pub(super) struct Loaders(BTreeMap<String, Loader>);

impl Loaders {
    /// Creates the loaders of a request, beside the usual ones.
    ///
    /// # Errors
    /// Errors if there is no loader of a name.
    pub(super) fn new(given: Vec<(String, String)>) -> Result<Self, String> {
        let mut loaders = BTreeMap::new();
        for (ending, name) in given {
            let loader = Loader::by_name(&name)
                .ok_or_else(|| format!("loader {ending:?}: there is no loader {name:?}"))?;
            loaders.insert(ending, loader);
        }
        Ok(Self(loaders))
    }

    /// Returns the loader of a file. Files with an unknown ending are text.
    pub(super) fn of(&self, name: &str) -> Loader {
        let file = name.rsplit_once('/').map_or(name, |(_, file)| file);
        // The longest ending counts, such as `.module.css`.
        for (at, _) in file.match_indices('.') {
            if let Some(loader) = file.get(at..).and_then(|ending| self.0.get(ending)) {
                return *loader;
            }
        }
        match file.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "js" | "mjs" | "cjs" => Loader::Script(Dialect::Javascript),
            "jsx" => Loader::Script(Dialect::Jsx),
            "ts" | "mts" | "cts" => Loader::Script(Dialect::Typescript),
            "tsx" => Loader::Script(Dialect::Tsx),
            "json" => Loader::Json,
            _ => Loader::Text,
        }
    }
}
