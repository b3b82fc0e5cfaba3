//! The configuration of a [`CodeTool`].

use std::collections::BTreeMap;
use std::sync::Arc;

use isolet_catalog::{Catalog, Namespace};

use super::approval::Approver;
use super::object::Interface;
use super::tool::{ToolDefinition, ToolHandler};
use super::{CodeTool, Inner, Tools};
use crate::engine::Engine;
use crate::engine::source::Module;
use crate::limits::Limits;
use crate::rpc::stub::Stub;

const DEFAULT_MAX_RESULT_BYTES: usize = 64 << 10;

/// The configuration of a [`CodeTool`], made by [`CodeTool::builder`].
#[must_use]
pub struct CodeToolBuilder {
    engine: Engine,
    namespaces: Vec<Namespace>,
    /// The handlers of the namespaces' tools, in the same order.
    handlers: Vec<Vec<Arc<dyn ToolHandler>>>,
    capabilities: Vec<(String, Stub, String)>,
    modules: Vec<(String, Module)>,
    approver: Option<Arc<dyn Approver>>,
    limits: Limits,
    max_result_bytes: usize,
}

impl std::fmt::Debug for CodeToolBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeToolBuilder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl CodeToolBuilder {
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            engine,
            namespaces: Vec::new(),
            handlers: Vec::new(),
            capabilities: Vec::new(),
            modules: Vec::new(),
            approver: None,
            limits: Limits::default(),
            max_result_bytes: DEFAULT_MAX_RESULT_BYTES,
        }
    }

    /// Adds a tool. In programs it is a method of the global object that its namespace is.
    /// Tools of one namespace may be added one after the other.
    pub fn tool(
        mut self,
        namespace: &str,
        definition: ToolDefinition,
        handler: impl ToolHandler,
    ) -> Self {
        let known = self.namespaces.iter().position(|it| it.name == namespace);
        let index = known.unwrap_or_else(|| {
            self.namespaces.push(Namespace {
                name: namespace.to_owned(),
                description: None,
                tools: Vec::new(),
            });
            self.handlers.push(Vec::new());
            self.namespaces.len() - 1
        });
        if let (Some(namespace), Some(handlers)) =
            (self.namespaces.get_mut(index), self.handlers.get_mut(index))
        {
            namespace.tools.push(definition);
            handlers.push(Arc::new(handler));
        }
        self
    }

    /// Adds the tools of one namespace, such as those of one server, and a description of them
    /// all for the model.
    pub fn namespace(
        mut self,
        name: impl Into<String>,
        description: Option<String>,
        tools: impl IntoIterator<Item = (ToolDefinition, Arc<dyn ToolHandler>)>,
    ) -> Self {
        let (tools, handlers) = tools.into_iter().unzip();
        self.namespaces.push(Namespace { name: name.into(), description, tools });
        self.handlers.push(handlers);
        self
    }

    /// Adds an object of the host, such as a `Directory`, as a global object. `declaration` is
    /// its interface in TypeScript for the model, such as
    /// `declare const files: { read(path: string): Promise<string> };`. [`Catalog::search`] finds the
    /// methods that it declares.
    ///
    /// The approver decides about its calls as about those of tools
    /// ([`ToolCall::capability`](super::ToolCall::capability)), and they are recorded: the arguments
    /// without what streams hold, and no results. So are the calls of objects of the host that its
    /// methods return. What a stream transfers, and what is done by whom an object is handed over to,
    /// is part of the call that opens the stream, or hands it over.
    pub fn capability(
        mut self,
        name: impl Into<String>,
        stub: impl Into<Stub>,
        declaration: impl Into<String>,
    ) -> Self {
        self.capabilities.push((name.into(), stub.into(), declaration.into()));
        self
    }

    /// Adds a module that programs can import under a name, such as `lodash`.
    pub fn module(mut self, name: impl Into<String>, module: Module) -> Self {
        self.modules.push((name.into(), module));
        self
    }

    /// Sets who decides about each call of a tool or a capability before it is made. Default: all
    /// calls are made.
    pub fn approver(mut self, approver: impl Approver) -> Self {
        self.approver = Some(Arc::new(approver));
        self
    }

    /// Sets the limits of each program. Default: [`Limits::default`]. The time that tools take,
    /// and approvals, counts in [`Limits::wall`], and the number of calls in
    /// [`Limits::capability_calls`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the maximum length of a result as JSON, in bytes. Default 65,536. A longer one is
    /// cut and says so.
    pub fn max_result_bytes(mut self, bytes: usize) -> Self {
        self.max_result_bytes = bytes;
        self
    }

    /// Makes the tool. The schemas of the tools are read for their declarations.
    ///
    /// # Errors
    /// Errors if a name is empty or too long, or if two names are the same in JavaScript, those
    /// of capabilities included.
    pub fn build(mut self) -> Result<CodeTool, isolet_catalog::Error> {
        // An object without methods would be declared, and not be there.
        self.namespaces.retain(|namespace| !namespace.tools.is_empty());
        let names = self.namespaces.iter().map(|namespace| namespace.name.as_str());
        let names = names.chain(self.capabilities.iter().map(|(name, ..)| name.as_str()));
        Catalog::new(names.map(|name| Namespace {
            name: name.to_owned(),
            description: None,
            tools: Vec::new(),
        }))?;
        let mut catalog = Catalog::new(self.namespaces)?;
        let handlers = self.handlers.into_iter().flatten();
        let handlers: BTreeMap<_, _> =
            catalog.tools().map(isolet_catalog::Tool::path).zip(handlers).collect();
        let mut namespaces: Vec<String> =
            catalog.tools().map(|tool| tool.namespace().to_owned()).collect();
        namespaces.dedup();
        let mut declarations = catalog.declarations();
        // Several capabilities may have one interface.
        let declared: String = self.capabilities.iter().map(|(.., it)| it.as_str()).collect();
        declarations.push_str(&declared);
        let mut names = Vec::new();
        let mut capabilities = Vec::new();
        for (name, stub, _) in self.capabilities {
            let methods = isolet_catalog::methods(&declared, &name);
            catalog.add_methods(&name, methods.clone());
            names.push(name.clone());
            capabilities.push((Arc::new(Interface::new(name, methods)), stub));
        }
        let description = description(&declarations);
        let approver = self.approver;
        let tools = Arc::new(Tools { catalog, handlers, approver, capabilities: names });
        let inner = Inner {
            engine: self.engine,
            tools,
            namespaces,
            capabilities,
            modules: self.modules,
            limits: self.limits,
            max_result_bytes: self.max_result_bytes,
            declarations,
            description,
        };
        Ok(CodeTool(Arc::new(inner)))
    }
}

/// Returns the description of a code tool for the model.
fn description(declarations: &str) -> String {
    format!(
        "Runs a program in JavaScript or TypeScript and returns its value. Write the body of an \
         async function: `await` the tools, compute with their results, and `return` only what is \
         needed. Independent calls can run at once with `Promise.all`. `console.log` is returned \
         too. The program has no network, no files and no packages, only the standard library \
         and these tools:\n\n```ts\n{declarations}```\n"
    )
}
