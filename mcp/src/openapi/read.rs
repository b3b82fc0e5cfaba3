//! The operations of a document as tools.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use isolet_catalog::{Catalog, Definition, Error, Namespace};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};
use url::Url;

use super::document::{Document, flag, text};
use super::multipart::{self, Parts};
use super::operation::{BODY, Body, BodyKind, Operation, Piece};
use super::parameter::{self, Described, Parameter, Place};
use super::schemas::{Property, Schemas, Way, remove_patterns};
use super::security::Credentials;
use crate::settings::Limits;
use crate::text::{line, prefix};

/// The methods of operations. `TRACE` is never sent.
const METHODS: [(&str, &str); 7] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
];
/// The most parameters of an operation.
const MAX_PARAMETERS: usize = 200;
/// The most bytes of a path, and of a name.
const MAX_PATH: usize = 2 << 10;
const MAX_NAME: usize = 256;
/// The most bytes of a description.
const MAX_DESCRIPTION: usize = 2_000;
/// The bytes of the schema of an argument or a result, at least and at most.
const SCHEMA: std::ops::RangeInclusive<usize> = (2 << 10)..=(32 << 10);
/// The most operations that are reported one by one as left out.
const MAX_REPORTED: usize = 20;

/// The characters that a path cannot have as they are.
const PATH: AsciiSet = CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'\\')
    .add(b'|');

/// The operations of a document.
#[derive(Default)]
pub(super) struct Found {
    pub(super) operations: Vec<(Tool, Operation)>,
    /// Operations that are left out, with the reasons.
    pub(super) left_out: Vec<(String, String)>,
}

/// Returns the operations of a document. `server` is its address.
pub(super) fn read(
    document: &Document,
    server: &Url,
    credentials: &Credentials,
    limits: &Limits,
) -> Found {
    let mut found = Found::default();
    let paths = document.get("paths").and_then(Value::as_object);
    let sources = paths.into_iter().flatten().flat_map(|(path, item)| {
        let item = document.object(item);
        METHODS.iter().filter_map(move |(field, method)| {
            Some((path, item?, *method, *field, item?.get(*field)?.as_object()?))
        })
    });
    // One more than is allowed, so that it is seen.
    let sources: Vec<_> = sources.take(limits.tools + 1).collect();
    // Each has its share of what all may take.
    let share = limits.definition_bytes / (2 * sources.len().max(1));
    let mut reader = Reader {
        document,
        server,
        credentials,
        schemas: Schemas::new(document),
        share: share.clamp(*SCHEMA.start(), *SCHEMA.end()),
        names: BTreeSet::new(),
    };
    for (path, item, method, field, source) in sources {
        let name = reader.name(path, field, source);
        match reader.operation(&name, path, item, method, source) {
            Ok(operation) => found.operations.push(operation),
            Err(reason) => found.left_out.push((name, reason)),
        }
    }
    if found.left_out.len() > MAX_REPORTED {
        let more = found.left_out.len() - MAX_REPORTED;
        found.left_out.truncate(MAX_REPORTED);
        found.left_out.push(("other tools".to_owned(), format!("{more} more, for such reasons")));
    }
    found
}

struct Reader<'d> {
    document: &'d Document,
    server: &'d Url,
    credentials: &'d Credentials,
    schemas: Schemas<'d>,
    share: usize,
    names: BTreeSet<String>,
}

impl<'d> Reader<'d> {
    /// Returns the name of an operation: its `operationId`, or its method and path if it has none
    /// or another operation has the same.
    fn name(&mut self, path: &str, method: &str, source: &Map<String, Value>) -> String {
        let id = text(source, "operationId").filter(|id| id.len() <= MAX_NAME);
        if let Some(id) = id.filter(|id| self.names.insert((*id).to_owned())) {
            return id.to_owned();
        }
        let mut name = method.to_owned();
        for c in path.chars() {
            if c.is_alphanumeric() {
                name.push(c);
            } else if !name.ends_with('_') {
                name.push('_');
            }
        }
        let name = name.trim_end_matches('_').to_owned();
        self.names.insert(name.clone());
        name
    }

    fn operation(
        &mut self,
        name: &str,
        path: &'d str,
        item: &'d Map<String, Value>,
        method: &'static str,
        source: &'d Map<String, Value>,
    ) -> Result<(Tool, Operation), String> {
        if [item, source].iter().any(|it| it.get("servers").is_some_and(|it| self.is_other(it))) {
            return Err("it has a server of its own".to_owned());
        }
        let security = self.credentials.security(self.document, source);
        let mut described = Vec::new();
        for list in [source, item] {
            let list = list.get("parameters").and_then(Value::as_array);
            for parameter in list.into_iter().flatten() {
                let Some(parameter) = parameter::read(self.document, parameter)? else { continue };
                let Parameter { name, place, .. } = &parameter.parameter;
                let is_known = described.iter().any(|it: &Described<'_>| {
                    it.parameter.name == *name && it.parameter.place == *place
                });
                // A parameter that the host sends is no argument.
                if !is_known && !self.credentials.has(&security, place.name(), name) {
                    described.push(parameter);
                }
                if described.len() > MAX_PARAMETERS {
                    return Err(format!("it has more than {MAX_PARAMETERS} parameters"));
                }
            }
        }
        let path_pieces = pieces(path, &mut described)?;
        let (body, property) = self.body(source)?.unzip();
        let mut taken = BTreeSet::from([BODY.to_owned()]);
        let mut properties = Vec::new();
        for Described { parameter, schema, description, is_required } in &mut described {
            // Parameters of different places may have one name.
            while !taken.insert(parameter.argument.clone()) {
                parameter.argument = format!("{}_{}", parameter.place.name(), parameter.argument);
            }
            let name = parameter.argument.clone();
            let (schema, description, is_required) = (*schema, *description, *is_required);
            properties.push(Property { name, description, schema, is_required });
        }
        properties.extend(property);
        let mut input = self.schemas.object(properties, self.share);
        make_usable(&mut input);
        if let Some(body) = &body {
            multipart::allow_files(&mut input, &body.parts);
        }
        let parameters = described.into_iter().map(|it| it.parameter).collect();
        let operation = Operation { method, path: path_pieces, parameters, body, security };
        let tool = Tool::new(name.to_owned(), description(source, method, path), object(input))
            .with_annotations(self.annotations(&operation, path));
        let tool = match self.output(source) {
            Some(output) => tool.with_raw_output_schema(object(output)),
            None => tool,
        };
        Ok((tool, operation))
    }

    fn is_other(&self, servers: &Value) -> bool {
        self.document.get("servers") != Some(servers)
    }

    /// Returns the body of an operation, and its property.
    fn body(&self, source: &'d Map<String, Value>) -> Result<Option<(Body, Property<'d>)>, String> {
        let Some(body) = source.get("requestBody") else { return Ok(None) };
        let body = self.document.object(body).ok_or("its body is not in the document")?;
        let is_required = flag(body, "required");
        let content = body.get("content").and_then(Value::as_object);
        let kinds = content.into_iter().flatten().filter_map(|(media_type, content)| {
            let kind = body_kind(media_type)?;
            Some((kind, media_type, content))
        });
        static ANYTHING: Value = Value::Bool(true);
        // JSON before forms, and forms before text.
        let Some((kind, media_type, content)) = kinds.min_by_key(|(kind, ..)| *kind as u8) else {
            let first = content.and_then(|it| it.keys().next()).map_or("nothing", String::as_str);
            let reason = format!("its body is {}, which is not supported", line(first, 64));
            return if is_required { Err(reason) } else { Ok(None) };
        };
        let content_type = match (media_type.as_str(), kind) {
            (wildcard, BodyKind::Json) if wildcard.contains('*') => "application/json",
            (wildcard, BodyKind::Text) if wildcard.contains('*') => "text/plain",
            (media_type, _) => media_type,
        };
        let schema = content.get("schema").unwrap_or(&ANYTHING);
        let description = text(body, "description");
        let property = Property { name: BODY.to_owned(), description, schema, is_required };
        let parts = match kind {
            BodyKind::Multipart => multipart::parts(self.document, schema, content.get("encoding")),
            _ => Parts::new(),
        };
        Ok(Some((Body { kind, content_type: content_type.to_owned(), parts }, property)))
    }

    /// Returns the schema of the result: that of the first response of success.
    fn output(&mut self, source: &'d Map<String, Value>) -> Option<Value> {
        let responses = source.get("responses")?.as_object()?;
        let mut successes: Vec<_> = responses
            .iter()
            .filter(|(status, _)| status.len() == 3 && status.starts_with('2'))
            .collect();
        successes.sort_by_key(|(status, _)| status.to_ascii_uppercase());
        for (_, response) in successes {
            let response = self.document.object(response)?;
            let Some(content) = response.get("content").and_then(Value::as_object) else {
                continue;
            };
            let is_json = |it: &&(&'d String, &'d Value)| body_kind(it.0) == Some(BodyKind::Json);
            let list: Vec<_> = content.iter().collect();
            if let Some((_, content)) = list.iter().find(is_json) {
                return Some(self.schemas.schema(content.get("schema")?, Way::Out, self.share));
            }
            if list.iter().all(|(name, _)| body_kind(name) == Some(BodyKind::Text)) {
                return (!list.is_empty()).then(|| json!({"type": "string"}));
            }
            return None;
        }
        None
    }

    /// Returns hints, with all that decides what a call does as the title: it is part of what is
    /// pinned.
    fn annotations(&self, operation: &Operation, path: &str) -> ToolAnnotations {
        let Operation { method, parameters, body, security, .. } = operation;
        let body = body.as_ref().map(Body::described);
        let title = format!("{method} {}{path} {parameters:?} {body:?} {security:?}", self.server);
        let (is_read, is_repeatable) = match *method {
            "GET" | "HEAD" | "OPTIONS" => (true, true),
            "PUT" | "DELETE" => (false, true),
            _ => (false, false),
        };
        ToolAnnotations::with_title(title)
            .read_only(is_read)
            .destructive(!is_read)
            .idempotent(is_repeatable)
            .open_world(true)
    }
}

/// Returns the parts of a path. What it names and no parameter describes becomes a parameter.
fn pieces(path: &str, described: &mut Vec<Described<'_>>) -> Result<Vec<Piece>, String> {
    static TEXT: std::sync::LazyLock<Value> =
        std::sync::LazyLock::new(|| json!({"type": "string"}));
    if !path.starts_with('/') || path.len() > MAX_PATH || path.contains(['?', '#', '\\']) {
        return Err("its path is not one".to_owned());
    }
    let mut pieces = Vec::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("its path is not one")?;
        pieces.push(Piece::Text(utf8_percent_encode(before, &PATH).to_string()));
        let is_it =
            |it: &Described<'_>| it.parameter.place == Place::Path && it.parameter.name == name;
        let index = described.iter().position(is_it).unwrap_or_else(|| {
            described.push(Described {
                parameter: Parameter::of_path(name),
                schema: &TEXT,
                description: None,
                is_required: true,
            });
            described.len() - 1
        });
        pieces.push(Piece::Parameter(index));
        rest = after;
    }
    pieces.push(Piece::Text(utf8_percent_encode(rest, &PATH).to_string()));
    if described.len() > MAX_PARAMETERS {
        return Err(format!("it has more than {MAX_PARAMETERS} parameters"));
    }
    Ok(pieces)
}

/// Returns the way in which a body of a media type is written, if it is known.
fn body_kind(media_type: &str) -> Option<BodyKind> {
    let name = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // It is a header.
    if http::HeaderValue::from_str(media_type).is_err() {
        return None;
    }
    match name.as_str() {
        "application/json" | "*/*" | "application/*" => Some(BodyKind::Json),
        "application/x-www-form-urlencoded" => Some(BodyKind::Form),
        "multipart/form-data" => Some(BodyKind::Multipart),
        name if name.ends_with("+json") => Some(BodyKind::Json),
        name if name.starts_with("text/") || name == "application/xml" => Some(BodyKind::Text),
        _ => None,
    }
}

fn description(source: &Map<String, Value>, method: &str, path: &str) -> String {
    let mut out = String::new();
    let (summary, description) = (text(source, "summary"), text(source, "description"));
    for part in [summary, description.filter(|it| Some(*it) != summary)].into_iter().flatten() {
        out.push_str(part);
        out.push('\n');
    }
    let mut out = prefix(&out, MAX_DESCRIPTION).0.to_owned();
    // Writing to a string cannot fail.
    let _ = write!(out, "{method} {path}");
    if flag(source, "deprecated") {
        out.push_str(" (deprecated)");
    }
    out
}

/// Makes a schema accept more if it could not be used otherwise.
fn make_usable(schema: &mut Value) {
    if is_usable(schema) {
        return;
    }
    remove_patterns(schema);
    if !is_usable(schema) {
        *schema = json!({"type": "object"});
    }
}

fn is_usable(schema: &Value) -> bool {
    let tools = vec![Definition::new("tool", schema.clone())];
    let namespace = Namespace { name: "server".to_owned(), description: None, tools };
    let Ok(catalog) = Catalog::new([namespace]) else { return false };
    let result = catalog.tools().next().map(|tool| tool.validate_input(Some(&json!({}))));
    !matches!(result, Some(Err(Error::Schema { .. })))
}

fn object(schema: Value) -> Arc<JsonObject> {
    Arc::new(match schema {
        Value::Object(object) => object,
        Value::Bool(false) => Map::from_iter([("not".to_owned(), json!({}))]),
        _ => Map::new(),
    })
}
