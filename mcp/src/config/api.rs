//! Documents of `OpenAPI` in the configuration.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use isolet::AddressRange;
use serde_json::Value;

use super::fields::{Fields, wrong};
use super::{Config, MAX_NAME};
use crate::error::Result;

/// The prefix of variables of the environment with credentials.
const VARIABLE: &str = "ISOLET_OPENAPI";

/// A document, and what it does not say.
#[derive(Clone, Default)]
pub(crate) struct Api {
    pub(crate) source: Source,
    /// The address of the server, in place of that of the document.
    pub(crate) server: Option<String>,
    /// The values of variables in the address of the document.
    pub(crate) variables: BTreeMap<String, String>,
    /// Credentials by the names of the document's security schemes.
    pub(crate) credentials: BTreeMap<String, String>,
    pub(crate) bearer: Option<String>,
    /// Addresses that are not public and that the server may have.
    pub(crate) addresses: Vec<AddressRange>,
    /// Credentials of the environment, by the names of schemes in capitals.
    pub(crate) found: BTreeMap<String, String>,
}

/// The place of a document.
#[derive(Clone)]
pub(crate) enum Source {
    Text(String),
    File(PathBuf),
}

impl Default for Source {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Api");
        if let Source::File(path) = &self.source {
            debug.field("file", path);
        }
        debug.field("credentials", &self.credentials.keys()).finish_non_exhaustive()
    }
}

impl Config {
    /// Adds a document of `OpenAPI` 3, in JSON or YAML, or replaces that of this name, whose other
    /// settings stay. Its operations are tools of the namespace `name`.
    ///
    /// # Errors
    /// Errors if the name is empty or longer than 64 bytes, if a server has it, or if there are too
    /// many. The document is read when the server starts.
    pub fn openapi(&mut self, name: &str, document: String) -> Result<()> {
        self.document(name, Source::Text(document))
    }

    /// Adds a file with a document, as [`openapi`](Self::openapi) does.
    ///
    /// # Errors
    /// Errors as [`openapi`](Self::openapi) does. The file is read when the server starts.
    pub fn openapi_file(&mut self, name: &str, path: impl Into<PathBuf>) -> Result<()> {
        self.document(name, Source::File(path.into()))
    }

    /// Sets the address of the server of a document, in place of that which the document has. It may
    /// be an address of this machine or of a private network.
    ///
    /// # Errors
    /// Errors if there is no document of this name.
    pub fn openapi_server(&mut self, name: &str, address: impl Into<String>) -> Result<()> {
        let Some(api) = self.apis.get_mut(name) else {
            return Err(no_document(name));
        };
        api.server = Some(address.into());
        Ok(())
    }

    /// Takes the credentials of documents from variables that are named for this alone:
    /// `ISOLET_OPENAPI_NAME_SCHEME`, in capitals and with `_` for all that is no letter or digit,
    /// and `ISOLET_OPENAPI_NAME_BEARER` for a token that is of no scheme. Those of the configuration
    /// go first. No document can name another variable, such as one with a secret of another program.
    pub fn credentials_from(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        let variables: BTreeMap<_, _> = variables
            .into_iter()
            .filter(|(name, value)| name.starts_with(VARIABLE) && !value.is_empty())
            .collect();
        for (name, api) in &mut self.apis {
            let prefix = format!("{VARIABLE}_{}_", capitals(name));
            for (variable, value) in &variables {
                let Some(scheme) = variable.strip_prefix(&prefix) else { continue };
                api.found.insert(scheme.to_owned(), value.clone());
                self.redacted.add_credential(variable, value);
            }
        }
    }

    /// Makes the relative paths of documents begin at a directory, such as that of the file of the
    /// configuration. Default: the current one.
    #[must_use]
    pub fn relative_to(mut self, directory: &Path) -> Self {
        for api in self.apis.values_mut() {
            if let Source::File(path) = &mut api.source {
                *path = directory.join(&path);
            }
        }
        self
    }

    fn document(&mut self, name: &str, source: Source) -> Result<()> {
        self.check_name(name)?;
        self.apis.entry(name.to_owned()).or_default().source = source;
        self.check_count()
    }

    pub(super) fn add_api(
        &mut self,
        name: &str,
        fields: &Value,
        variable: &impl Fn(&str) -> Option<String>,
    ) -> Result<()> {
        self.check_name(name)?;
        let secrets = RefCell::new(std::mem::take(&mut self.redacted));
        let fields = Fields { server: name, fields, variable, secrets: &secrets };
        if !fields.fields.is_object() {
            return Err(fields.error("it is not an object"));
        }
        if fields.get("disabled", "true or false", Value::as_bool)?.unwrap_or_default() {
            self.redacted = secrets.take();
            self.disabled.insert(name.to_owned());
            return Ok(());
        }
        let file = fields.text("file")?.ok_or_else(|| fields.error("it has no `file`"))?;
        let expanded =
            |field: &str| fields.text(field)?.map(|text| fields.expand(field, text)).transpose();
        let map = |field: &str| -> Result<BTreeMap<_, _>> {
            let map = fields.map(field)?.into_iter();
            Ok(map.map(|(name, value)| (name.to_owned(), value)).collect())
        };
        let addresses = fields.get("addresses", "a list of addresses", |value| {
            let list = value.as_array()?.iter();
            list.map(|it| it.as_str()?.parse().ok()).collect::<Option<Vec<AddressRange>>>()
        })?;
        let api = Api {
            source: Source::File(file.into()),
            server: expanded("server")?,
            variables: map("variables")?,
            credentials: map("credentials")?,
            bearer: expanded("bearer")?,
            addresses: addresses.unwrap_or_default(),
            found: BTreeMap::new(),
        };
        self.redacted = secrets.take();
        for (scheme, value) in &api.credentials {
            self.redacted.add_credential(&format!("{name}_{scheme}"), value);
        }
        if let Some(token) = &api.bearer {
            self.redacted.add(&format!("{name}_BEARER"), token);
        }
        self.apis.insert(name.to_owned(), api);
        self.check_count()
    }

    fn check_name(&self, name: &str) -> Result<()> {
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(wrong(name, format_args!("the name must have 1 to {MAX_NAME} bytes")));
        }
        if self.servers.contains_key(name) {
            return Err(wrong(name, "the name is there twice"));
        }
        Ok(())
    }
}

/// Returns a name as it stands in the name of a variable.
pub(crate) fn capitals(name: &str) -> String {
    let capital = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    name.chars().map(capital).collect()
}

fn no_document(name: &str) -> crate::error::Error {
    wrong(name, "there is no document of this name")
}
