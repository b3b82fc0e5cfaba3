//! The glue that `wit/sandbox.wit` sees on `wasm32`.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::{OnceCell, UnsafeCell};
use std::hint::black_box;

use crate::{Event, Host, Level, Module, Outcome, SourceError};

struct Component;

struct Imports;

impl Host for Imports {
    fn log(&self, invocation: u32, level: Level, text: &str, arguments: Option<&[u8]>) {
        crate::log(invocation, level, text, arguments);
    }

    fn abort(&self, reason: Option<&str>) {
        crate::abort(reason);
    }

    fn source(&self, specifier: &str) -> Result<Module, SourceError> {
        crate::source(specifier)
    }
}

thread_local! {
    static INTERPRETER: OnceCell<crate::Interpreter> = const { OnceCell::new() };
}

impl crate::Guest for Component {
    fn turn(now: f64, event: Event) -> Outcome {
        INTERPRETER.with(|interpreter| match interpreter.get() {
            Some(interpreter) => interpreter.turn(now, event),
            // Every image was made after `init`.
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

/// Left empty before the engine's heap, in bytes. A page that is read is mapped with
/// the 64 KiB around it, and all that is mapped is looked at when a slot is reset:
/// so the pages that every call reads lie in one piece less. Worth a look, with
/// `just bench startup` and the resident memory of `tests/hostile/loader/stacks-of-children.js`,
/// when the globals have changed.
const ASIDE: usize = 4 << 10;

/// Runs before anything else does. A panic ends the instance as a trap, which
/// says nothing of why.
fn begin() {
    // SAFETY: the linker makes this function, and nothing ran before it.
    unsafe { __wasm_call_ctors() };
    std::panic::set_hook(Box::new(|info| {
        crate::log(0, Level::Error, &format!("the guest panicked: {info}"), None);
    }));
}

/// Compiles the texts of the globals. Called when the host is built, in an instance
/// of which nothing else is kept.
///
/// # Safety
/// The host has written them to the lower half of the stack, which is far away.
#[unsafe(no_mangle)]
unsafe extern "C" fn compile(texts: *const u8, bytes: usize) -> *const [usize; 2] {
    begin();
    // SAFETY: as above.
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

/// Makes what the base image holds, of what [`compile`] has returned. Called once,
/// when the host is built.
///
/// # Safety
/// As with [`compile`].
#[unsafe(no_mangle)]
unsafe extern "C" fn init(globals: *const u8, bytes: usize) {
    begin();
    // SAFETY: as above; the engine's allocator gives a block, or none.
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
        // What that has moved has left gaps.
        reserve();
    });
}

/// Leaves room in the engine's allocator, so that a small worker never grows its
/// memory: that is a system call which every thread of the host pays for. Room that
/// is not touched takes no memory.
fn reserve() {
    // SAFETY: the engine's own allocator and Rust's, each given back its own blocks,
    // with the layout they were made with.
    unsafe {
        seal(256 << 10, |bytes| malloc(bytes), |block, _| free(block));
        let layout = |bytes| Layout::from_size_align_unchecked(bytes, 8);
        seal(16 << 10, |bytes| alloc(layout(bytes)), |block, bytes| dealloc(block, layout(bytes)));
    }
}

/// Gives up the gaps below a block of that size, which is left free. An allocator
/// links them in lists, one for each size: a worker that frees something would
/// write to the first of a list, each on a page of its own.
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

/// The whole linear memory as a list of bytes, for the host to read.
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

/// The engine's clock, in microseconds: the time of the turn.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    crate::clock::now() * 1000.0
}
