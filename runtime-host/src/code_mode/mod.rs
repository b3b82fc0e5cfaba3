//! Code Mode: a model writes one program against typed tools, in place of one tool call after
//! the other.
//!
//! ```
//! use isolet::Engine;
//! use isolet::code_mode::{CodeTool, ToolCall, ToolDefinition};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::new()?;
//! let temperature = ToolDefinition::new("temperature", json!({
//!     "type": "object",
//!     "properties": {"city": {"type": "string"}},
//!     "required": ["city"],
//! }));
//! let code_tool = CodeTool::builder(&engine)
//!     .tool("weather", temperature, async |call: ToolCall| {
//!         Ok(json!({"city": call.arguments["city"], "celsius": 21}))
//!     })
//!     .build()?;
//! assert!(code_tool.declarations().contains("declare const weather"));
//!
//! let answer = "```js\nconst all = await Promise.all(\n  ['Rome', 'Oslo'].map((city) => \
//!               weather.temperature({ city })))\nall.map((it) => it.celsius)\n```";
//! let execution = code_tool.execute(answer).await;
//! assert_eq!(execution.result?, json!([21, 21]));
//! assert_eq!(execution.calls.len(), 2);
//! # Ok(())
//! # }
//! ```

mod approval;
mod arguments;
mod builder;
mod calls;
mod context;
mod execution;
mod namespace;
mod object;
mod record;
mod recorder;
mod session;
#[cfg(feature = "runs")]
mod stored;
mod tool;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use isolet_catalog::Catalog;

use crate::engine::Engine;
use crate::engine::source::Module;
use crate::engine::transpiler::{
    CompiledProgram, ProgramError, Refusal, TranspileBudget, TranspileOptions, script,
};
use crate::limits::Limits;
use crate::rpc::stub::Stub;
use crate::worker_code::WorkerCode;
use calls::Calls;
use context::Running;
use namespace::Namespace;
use object::{Interface, Object};

pub use approval::{Approval, Approver};
pub use builder::CodeToolBuilder;
pub use calls::{CallOutcome, CallRecord};
pub use context::RunContext;
pub use execution::{Execution, ExecutionError};
pub use recorder::{CallEnd, PlannedCall, RecordError, Recording, RunEnd, RunRecorder};
pub use session::CodeSession;
pub use tool::{CapabilityCall, Context, ToolCall, ToolDefinition, ToolFailure, ToolHandler};

/// The name of the module with the model's program, as stacks show it.
const PROGRAM: &str = "program.ts";

/// Makes a global of each binding, before the program is evaluated.
const GLOBALS: &str = r#"import { env } from "cloudflare:workers";
for (const name of Object.keys(env)) {
    Object.defineProperty(globalThis, name, { value: env[name], writable: true, configurable: true });
}
"#;

/// Passes the same objects to a program that is a function with a parameter.
const MAIN: &str = r#"import "./globals.js";
import program from "./program.ts";
export default { run: (_, env) => program(env) };
"#;

/// A tool that runs programs, which a model writes against other tools.
///
/// Each program runs in a sandbox of its own, which reaches the tools and nothing else: no
/// network, no files, no other program. A clone is another handle to the same tool.
#[derive(Clone)]
pub struct CodeTool(Arc<Inner>);

struct Inner {
    engine: Engine,
    tools: Arc<Tools>,
    /// The names of the global objects with the tools.
    namespaces: Vec<String>,
    /// Objects of the host that programs reach beside the tools.
    capabilities: Vec<(Arc<Interface>, Stub)>,
    /// Modules that programs can import.
    modules: Vec<(String, Module)>,
    limits: Limits,
    max_result_bytes: usize,
    declarations: String,
    description: String,
}

/// The tools, for all programs.
struct Tools {
    catalog: Catalog,
    /// The handlers by the paths of their tools.
    handlers: BTreeMap<String, Arc<dyn ToolHandler>>,
    approver: Option<Arc<dyn Approver>>,
    /// The names of the capabilities.
    capabilities: Vec<String>,
}

impl fmt::Debug for CodeTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeTool").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

impl CodeTool {
    /// Returns a builder of a tool whose programs run in sandboxes of `engine`.
    pub fn builder(engine: &Engine) -> CodeToolBuilder {
        CodeToolBuilder::new(engine.clone())
    }

    /// Returns the interface of all tools as TypeScript, to be shown to the model.
    pub fn declarations(&self) -> &str {
        &self.0.declarations
    }

    /// Returns a description of the tool for the model: how a program is written, and
    /// [`declarations`](Self::declarations).
    pub fn description(&self) -> &str {
        &self.0.description
    }

    /// Returns the tools.
    pub fn catalog(&self) -> &Catalog {
        &self.0.tools.catalog
    }

    /// Runs the answer of a model. It may be the body of a function, with or without `return`,
    /// an expression, a function, or a module with a default export, in JavaScript or
    /// TypeScript, in a Markdown fence or not. Types are not checked.
    ///
    /// Dropping the future ends the program at once, and drops the calls of tools that it waits
    /// for.
    pub async fn execute(&self, answer: &str) -> Execution {
        self.execute_with(answer, RunContext::new()).await
    }

    /// Runs the answer of a model as [`execute`](Self::execute) does, with an approver and a recorder
    /// for this run. If the future is dropped, the recorder is told that the run was cancelled.
    pub async fn execute_with(&self, answer: &str, context: RunContext) -> Execution {
        let mut cancelled = context::Cancelled::new(&context);
        let execution = self.run(answer, &context).await;
        cancelled.disarm();
        context::finish(&context, execution).await
    }

    async fn run(&self, answer: &str, context: &RunContext) -> Execution {
        let Inner { engine, max_result_bytes, .. } = &*self.0;
        let program = match self.compile(answer, false).await {
            Ok(program) => program,
            Err(refusal) => return Execution::not_compiled(answer, refusal),
        };
        let source = from_line(answer, program.first_line);
        let calls = Calls::new().map(Arc::new);
        let loaded = calls.and_then(|calls| {
            let mut code = WorkerCode::of_modules("main.js".to_owned())
                .add("main.js", Module::JavaScript(MAIN.to_owned()))
                .add("globals.js", Module::JavaScript(GLOBALS.to_owned()))
                .add(PROGRAM, Module::TypeScript(source.to_owned()));
            code.compiled = Some((PROGRAM.to_owned(), script(program.code, program.mappings)));
            let worker = engine.loader().load(self.with_tools(code, &calls))?;
            Ok((worker.for_single_call(), calls))
        });
        let (worker, calls) = match loaded {
            Ok(loaded) => loaded,
            Err(error) => return Execution::not_started(&error),
        };
        let running = Running::begin(&calls, context);
        let report = worker.entrypoint().run(Some("run"), ()).await;
        drop(running);
        Execution::of(report, PROGRAM, source, &calls, *max_result_bytes)
    }

    async fn compile(
        &self,
        answer: &str,
        repl: bool,
    ) -> Result<CompiledProgram, Refusal<ProgramError>> {
        let Inner { engine, limits, .. } = &*self.0;
        let quota = engine.quota_below(None, limits);
        let budget = TranspileBudget::new(limits, &quota, TranspileOptions::default());
        engine.transpiler().program(answer, repl, &budget).await
    }

    /// Gives a worker the tools, whose calls are recorded in `calls`.
    fn with_tools(&self, mut code: WorkerCode, calls: &Arc<Calls>) -> WorkerCode {
        let Inner { tools, namespaces, capabilities, modules, limits, .. } = &*self.0;
        for (name, module) in modules {
            // The modules around the program are not replaced.
            code.modules.entry(name.clone()).or_insert_with(|| module.clone());
        }
        for name in namespaces {
            let (name, tools, calls) = (name.clone(), Arc::clone(tools), Arc::clone(calls));
            code = code.env(name.clone(), Stub::new(Namespace { name, tools, calls }));
        }
        for (interface, stub) in capabilities {
            let object = Object::new(interface, stub.clone(), tools, calls);
            code = code.env(interface.name.clone(), Stub::new(object));
        }
        code.limits(limits.clone()).node_globals(true)
    }
}

/// Returns the part of an answer that begins with a line, the first of which is 1.
fn from_line(answer: &str, line: u32) -> &str {
    let before = answer.split_inclusive('\n').take(line.saturating_sub(1) as usize);
    answer.get(before.map(str::len).sum()..).unwrap_or_default()
}
