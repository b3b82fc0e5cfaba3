//! Tests of the globals: snippets of JavaScript, with a host that records.

mod compression;
mod console;
mod encoding;
mod events;
mod fetch;
mod form_data;
mod forms;
mod inspect;
mod intl;
mod intl_text;
pub mod locales;
mod messaging;
mod misc;
mod sockets;
mod streams;
mod subtle;
mod timers;
mod url;
mod url_pattern;

use std::cell::RefCell;
use std::rc::Rc;

use rquickjs::{CatchResultExt, Coerced, Context, FromJs, Runtime, Value};

use super::{compiled, forbid_dynamic_code, install};
use crate::state::State;
use crate::timers::Due;
use crate::{
    FileAnswer, FileError, FileQuery, Host, Importer, Level, LinkRequest, Linked, Module,
    SourceError, clock, value,
};

type Lines = Rc<RefCell<Vec<(u32, Level, String)>>>;

/// Finds a piece of data by its name.
type Data = fn(&str) -> Option<Vec<u8>>;

struct Recorder(Lines, Data);

impl Host for Recorder {
    fn log(&self, invocation: u32, level: Level, text: &str, _: Option<&[u8]>) {
        self.0.borrow_mut().push((invocation, level, text.to_owned()));
    }

    fn abort(&self, _: Option<&str>) {}

    fn source(&self, _: &str, _: Option<&Importer>) -> Result<Module, SourceError> {
        Err(SourceError::NotFound)
    }

    fn link(&self, _: &LinkRequest) -> Result<Linked, String> {
        Err("nothing is linked here".to_owned())
    }

    fn data(&self, name: &str) -> Option<Vec<u8>> {
        (self.1)(name)
    }

    fn read_file(&self, _: u32, _: &str, _: FileQuery) -> Result<FileAnswer, FileError> {
        Err(FileError { code: "EBADF".to_owned(), text: String::new() })
    }
}

pub struct Realm {
    pub context: Context,
    runtime: Runtime,
    pub state: Rc<State>,
    lines: Lines,
}

impl Realm {
    pub fn new() -> Self {
        Self::with_data(locales::locale_data)
    }

    /// Returns a realm whose host has data.
    pub fn with_data(data: Data) -> Self {
        clock::set(0.0);
        let lines = Lines::default();
        let runtime = Runtime::new().unwrap();
        let context = Context::full(&runtime).unwrap();
        let state = Rc::new(State::new(Box::new(Recorder(Rc::clone(&lines), data))));
        // An invocation that pays for what the snippets start.
        state.invocations.borrow_mut().insert(0, crate::state::Invocation::default());
        context.with(|ctx| {
            crate::state::attach(&ctx, &state);
            let (native, internals) = install(&ctx, &state, compiled()).catch(&ctx).unwrap();
            internals.set("native", native).unwrap();
            ctx.globals().set("internals", internals.clone()).unwrap();
            let platform: Vec<Value<'_>> = internals.get("platform").unwrap();
            let interfaces: Vec<Value<'_>> = internals.get("interfaces").unwrap();
            value::set_platform(&ctx, &platform, &interfaces).unwrap();
            state.internals.save(&ctx, internals);
        });
        Self { context, runtime, state, lines }
    }

    /// Returns the completion value as a string, or what was thrown after `Uncaught`.
    pub fn eval(&self, source: &str) -> String {
        let value = self.context.with(|ctx| {
            let mut options = rquickjs::context::EvalOptions::default();
            options.strict = false;
            let value = ctx.eval_with_options::<Value<'_>, _>(source, options);
            let value = value.and_then(|value| Coerced::<String>::from_js(&ctx, value));
            match value.catch(&ctx) {
                Ok(value) => value.0,
                Err(error) => format!("Uncaught {error}").lines().next().unwrap_or("").to_owned(),
            }
        });
        self.run_jobs();
        value
    }

    pub fn run_jobs(&self) {
        while self.runtime.is_job_pending() {
            assert!(self.runtime.execute_pending_job().is_ok(), "a job threw");
        }
    }

    /// Lets time pass until no timer is left.
    pub fn fire(&self) {
        loop {
            let alarm = self.state.timers.borrow().alarm();
            let Some(alarm) = alarm else { break };
            clock::set(alarm.due);
            let due = self.state.timers.borrow_mut().take(alarm.due);
            let Some(Due { id, timer }) = due else { break };
            let callback = timer.callback.clone();
            if let Some(interval) = timer.interval {
                self.state.timers.borrow_mut().put(id, alarm.due, interval, timer);
            }
            self.context.with(|ctx| {
                let fired = callback.restore(&ctx).and_then(|call| call.call::<_, ()>(()));
                fired.catch(&ctx).unwrap();
            });
            self.run_jobs();
        }
    }

    /// Returns what was logged since the last call.
    pub fn logged(&self) -> Vec<String> {
        self.lines.borrow_mut().drain(..).map(|(_, _, text)| text).collect()
    }

    pub fn log_of(&self, source: &str) -> String {
        let thrown = self.eval(source);
        let logged = self.logged();
        assert!(!logged.is_empty(), "{source} logged nothing: {thrown}");
        logged.join("\n")
    }

    /// Checks the value of each source.
    pub fn check(&self, cases: &[(&str, &str)]) {
        for (source, expected) in cases {
            assert_eq!(self.eval(source), *expected, "{source}");
        }
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        // The values in the state must be dropped before the heap.
        self.state.internals.forget();
        self.state.timers.take();
        self.state.builtins.clear();
        // SAFETY: `attach` has given up a reference, and nothing uses the context any more.
        unsafe { Rc::decrement_strong_count(Rc::as_ptr(&self.state)) };
    }
}

#[test]
fn nothing_is_printed_of_code_that_made_nothing() {
    let realm = Realm::new();
    assert_eq!(realm.eval("1 + 1"), "2");
    assert!(realm.logged().is_empty());
}

#[test]
fn strings_are_not_code() {
    let realm = Realm::new();
    realm.check(&[("eval('1 + 1')", "2"), ("new Function('return 3')()", "3")]);
    // A second call changes nothing.
    for _ in 0..2 {
        realm.context.with(|ctx| forbid_dynamic_code(&ctx));
    }
    let refusal = "EvalError: Code generation from strings disallowed for this context";
    for source in [
        "eval('1')",
        "(0, eval)('1')",
        "globalThis.eval('1')",
        "Function('1')",
        "new Function('1')",
        "(function () {}).constructor('1')",
        "(() => {}).constructor('1')",
        "(async () => {}).constructor('1')",
        "(function* () {}).constructor('1')",
        "new (async function* () {}).constructor('1')",
        "(class {}).constructor('1')",
        "Object.getPrototypeOf((async () => {}).constructor)('1')",
        "Reflect.construct(Function, ['1'], Object)",
        "new (class extends Function {})('1')",
        "setTimeout.constructor('1')",
        "console.log.constructor('1')",
    ] {
        let caught = format!("try {{ {source}; 'ran' }} catch (error) {{ String(error) }}");
        assert_eq!(realm.eval(&caught), refusal, "{source}");
    }
    realm.check(&[
        ("(() => {}) instanceof Function", "true"),
        ("(async () => {}).constructor.name", "AsyncFunction"),
        ("Function.prototype === Object.getPrototypeOf(class {})", "true"),
        ("Function.name + Function.length", "Function1"),
        ("Object.keys(globalThis).includes('eval')", "false"),
    ]);
}
