//! The glue between `wit/sandbox.wit` and the interpreter on `wasm32`.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::{OnceCell, UnsafeCell};
use std::hint::black_box;

use crate::{Event, Host, Importer, Level, LinkRequest, Linked, Module, Outcome, SourceError};

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
    fn malloc(bytes: usize) -> *mut u8;
    fn free(block: *mut u8);
}

/// The number of bytes left empty before the engine's heap. A page that is read is mapped with
/// the 64 KiB around it, and everything that is mapped is checked when a slot is reset. With
/// this gap the pages that every call reads lie in one such piece less. Measure it again, with
/// `just bench startup` and the resident memory of
/// `tests/hostile/loader/stacks-of-children.js`, when the globals have changed.
const ASIDE: usize = 12 << 10;

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
    // SAFETY: guaranteed by the caller; the engine's allocator returns a block, or null.
    let (globals, _) =
        unsafe { (std::slice::from_raw_parts(globals, bytes), black_box(malloc(ASIDE))) };
    INTERPRETER.with(|interpreter| {
        let interpreter =
            interpreter.get_or_init(|| match crate::Interpreter::new(Box::new(Imports), globals) {
                Ok(interpreter) => interpreter,
                Err(error) => panic!("{error}"),
            });
        reserve();
        interpreter.seal();
        // Sealing moves the engine's tables, which leaves gaps.
        reserve();
    });
}

/// Leaves room in both allocators, so that a small worker never grows its memory. Growing is a
/// system call that every thread of the host pays for. Room that is not touched takes no
/// memory.
fn reserve() {
    // SAFETY: these are the engine's allocator and Rust's. Each gets back its own blocks, with
    // the layout that they were made with.
    unsafe {
        seal(256 << 10, |bytes| malloc(bytes), |block, _| free(block));
        let layout = |bytes| Layout::from_size_align_unchecked(bytes, 8);
        seal(16 << 10, |bytes| alloc(layout(bytes)), |block, bytes| dealloc(block, layout(bytes)));
    }
}

/// Fills the gaps below a block of `room` bytes, and frees that block. An allocator links its
/// gaps in lists, one for each size. A worker that frees something would write to the first gap
/// of a list, each on a page of its own.
fn seal(room: usize, alloc: impl Fn(usize) -> *mut u8, free: impl Fn(*mut u8, usize)) {
    let above = black_box(alloc(room));
    let mut bytes = room / 2;
    while bytes >= 8 {
        let block = black_box(alloc(bytes));
        if block.is_null() || block > above {
            free(block, bytes);
            bytes -= (bytes / 16).next_multiple_of(8).max(8);
        }
    }
    free(above, room);
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
