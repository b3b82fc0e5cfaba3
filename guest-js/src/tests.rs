//! Tests of the guest's logic in the native build: events in, effects out, without Wasm.

mod requests;
mod sockets;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use isolet_wire::Value;

use crate::globals::{compiled, locale_data};
use crate::node::tests::compiled_module;
use crate::{
    Effect, Entrypoint, Event, FileAnswer, FileError, FileQuery, Host, Importer, Interpreter,
    Invoke, Level, LinkRequest, Linked, Load, Message, Module, ModuleBody, Outcome, Receiver,
    Script, Settled, Settlement, SourceError,
};

#[derive(Default)]
struct Recorder {
    modules: BTreeMap<String, ModuleBody>,
    log: Rc<RefCell<Vec<String>>>,
}

impl Host for Recorder {
    fn log(&self, _: u32, _: Level, text: &str, _: Option<&[u8]>) {
        self.log.borrow_mut().push(text.to_owned());
    }

    fn abort(&self, reason: Option<&str>) {
        self.log.borrow_mut().push(format!("aborted: {reason:?}"));
    }

    fn source(&self, specifier: &str, _: Option<&Importer>) -> Result<Module, SourceError> {
        let body = self.modules.get(specifier).ok_or(SourceError::NotFound)?;
        Ok(Module { name: specifier.to_owned(), body: body.clone() })
    }

    fn link(&self, _: &LinkRequest) -> Result<Linked, String> {
        Err("nothing is linked here".to_owned())
    }

    fn data(&self, name: &str) -> Option<Vec<u8>> {
        compiled_module(name).or_else(|| locale_data(name))
    }

    fn read_file(&self, _: u32, _: &str, _: FileQuery) -> Result<FileAnswer, FileError> {
        Err(FileError { code: "EBADF".to_owned(), text: String::new() })
    }
}

fn script(code: &str) -> ModuleBody {
    ModuleBody::Javascript(Script { code: code.to_owned(), mappings: Vec::new() })
}

struct Guest {
    interpreter: Interpreter,
    log: Rc<RefCell<Vec<String>>>,
    now: f64,
}

impl Guest {
    fn new(modules: &[(&str, ModuleBody)]) -> Self {
        let host = Recorder {
            modules: modules
                .iter()
                .map(|(name, body)| ((*name).to_owned(), body.clone()))
                .collect(),
            log: Rc::default(),
        };
        let log = Rc::clone(&host.log);
        let interpreter = Interpreter::new(Box::new(host), compiled()).expect("an interpreter");
        Self { interpreter, log, now: 1_000.0 }
    }

    fn js(source: &str) -> Self {
        Self::new(&[("main.js", script(source))])
    }

    fn turn(&mut self, event: Event) -> Outcome {
        self.interpreter.turn(self.now, event)
    }

    fn load(&mut self) -> Outcome {
        self.turn(Event::Load(Load {
            invocation: 1,
            seed: 7,
            stack_bytes: 256 << 10,
            dynamic_code: true,
            transfers_stubs: false,
            maps_promises: false,
            keeps_urls: false,
            node_globals: false,
            watched: false,
            time_zone: None,
            max_code_bytes: 0,
            main: "main.js".to_owned(),
            env: message(&Value::array_of(&[serde_free_object(), Value::undefined()])),
        }))
    }

    fn invoke(&mut self, invocation: u32, method: &str, arguments: &Value) -> Outcome {
        self.turn(Event::Invoke(Invoke {
            invocation,
            receiver: Receiver::Entrypoint(Entrypoint { name: None, props: None }),
            path: vec![method.to_owned()],
            arguments: Some(message(arguments)),
            to_host: true,
            reseed: None,
        }))
    }

    /// Loads, calls `run` and returns what it returned or threw, as JSON.
    fn run(source: &str) -> Result<String, String> {
        let mut guest = Self::js(source);
        let loaded = guest.load();
        assert!(matches!(loaded.effects[..], [Effect::Loaded]), "{:?}", loaded.effects);
        settled(&guest.invoke(1, "run", &Value::array_of(&[])))
    }
}

fn serde_free_object() -> Value {
    Value::object_of([("greeting", &Value::null())])
}

fn message(value: &Value) -> Message {
    Message { data: value.as_bytes().to_vec(), capabilities: Vec::new() }
}

fn json(message: &Message) -> String {
    Value::from_bytes(message.data.clone(), Vec::new()).expect("a value").to_json()
}

fn settled(outcome: &Outcome) -> Result<String, String> {
    match &outcome.effects[..] {
        [.., Effect::Settle(Settlement { result, .. })] => match result {
            Ok(value) => Ok(json(value)),
            Err(thrown) => Err(json(thrown)),
        },
        other => panic!("not settled: {other:?}"),
    }
}

#[test]
fn a_handler_gets_argument_env_and_ctx() {
    let source = "export default { async run(arg, env, ctx) { return [arg, env.greeting, typeof ctx.waitUntil] } }";
    let mut guest = Guest::js(source);
    guest.load();
    let one = Value::array_of(&[Value::from_serialize(&21).expect("an int")]);
    assert_eq!(settled(&guest.invoke(1, "run", &one)), Ok(r#"[21,null,"function"]"#.to_owned()));
}

#[test]
fn a_timer_wakes_the_guest_once() {
    let source = "export default { run: () => new Promise(r => setTimeout(r, 50, 'late')) }";
    let mut guest = Guest::js(source);
    guest.load();
    let outcome = guest.invoke(1, "run", &Value::array_of(&[]));
    let alarm = outcome.alarm.expect("an alarm");
    assert!((alarm.due - (guest.now + 50.0)).abs() < f64::EPSILON);
    guest.now = alarm.due;
    assert_eq!(settled(&guest.turn(Event::Alarm)), Ok(r#""late""#.to_owned()));
}

#[test]
fn a_rejection_that_nobody_handles_is_logged() {
    let source = "export default { run() { Promise.reject(new Error('lost')); return 1 } }";
    let mut guest = Guest::js(source);
    guest.load();
    guest.invoke(1, "run", &Value::array_of(&[]));
    assert!(guest.log.borrow()[0].starts_with("Uncaught (in promise) Error: lost"));
}

#[test]
fn what_does_not_parse_is_told_from_what_throws() {
    let mut broken = Guest::js("export default {");
    assert!(matches!(broken.load().effects[..], [Effect::LoadFailed(_)]));
    let mut missing = Guest::js("import './nowhere.js'");
    assert!(matches!(missing.load().effects[..], [Effect::LoadFailed(_)]));
    let mut throws = Guest::js("throw new Error('at once')");
    assert!(matches!(throws.load().effects[..], [Effect::LoadThrew(_)]));
}

#[test]
fn a_class_entrypoint_shows_its_prototype_methods_only() {
    let class = "import { WorkerEntrypoint } from 'cloudflare:workers';
        export default class extends WorkerEntrypoint { secret = 1; run(a, b) { return [a, b, !!this.env, !!this.ctx] } }";
    let mut guest = Guest::js(class);
    guest.load();
    let two = Value::from_serialize(&(1, 2)).expect("a pair");
    assert_eq!(settled(&guest.invoke(1, "run", &two)), Ok("[1,2,true,true]".to_owned()));
    for name in ["secret", "constructor", "toString", "dup", "__proto__"] {
        let refused = settled(&guest.invoke(2, name, &two)).expect_err("refused");
        assert!(refused.contains("does not implement the method"), "{refused}");
    }
}

#[test]
fn modules_of_every_kind_are_imported() {
    let mut guest = Guest::new(&[
        (
            "main.js",
            script(
                "import j from './a/data.json'; import t from './note.txt'; import c from './lib.cjs';
                 import { x } from './a/x.js';
                 export default { async run() {
                   const lazy = await import('./a/x.js');
                   return [j.n, t, c.twice(4), x, lazy.x, import.meta.url] } }",
            ),
        ),
        ("a/data.json", ModuleBody::Json(r#"{"n":3}"#.to_owned())),
        ("note.txt", ModuleBody::Text("note".to_owned())),
        (
            "lib.cjs",
            ModuleBody::Commonjs(
                "const d = require('./a/data.json'); exports.twice = n => n * 2 + d.n".to_owned(),
            ),
        ),
        ("a/x.js", script("export const x = 'x'")),
    ]);
    let loaded = guest.load();
    assert!(matches!(loaded.effects[..], [Effect::Loaded]), "{:?}", loaded.effects);
    assert_eq!(
        settled(&guest.invoke(1, "run", &Value::array_of(&[]))),
        Ok(r#"[3,"note",11,"x","x","file:///main.js"]"#.to_owned())
    );
}

#[test]
fn what_cannot_be_cloned_is_refused_by_name() {
    let refused = Guest::run("export default { run: () => new WeakMap() }");
    let text = refused.expect_err("refused");
    assert!(text.contains("Could not serialize object of type \\\"WeakMap\\\"."), "{text}");
    assert_eq!(Guest::run("export default { run() { throw null } }"), Err("null".to_owned()));
}

#[test]
fn an_answer_to_an_unknown_call_is_ignored() {
    let mut guest = Guest::js("export default { run: () => 1 }");
    guest.load();
    let answer = Settled { call: 99, result: Ok(message(&Value::null())) };
    assert!(guest.turn(Event::Settled(answer)).effects.is_empty());
}
