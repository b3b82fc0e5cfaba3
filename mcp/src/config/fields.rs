//! The fields of one server in the configuration.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde_json::Value;
use url::{Host, Url};

use super::{Endpoint, MAX_NAME, Process};
use crate::error::{Error, Result};
use crate::redact::Secrets;
use crate::text::line;

/// Variables of the environment that each process of a server gets: those of the official SDKs.
#[cfg(unix)]
const INHERITED: &[&str] = &["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"];
#[cfg(not(unix))]
const INHERITED: &[&str] = &[
    "APPDATA",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "PATH",
    "PROCESSOR_ARCHITECTURE",
    "PROGRAMFILES",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "USERNAME",
    "USERPROFILE",
];

/// The fields of one server.
pub(super) struct Fields<'a, F> {
    pub(super) server: &'a str,
    pub(super) fields: &'a Value,
    pub(super) variable: &'a F,
    pub(super) secrets: &'a RefCell<Secrets>,
}

/// Returns the error of a server or document.
pub(super) fn wrong(server: &str, reason: impl fmt::Display) -> Error {
    Error::Config(format!("server {:?}: {reason}", line(server, MAX_NAME)))
}

impl<'a, F: Fn(&str) -> Option<String>> Fields<'a, F> {
    pub(super) fn error(&self, reason: impl fmt::Display) -> Error {
        wrong(self.server, reason)
    }

    pub(super) fn get<T>(
        &self,
        field: &str,
        expected: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match read(value) {
                Some(value) => Ok(Some(value)),
                None => Err(self.error(format_args!("`{field}` is not {expected}"))),
            },
        }
    }

    pub(super) fn text(&self, field: &str) -> Result<Option<&'a str>> {
        self.get(field, "a string", Value::as_str)
    }

    /// Returns the values of a field that is an object, with variables expanded.
    pub(super) fn map(&self, field: &str) -> Result<Vec<(&'a str, String)>> {
        let map = self.get(field, "an object", Value::as_object)?;
        map.into_iter()
            .flatten()
            .map(|(key, value)| {
                let place = format!("{field}.{}", line(key, MAX_NAME));
                let text = match value {
                    Value::String(text) => self.expand(&place, text)?,
                    Value::Number(number) => number.to_string(),
                    Value::Bool(it) => it.to_string(),
                    _ => return Err(self.error(format_args!("`{place}` is not a string"))),
                };
                Ok((key.as_str(), text))
            })
            .collect()
    }

    pub(super) fn endpoint(&self) -> Result<Endpoint> {
        let kind = self.text("type")?.or(self.text("transport")?);
        let is_known = |known: &[&str]| kind.is_none_or(|kind| known.contains(&kind));
        match (self.text("command")?, self.text("url")?) {
            (Some(command), None) if is_known(&["stdio"]) => self.process(command),
            (None, Some(url)) if is_known(&["http", "streamable-http", "streamableHttp"]) => {
                self.http(url)
            }
            (None, Some(_)) if kind == Some("sse") => {
                Err(self.error("the transport `sse` is obsolete; use `http`"))
            }
            (Some(_), Some(_)) => Err(self.error("it has both a `command` and a `url`")),
            (None, None) => Err(self.error("it has neither a `command` nor a `url`")),
            _ => Err(self.error("`type` does not fit")),
        }
    }

    fn process(&self, command: &str) -> Result<Endpoint> {
        let arguments = self.get("args", "a list of strings", |value| {
            value.as_array()?.iter().map(|it| it.as_str().map(str::to_owned)).collect()
        })?;
        let arguments: Vec<String> = arguments.unwrap_or_default();
        self.add_arguments(&arguments);
        let inherited = INHERITED.iter().filter_map(|name| {
            // Shells export functions in this way.
            let value = (self.variable)(name).filter(|value| !value.starts_with("()"))?;
            Some(((*name).to_owned(), value))
        });
        let mut environment: BTreeMap<_, _> = inherited.collect();
        for (name, value) in self.map("env")? {
            // Processes are given these in any case, and they are in many texts.
            if !INHERITED.contains(&name) {
                self.add_literal("env", name, &value);
            }
            if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
                let name = line(name, MAX_NAME);
                return Err(self.error(format_args!("`env.{name}` is not a variable")));
            }
            environment.insert(name.to_owned(), value);
        }
        Ok(Endpoint::Process(Process {
            command: command.to_owned(),
            arguments,
            environment,
            directory: self.text("cwd")?.map(PathBuf::from),
        }))
    }

    fn http(&self, text: &str) -> Result<Endpoint> {
        let url = Url::parse(text).ok().filter(|it| matches!(it.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| self.error("`url` is not an address of http or https"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(self.error("`url` has credentials; use `headers` or `bearer`"));
        }
        let mut headers = Vec::new();
        for (name, value) in self.map("headers")? {
            self.add_literal("headers", name, &value);
            // A scheme and a token, which may be shown without it.
            let token = value.rsplit(' ').next().unwrap_or_default().to_owned();
            self.add_literal("headers", name, &token);
            headers.push(self.header(name, value)?);
        }
        if let Some(token) = self.text("bearer")? {
            let token = self.expand("bearer", token)?;
            self.secrets.borrow_mut().add(&format!("{}_BEARER", self.server), &token);
            headers.push(self.header(AUTHORIZATION.as_str(), format!("Bearer {token}"))?);
        }
        if !headers.is_empty() && url.scheme() == "http" && !is_local(&url) {
            return Err(self.error("`headers` would be sent in plain text; use https"));
        }
        Ok(Endpoint::Http { url, headers })
    }

    fn header(&self, name: &str, value: String) -> Result<(HeaderName, HeaderValue)> {
        let wrong = || self.error(format_args!("`headers.{}` is not a header", line(name, 64)));
        let key = HeaderName::try_from(name).map_err(|_| wrong())?;
        let mut value = HeaderValue::try_from(value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        let is_reserved = matches!(
            key.as_str(),
            "accept" | "connection" | "content-length" | "content-type" | "host" | "last-event-id"
        ) || key.as_str() == "transfer-encoding"
            || key.as_str().starts_with("mcp-");
        if is_reserved {
            return Err(self.error(format_args!("`headers.{key}` is set by the protocol")));
        }
        Ok((key, value))
    }

    /// Keeps a value of the configuration out of records. One that has a variable's value in it is
    /// found by that.
    fn add_literal(&self, field: &str, name: &str, value: &str) {
        let source = self.fields.get(field).and_then(|fields| fields.get(name));
        let has_variable = source.and_then(Value::as_str).is_some_and(|text| text.contains("${"));
        if !has_variable {
            self.secrets.borrow_mut().add(&format!("{}_{name}", self.server), value);
        }
    }

    /// Keeps secrets of arguments out of records: those that are named as such, and the values of
    /// variables, which the process may expand.
    fn add_arguments(&self, arguments: &[String]) {
        let mut secrets = self.secrets.borrow_mut();
        for (name, value) in super::arguments::secrets(arguments) {
            if !value.contains("${") {
                secrets.add(&format!("{}_{name}", self.server), &value);
            }
        }
        for argument in arguments {
            let variables = argument.split("${").skip(1).filter_map(|it| it.split_once('}'));
            for (inside, _) in variables {
                let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
                let name = name.strip_prefix("env:").unwrap_or(name);
                if !INHERITED.contains(&name) {
                    let value = (self.variable)(name).unwrap_or_else(|| default.to_owned());
                    secrets.add(name, &value);
                }
            }
        }
    }

    /// Replaces `${NAME}` by the value of a variable.
    pub(super) fn expand(&self, place: &str, text: &str) -> Result<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((inside, after)) = after.split_once('}') else { break };
            out.push_str(before);
            let (name, default) = match inside.split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (inside, None),
            };
            let name = name.strip_prefix("env:").unwrap_or(name);
            match ((self.variable)(name), default) {
                (Some(value), _) => {
                    // Processes are given these in any case, and they are in many texts.
                    if !INHERITED.contains(&name) {
                        self.secrets.borrow_mut().add(name, &value);
                    }
                    out.push_str(&value);
                }
                (None, Some(default)) => {
                    // The address of a server is no secret, and neither are its parts.
                    if place != "server" && !place.starts_with("variables.") {
                        self.secrets.borrow_mut().add(name, default);
                    }
                    out.push_str(default);
                }
                (None, None) => {
                    let name = line(name, MAX_NAME);
                    return Err(self.error(format_args!("`{place}`: {name} is not set")));
                }
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// Returns true if an address is of this machine.
pub(crate) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
