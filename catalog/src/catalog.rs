//! The catalog and its tools.

use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::declare::Declarations;
use crate::error::{Error, Result};
use crate::methods::Method;
use crate::name::{self, MAX_NAME};
use crate::nearest::Nearest;
use crate::search::Index;
use crate::text;
use crate::tool::Tool;

/// The most tools of a catalog.
const MAX_TOOLS: usize = 20_000;

/// A tool as its provider describes it.
///
/// It is read from a tool of MCP's `tools/list` as well, whose `inputSchema` and `outputSchema`
/// are other names of `input` and `output`. Unknown fields are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// The name that the provider knows, of 1 to 256 bytes.
    pub name: String,
    /// The description that models read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The JSON Schema of the argument. An object with any properties by default.
    #[serde(alias = "inputSchema", default = "any_object")]
    pub input: Value,
    /// The JSON Schema of the result. Without it the result is `unknown` and not validated.
    #[serde(alias = "outputSchema", default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
}

impl Definition {
    /// Creates a definition without a description and without a schema of the result.
    pub fn new(name: impl Into<String>, input: Value) -> Self {
        Self { name: name.into(), description: None, input, output: None }
    }
}

/// Tools that are methods of one object of JavaScript, such as those of one server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Namespace {
    /// The name, of 1 to 256 bytes.
    pub name: String,
    /// The description that models read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The tools, in the order of their declarations.
    pub tools: Vec<Definition>,
}

/// The tools that a program may call, with safe names.
///
/// Making a catalog costs little more than checking names. Each schema is parsed when it is first
/// needed, and the index of the search is made by the first search.
#[derive(Debug)]
pub struct Catalog {
    namespaces: IndexMap<String, Entry>,
    tools: Vec<Tool>,
    /// Methods of other objects, which only the search knows.
    methods: Vec<Tool>,
    index: OnceLock<Index>,
    nearest: OnceLock<Nearest>,
}

#[derive(Debug)]
struct Entry {
    original: String,
    description: Option<String>,
    /// Indices of the tools by name.
    tools: IndexMap<String, usize>,
}

impl Catalog {
    /// Makes a catalog.
    ///
    /// Names become identifiers: other characters become `_`, a digit at the start gets `_`
    /// before it, and reserved words, names that JavaScript gives a meaning, such as `then` and
    /// `__proto__`, and namespaces called as a global get `_` after them.
    ///
    /// Schemas are not looked at: one server with a bad schema must not take all tools away. A
    /// tool with a schema that cannot be used is declared with `unknown`, and each validation of
    /// that part fails.
    ///
    /// # Errors
    ///
    /// Errors if a name is empty or too long, if two namespaces or two tools of a namespace get
    /// the same name, and if there are more than 20,000 tools.
    pub fn new(namespaces: impl IntoIterator<Item = Namespace>) -> Result<Self> {
        let mut entries: IndexMap<String, Entry> = IndexMap::new();
        let mut tools = Vec::new();
        for namespace in namespaces {
            let safe = name::of_global(checked("namespace", &namespace.name)?);
            if let Some(first) = entries.get(&safe) {
                return Err(same_name(&first.original, &namespace.name, safe));
            }
            let mut names = IndexMap::new();
            for definition in namespace.tools {
                if tools.len() >= MAX_TOOLS {
                    return Err(Error::TooManyTools { most: MAX_TOOLS });
                }
                let name = name::of_tool(checked("tool", &definition.name)?);
                let tool = Tool::new(&safe, &namespace.name, name.clone(), definition);
                if let Some(first) = names.insert(name, tools.len()) {
                    let first = tools.get(first).map_or("", |it: &Tool| &it.definition().name);
                    return Err(same_name(first, &tool.definition().name, tool.path()));
                }
                tools.push(tool);
            }
            let Namespace { name: original, description, .. } = namespace;
            entries.insert(safe, Entry { original, description, tools: names });
        }
        let (index, nearest) = (OnceLock::new(), OnceLock::new());
        Ok(Self { namespaces: entries, tools, methods: Vec::new(), index, nearest })
    }

    /// Makes the search find the methods of an object that is no namespace, after the tools. Nothing
    /// else knows them: they are neither declared nor checked.
    pub fn add_methods(&mut self, object: &str, methods: impl IntoIterator<Item = Method>) {
        self.methods.extend(methods.into_iter().map(|method| Tool::of_method(object, method)));
        self.index = OnceLock::new();
    }

    /// Returns the tools, in the order of the namespaces.
    pub fn tools(&self) -> impl ExactSizeIterator<Item = &Tool> {
        self.tools.iter()
    }

    /// Returns a tool by its name and the name of its namespace, both as in JavaScript.
    pub fn get(&self, namespace: &str, name: &str) -> Option<&Tool> {
        let index = self.namespaces.get(namespace)?.tools.get(name)?;
        self.tools.get(*index)
    }

    /// Returns at most three tools whose paths are most like this one, the nearest first.
    ///
    /// The path may lack the namespace. Case, `_` and the order of words count little, and only
    /// the first 128 bytes are looked at. The time is linear in the number of tools.
    pub fn nearest(&self, path: &str) -> Vec<&Tool> {
        let nearest = self.nearest.get_or_init(|| Nearest::new(&self.tools));
        nearest.find(path).into_iter().filter_map(|index| self.tools.get(index)).collect()
    }

    /// Returns at most `limit` tools that match a query in words, the best first, and methods of other
    /// objects ([`Self::add_methods`]) among them.
    ///
    /// Names, namespaces, descriptions and properties are searched for the stems of English words.
    /// Every tool that has one of them matches; rare words and words in names count most. Tools
    /// that match equally are in the order of the catalog. The first 1,000 bytes of a query
    /// are looked at. The first search makes the index, in time linear in the text of all tools.
    pub fn search(&self, query: &str, limit: usize) -> Vec<&Tool> {
        let all = || self.tools.iter().chain(&self.methods);
        let index = self.index.get_or_init(|| Index::new(all()));
        let found = index.search(query, limit).into_iter();
        let at = |index: usize| match index.checked_sub(self.tools.len()) {
            None => self.tools.get(index),
            Some(index) => self.methods.get(index),
        };
        found.filter_map(at).collect()
    }

    /// Returns declarations in TypeScript of all namespaces, for a model to read.
    ///
    /// Each namespace is a constant with a method for each tool. What `$ref` leads to becomes a
    /// type with a name, and comments have descriptions, defaults and constraints. A schema without
    /// `type` is an object or an array if its keywords say so. `not`, `if` and the like have no
    /// type. Descriptions of tools are cut after 1,000 characters, those of properties after 300,
    /// and types deeper than 64 are `unknown`. Text of a definition cannot leave its comment or
    /// string.
    pub fn declarations(&self) -> String {
        self.declared(self.namespaces.iter())
    }

    /// Returns the declaration of one namespace by its name in JavaScript.
    pub fn declaration_of_namespace(&self, name: &str) -> Option<String> {
        let (_, name, entry) = self.namespaces.get_full(name)?;
        Some(self.declared([(name, entry)]))
    }

    fn declared<'c>(
        &'c self,
        entries: impl IntoIterator<Item = (&'c String, &'c Entry)>,
    ) -> String {
        let mut declarations = Declarations::default();
        for (name, entry) in entries {
            let tools = entry.tools.values().filter_map(|index| self.tools.get(*index));
            declarations.namespace(name, entry.description.as_deref(), tools);
        }
        declarations.finish()
    }
}

fn any_object() -> Value {
    serde_json::json!({ "type": "object" })
}

fn checked<'n>(kind: &'static str, name: &'n str) -> Result<&'n str> {
    match name.len() {
        1..=MAX_NAME => Ok(name),
        bytes => Err(Error::Name { kind, bytes }),
    }
}

fn same_name(first: &str, second: &str, name: String) -> Error {
    let [first, second] = [first, second].map(|it| text::excerpt(it, MAX_NAME));
    Error::SameName { first, second, name }
}
