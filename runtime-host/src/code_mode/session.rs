//! Programs that share their variables.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as AsyncMutex;

use super::calls::Calls;
use super::context::{self, RunContext, Running};
use super::execution::Execution;
use super::{CodeTool, GLOBALS, Inner, from_line};
use crate::engine::source::{Found, Module, ModuleSource};
use crate::engine::transpiler::script;
use crate::error::Result;
use crate::error::outcome::Outcome;
use crate::worker::Worker;
use crate::worker_code::WorkerCode;

/// Imports a program by the name of its module, and runs it.
const MAIN: &str = r#"import "./globals.js";
export default { run: async (name, env) => (await import(name)).default(env) };
"#;

/// Programs that run one after the other in one sandbox and share their variables, as lines in
/// Node's console do.
///
/// `let`, `const`, `var`, `class`, `function` and `enum` at the top of a program are there for
/// the next one, which may declare them again. Each program has the limits of the tool, and the
/// memory is that of the session. Imports belong to one program.
///
/// A program that is stopped at a limit, or whose future is dropped, ends the session. A call that a
/// program did not wait for goes on after its end, and is not in the record of the next one. Dropping
/// the session ends its sandbox.
pub struct CodeSession {
    tool: CodeTool,
    worker: Worker,
    program: Arc<Program>,
    calls: Arc<Calls>,
    /// The number of programs so far. Held while one runs.
    count: AsyncMutex<u64>,
    has_ended: AtomicBool,
}

/// The module of the program that runs.
#[derive(Default)]
struct Program(Mutex<Option<(String, String)>>);

impl Program {
    fn set(&self, module: Option<(String, String)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = module;
    }
}

/// The session's own handle to the program.
struct Source(Arc<Program>);

impl ModuleSource for Source {
    fn module<'a>(&'a self, name: &'a str) -> Found<'a> {
        let program = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(known, text): &(String, String)| {
            (known == name).then(|| Module::TypeScript(text.clone()))
        };
        let module = program.as_ref().and_then(is_it);
        Box::pin(std::future::ready(Ok(module)))
    }
}

impl fmt::Debug for CodeSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeSession").field("tool", &self.tool).finish_non_exhaustive()
    }
}

impl CodeTool {
    /// Begins a session, in which programs share their variables.
    ///
    /// # Errors
    /// Errors if the operating system has no randomness, or if the code of the tool's modules
    /// is refused.
    pub fn session(&self) -> Result<CodeSession> {
        let calls = Arc::new(Calls::new()?);
        let program = Arc::new(Program::default());
        let mut code = WorkerCode::of_modules("main.js".to_owned())
            .add("main.js", Module::JavaScript(MAIN.to_owned()))
            .add("globals.js", Module::JavaScript(GLOBALS.to_owned()));
        code.elsewhere = Some(Arc::new(Source(Arc::clone(&program))));
        let worker = self.0.engine.loader().load(self.with_tools(code, &calls))?;
        let (count, has_ended) = (AsyncMutex::new(0), AtomicBool::new(false));
        Ok(CodeSession { tool: self.clone(), worker, program, calls, count, has_ended })
    }
}

impl CodeSession {
    /// Runs the answer of a model, as [`CodeTool::execute`] does, after those that run already.
    /// A function that the answer only declares is not called.
    ///
    /// Dropping the future while the program runs cancels it and ends the session. A loop in it
    /// ends at its limit.
    pub async fn execute(&self, answer: &str) -> Execution {
        self.execute_with(answer, RunContext::new()).await
    }

    /// Runs the answer of a model as [`execute`](Self::execute) does, with an approver and a recorder
    /// for this program. Its calls end with it: none is made between two programs then. If the
    /// future is dropped, the recorder is told that the run was cancelled.
    pub async fn execute_with(&self, answer: &str, context: RunContext) -> Execution {
        let mut cancelled = context::Cancelled::new(&context);
        let execution = self.run(answer, &context).await;
        cancelled.disarm();
        context::finish(&context, execution).await
    }

    async fn run(&self, answer: &str, context: &RunContext) -> Execution {
        let mut count = self.count.lock().await;
        if self.has_ended() {
            return Execution::of_ended_session();
        }
        let Inner { max_result_bytes, .. } = &*self.tool.0;
        let program = match self.tool.compile(answer, true).await {
            Ok(program) => program,
            Err(refusal) => return Execution::not_compiled(answer, refusal),
        };
        *count += 1;
        let name = format!("program-{count}.ts");
        let source = from_line(answer, program.first_line);
        let compiled = script(program.code, program.mappings);
        if let Err(error) = self.worker.code().sources.set_compiled(name.clone(), compiled) {
            return Execution::not_started(&error);
        }
        self.program.set(Some((name.clone(), source.to_owned())));
        // If this future is dropped, nobody knows how far the program has come.
        self.has_ended.store(true, Ordering::Relaxed);
        let running = Running::begin(&self.calls, context);
        let report = self.worker.entrypoint().run(Some("run"), (format!("./{name}"),)).await;
        drop(running);
        self.program.set(None);
        // The sandbox has the module, and asks for none twice.
        self.worker.code().sources.remove_compiled(&name);
        let execution = Execution::of(report, &name, source, &self.calls, *max_result_bytes);
        let is_alive = match &execution.result {
            Ok(_) => true,
            Err(error) => matches!(
                error.outcome,
                Outcome::Exception | Outcome::LoadFailed | Outcome::Hung | Outcome::Cancelled
            ),
        };
        self.has_ended.store(!is_alive, Ordering::Relaxed);
        execution
    }

    /// Returns true if the session has ended, because a program was stopped at a limit or its
    /// future was dropped. Its variables are lost, and no other program runs in it. Also true while
    /// a program runs.
    pub fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Relaxed)
    }

    /// Returns true if a program runs.
    pub fn is_busy(&self) -> bool {
        self.count.try_lock().is_err()
    }
}
