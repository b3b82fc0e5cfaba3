//! The glue between `wit/sandbox.wit` and the interpreter on `wasm32`.

use std::cell::{OnceCell, UnsafeCell};

use crate::{
    Event, FileAnswer, FileError, FileQuery, Host, Importer, Level, LinkRequest, Linked, Module,
    Outcome, SourceError,
};

struct Component;

struct Imports;

impl Host for Imports {
    fn log(&self, invocation: u32, level: Level, text: &str, arguments: Option<&[u8]>) {
        crate::log(invocation, level, text, arguments);
    }

    fn abort(&self, reason: Option<&str>) {
        crate::abort(reason);
    }

    fn source(&self, specifier: &str, importer: Option<&Importer>) -> Result<Module, SourceError> {
        crate::source(specifier, importer)
    }

    fn link(&self, request: &LinkRequest) -> Result<Linked, String> {
        crate::link(request)
    }

    fn data(&self, name: &str) -> Option<Vec<u8>> {
        crate::data(name)
    }

    fn read_file(
        &self,
        directory: u32,
        path: &str,
        query: FileQuery,
    ) -> Result<FileAnswer, FileError> {
        crate::read_file(directory, path, query)
    }
}

thread_local! {
    static INTERPRETER: OnceCell<crate::Interpreter> = const { OnceCell::new() };
}

impl crate::Guest for Component {
    fn turn(now: f64, event: Event) -> Outcome {
        INTERPRETER.with(|interpreter| match interpreter.get() {
            Some(interpreter) => interpreter.turn(now, event),
            // Unreachable: every image is made after `init`.
            None => std::process::abort(),
        })
    }
}

crate::export!(Component with_types_in crate);

unsafe extern "C" {
    fn __wasm_call_ctors();
}

/// Runs the constructors and sets the panic hook. Must be called before anything else. The hook
/// logs the message of a panic, because a panic ends the instance as a trap, which carries no
/// message.
#[unsafe(no_mangle)]
extern "C" fn begin() {
    // SAFETY: the linker makes this function, and nothing ran before it.
    unsafe { __wasm_call_ctors() };
    std::panic::set_hook(Box::new(|info| {
        crate::log(0, Level::Error, &format!("the guest panicked: {info}"), None);
    }));
}

/// Compiles texts of the globals and of built-in modules. The host calls it when it is built, in
/// an instance that is thrown away afterwards.
///
/// # Safety
/// The host must have written `texts` to the lower half of the stack, far from the part in use.
#[unsafe(no_mangle)]
unsafe extern "C" fn compile(texts: *const u8, bytes: usize) -> *const [usize; 2] {
    // SAFETY: guaranteed by the caller.
    let texts = unsafe { std::slice::from_raw_parts(texts, bytes) };
    let compiled = str::from_utf8(texts)
        .map_err(|error| error.to_string())
        .and_then(|texts| crate::compile_globals(texts).map_err(|error| error.to_string()));
    match compiled {
        Ok(compiled) => {
            let compiled = compiled.leak();
            Box::leak(Box::new([compiled.as_ptr() as usize, compiled.len()]))
        }
        Err(error) => panic!("{error}"),
    }
}

/// Creates the contents of the base image from what [`compile`] has returned. Called once, when
/// the host is built.
///
/// # Safety
/// Same as [`compile`].
#[unsafe(no_mangle)]
unsafe extern "C" fn init(globals: *const u8, bytes: usize) {
    // SAFETY: guaranteed by the caller.
    let globals = unsafe { std::slice::from_raw_parts(globals, bytes) };
    INTERPRETER.with(|interpreter| {
        let interpreter =
            interpreter.get_or_init(|| match crate::Interpreter::new(Box::new(Imports), globals) {
                Ok(interpreter) => interpreter,
                Err(error) => panic!("{error}"),
            });
        interpreter.seal();
    });
}

/// Returns a pointer to the address and the length of the whole linear memory, for the host to
/// read.
#[unsafe(no_mangle)]
extern "C" fn dump() -> *const [usize; 2] {
    struct Area(UnsafeCell<[usize; 2]>);
    // SAFETY: a sandbox has one thread.
    unsafe impl Sync for Area {}
    static AREA: Area = Area(UnsafeCell::new([0, 0]));
    let bytes = core::arch::wasm32::memory_size(0) * 65536;
    // SAFETY: nobody else holds a reference into the area.
    unsafe { (*AREA.0.get())[1] = bytes };
    AREA.0.get()
}

/// Returns the time of the turn in microseconds, which is the engine's clock.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    crate::clock::now() * 1000.0
}
