//! The configuration file.

mod api;
mod arguments;
mod fields;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use http::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value};
use url::Url;

pub(crate) use self::api::{Api, Source, capitals};
pub(crate) use self::fields::is_local;

use self::fields::Fields;
use crate::error::{Error, Result};
use crate::policy::Policy;
use crate::redact::Secrets;
use crate::text::line;

/// The most bytes of a configuration.
const MAX_BYTES: usize = 1 << 20;
/// The most servers of a configuration.
const MAX_SERVERS: usize = 256;
/// The most bytes of the name of a server.
const MAX_NAME: usize = 64;

/// The upstream servers.
///
/// `Debug` shows names, commands and addresses, and neither arguments, variables nor headers.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub(crate) servers: BTreeMap<String, Endpoint>,
    /// The names of servers that may ask the models of clients.
    pub(crate) sampling: BTreeSet<String>,
    /// The documents of `OpenAPI`.
    pub(crate) apis: BTreeMap<String, Api>,
    /// The names of servers and documents that are disabled, which rules may have.
    disabled: BTreeSet<String>,
    /// The calls that need approval.
    pub(crate) policy: Policy,
    redacted: Secrets,
}

/// The way to a server.
#[derive(Clone)]
pub(crate) enum Endpoint {
    Process(Process),
    Http { url: Url, headers: Vec<(HeaderName, HeaderValue)> },
}

/// A server that is a child process.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) command: String,
    pub(crate) arguments: Vec<String>,
    /// The whole environment.
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) directory: Option<PathBuf>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process(process) => f.debug_tuple("Process").field(&process.command).finish(),
            Self::Http { url, .. } => f.debug_tuple("Http").field(&url.host_str()).finish(),
        }
    }
}

impl Config {
    /// Parses the usual `mcpServers` JSON, or VS Code's `servers`. Comments are allowed.
    ///
    /// A server has either a `command`, with `args`, `env` and `cwd`, or a `url`, with `headers` and
    /// `bearer`, a token. `${NAME}`, `${env:NAME}` and `${NAME:-default}` in values of `env` and
    /// `headers` and in `bearer` stand for a variable, which `variable` returns. A process gets the
    /// variables of its `env` and, if `variable` has them, `HOME`, `LOGNAME`, `PATH`, `SHELL`, `TERM`
    /// and `USER`, and nothing else of the environment. A server with `sampling` set to true may
    /// ask the models of clients. Servers that are `disabled` are left out, and unknown fields are
    /// ignored.
    ///
    /// `openapi` has documents of `OpenAPI` 3 by their names, each with `file`, in JSON or YAML, and
    /// optionally `server`, its address, `variables` of the address, `credentials` by the names of
    /// the document's security schemes, a `bearer` token, and `addresses` that the server may have
    /// although they are not public. Variables are expanded in all but `file`.
    ///
    /// `approve` is a list of rules. A call that one of them is true of needs approval. A rule has a
    /// `tool`, such as `files.write_*`, a `hint`, `"destructive"` or `"writes"`, and patterns of
    /// arguments, `when` and `unless`. All that it has must be true. Unknown fields of rules are an
    /// error. That a rule names a tool of some server is checked when the server starts.
    ///
    /// # Errors
    /// Errors if a field that is known has a wrong value, a variable is not set, or the text is
    /// longer than 1 MiB. The message names the server and the field.
    pub fn parse(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        if text.len() > MAX_BYTES {
            return Err(Error::Config(format!("it is longer than {MAX_BYTES} bytes")));
        }
        let mut text = text.to_owned();
        json_strip_comments::strip(&mut text)
            .map_err(|_| Error::Config("a comment does not end".to_owned()))?;
        let root: Map<String, Value> = serde_json::from_str(&text)
            .map_err(|error| Error::Config(line(&error.to_string(), 200)))?;
        let mut config = Self::default();
        let mut found = false;
        for key in ["mcpServers", "servers"] {
            match root.get(key) {
                None => {}
                Some(Value::Object(servers)) => {
                    found = true;
                    for (name, fields) in servers {
                        config.add(name, fields, &variable)?;
                    }
                }
                Some(_) => return Err(Error::Config(format!("`{key}` is not an object"))),
            }
        }
        match root.get("openapi") {
            None => {}
            Some(Value::Object(apis)) => {
                found = true;
                for (name, fields) in apis {
                    config.add_api(name, fields, &variable)?;
                }
            }
            Some(_) => return Err(Error::Config("`openapi` is not an object".to_owned())),
        }
        if !found {
            return Err(Error::Config("it has no `mcpServers`".to_owned()));
        }
        if let Some(rules) = root.get("approve") {
            config.policy.add(rules)?;
        }
        Ok(config)
    }

    /// Adds a rule to those of `approve`: the name of a tool, such as `files.write_*`, or a JSON object
    /// as in the configuration. It may name documents and objects that are added later.
    ///
    /// # Errors
    /// Errors if it is neither, or if there are too many.
    pub fn approve(&mut self, rule: &str) -> Result<()> {
        let rule = if rule.trim_start().starts_with('{') {
            serde_json::from_str(rule)
                .map_err(|error| Error::Config(format!("`approve`: {error}")))?
        } else {
            Value::from(rule)
        };
        self.policy.add(&Value::Array(vec![rule]))
    }

    /// Returns true if there are calls that need approval.
    pub fn has_approvals(&self) -> bool {
        !self.policy.is_empty()
    }

    /// Returns a function that replaces the values of variables and tokens of the configuration, and
    /// the values of `env` and `headers`, by `isolet.secret.NAME.`, for records of runs. So it does with
    /// values of `args` that are named as secrets, such as `--api-key VALUE` and `TOKEN=VALUE`, with the
    /// passwords of addresses in them, and with the values of variables that they name. Values of less
    /// than 8 bytes stay.
    pub fn redactor(&self) -> isolet_runs::Redactor {
        self.redacted.redactor()
    }

    /// Returns the names that rules may have, those of servers that are disabled included.
    pub(crate) fn all_names(&self) -> impl Iterator<Item = &str> {
        self.names().chain(self.disabled.iter().map(String::as_str))
    }

    /// Returns the names of the servers, and those of the documents, each in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.servers.keys().chain(self.apis.keys()).map(String::as_str)
    }

    fn add(
        &mut self,
        name: &str,
        fields: &Value,
        variable: &impl Fn(&str) -> Option<String>,
    ) -> Result<()> {
        let secrets = RefCell::new(std::mem::take(&mut self.redacted));
        let fields = Fields { server: name, fields, variable, secrets: &secrets };
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(fields.error(format_args!("the name must have 1 to {MAX_NAME} bytes")));
        }
        if !fields.fields.is_object() {
            return Err(fields.error("it is not an object"));
        }
        if fields.get("disabled", "true or false", Value::as_bool)?.unwrap_or_default() {
            self.redacted = secrets.take();
            self.disabled.insert(name.to_owned());
            return Ok(());
        }
        if fields.get("sampling", "true or false", Value::as_bool)?.unwrap_or_default() {
            self.sampling.insert(name.to_owned());
        }
        let endpoint = fields.endpoint()?;
        if self.servers.insert(name.to_owned(), endpoint).is_some() {
            return Err(fields.error("the name is there twice"));
        }
        self.redacted = secrets.take();
        self.check_count()
    }

    fn check_count(&self) -> Result<()> {
        if self.servers.len() + self.apis.len() > MAX_SERVERS {
            return Err(Error::Config(format!("it has more than {MAX_SERVERS} servers")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
