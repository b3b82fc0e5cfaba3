//! A tool of a catalog.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::catalog::Definition;
use crate::declare::{self, Declarations, MAX_SIGNATURE};
use crate::error::{Error, Result};
use crate::methods::Method;
use crate::pattern::Patterns;
use crate::schema::Schema;
use crate::text;
use crate::validate::{self, Refusal};

/// A tool of a catalog.
#[derive(Debug)]
pub struct Tool {
    namespace: String,
    original_namespace: String,
    name: String,
    definition: Definition,
    input: Part,
    output: Part,
    /// The signature of a method that has no schemas.
    signature: Option<String>,
}

/// The schema of an argument or a result, made ready when it is first needed.
#[derive(Debug, Default)]
struct Part {
    schema: OnceLock<Result<Schema, String>>,
    /// Declarations and search do without the patterns, which take most time to compile.
    patterns: OnceLock<Result<Patterns, String>>,
}

impl Part {
    fn schema(&self, source: &Value) -> Result<&Schema, &String> {
        self.schema.get_or_init(|| Schema::parse(source)).as_ref()
    }

    fn patterns(&self, schema: &Schema) -> Result<&Patterns, &String> {
        self.patterns.get_or_init(|| Patterns::compile(&schema.patterns)).as_ref()
    }
}

impl Tool {
    /// Makes a tool of a namespace, which is given by its name in JavaScript and as it was given.
    pub(crate) fn new(
        namespace: &str,
        original_namespace: &str,
        name: String,
        definition: Definition,
    ) -> Self {
        Self {
            namespace: namespace.to_owned(),
            original_namespace: original_namespace.to_owned(),
            name,
            definition,
            input: Part::default(),
            output: Part::default(),
            signature: None,
        }
    }

    /// Makes what the search finds of a method of an object. The input has the names of parameters.
    pub(crate) fn of_method(object: &str, method: Method) -> Self {
        let Method { name, description, parameters, signature } = method;
        let properties = parameters.into_iter().map(|name| (name, Value::Bool(true)));
        let input = serde_json::json!({"properties": properties.collect::<Map<_, _>>()});
        let mut definition = Definition::new(name.clone(), input);
        definition.description = Some(description).filter(|text| !text.is_empty());
        let signature = text::line(&format!("{object}.{signature}"), MAX_SIGNATURE);
        Self { signature: Some(signature), ..Self::new(object, object, name, definition) }
    }

    /// Returns the name in JavaScript.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name of the namespace in JavaScript.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Returns the name of the namespace as it was given.
    pub fn original_namespace(&self) -> &str {
        &self.original_namespace
    }

    /// Returns the namespace and the name in JavaScript: `files.read_file`.
    pub fn path(&self) -> String {
        format!("{}.{}", self.namespace, self.name)
    }

    /// Returns the definition, with the name as it was given.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Returns the declaration in TypeScript, as [`Catalog::declarations`](crate::Catalog::declarations) without other tools.
    pub fn declaration(&self) -> String {
        let mut declarations = Declarations::default();
        declarations.namespace(&self.namespace, None, [self]);
        declarations.finish()
    }

    /// Returns the call in one line of at most 300 characters, for lists:
    /// `files.read_file(input: { path: string; limit?: number }): Promise<string>`.
    ///
    /// It has no comments, and says `object` for objects within properties of properties.
    pub fn signature(&self) -> String {
        self.signature.clone().unwrap_or_else(|| declare::short(self))
    }

    /// Checks the argument of a call. `None` stands for `undefined`, which is the same as `{}` for
    /// a tool without required properties.
    ///
    /// Drafts 4 to 2020-12 of JSON Schema are known, and `nullable` of `OpenAPI`. `format` and
    /// unknown keywords check nothing, as the standard says. A multiple of a decimal may be
    /// rounded. The first call parses the schema.
    ///
    /// # Errors
    ///
    /// Errors with [`Error::Invalid`] if the argument is not as the schema has it, with
    /// [`Error::TooComplex`] if it is too deep or takes too long, and with [`Error::Schema`] if
    /// the schema cannot be used:
    ///
    /// - it has more than 50,000 values, 1 MiB, 500 patterns, or nests deeper than 500,
    /// - a reference leads out of the schema, nowhere, or back to itself,
    /// - a pattern needs backtracking, or its compiled form is larger than 1 MiB,
    /// - a keyword has a wrong value or is not supported: `$dynamicRef`, `$anchor`, `$id` within
    ///   the schema, `unevaluatedProperties` and `unevaluatedItems`.
    pub fn validate_input(&self, input: Option<&Value>) -> Result<()> {
        let empty = Value::Object(Map::new());
        let input = match input {
            None if self.is_input_optional() => &empty,
            None => &Value::Null,
            Some(input) => input,
        };
        self.validate("input", &self.input, &self.definition.input, input)
    }

    /// Checks a result. Any result is valid if the definition has no schema for it.
    ///
    /// # Errors
    ///
    /// Errors as [`Self::validate_input`] does.
    pub fn validate_output(&self, output: &Value) -> Result<()> {
        match &self.definition.output {
            Some(source) => self.validate("output", &self.output, source, output),
            None => Ok(()),
        }
    }

    fn validate(
        &self,
        name: &'static str,
        part: &Part,
        source: &Value,
        value: &Value,
    ) -> Result<()> {
        let tool = || self.path();
        let fault =
            |reason: &String| Error::Schema { tool: tool(), part: name, reason: reason.clone() };
        let schema = part.schema(source).map_err(fault)?;
        let patterns = part.patterns(schema).map_err(fault)?;
        validate::validate(schema, patterns, name, value).map_err(|refusal| match refusal {
            Refusal::Invalid(violations) => Error::Invalid { tool: tool(), violations },
            Refusal::TooComplex => Error::TooComplex { tool: tool(), part: name },
        })
    }

    /// Returns the schema of the argument if it can be used.
    pub(crate) fn input(&self) -> Option<&Schema> {
        self.input.schema(&self.definition.input).ok()
    }

    /// Returns the schema of the result if there is one that can be used.
    pub(crate) fn output(&self) -> Option<&Schema> {
        self.output.schema(self.definition.output.as_ref()?).ok()
    }

    pub(crate) fn is_input_optional(&self) -> bool {
        self.input().is_none_or(|schema| schema.accepts_empty)
    }
}
