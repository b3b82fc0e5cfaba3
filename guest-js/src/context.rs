//! The invocation that the running job belongs to.
//!
//! The engine tracks it: with `patches/async-context.patch` a promise reaction captures the
//! context in which it was made and restores it around its job. The native build has the
//! crate's unpatched engine. It uses the invocation whose event began the turn, which is
//! correct as long as a test drives one invocation at a time.

use rquickjs::Ctx;

#[cfg(target_arch = "wasm32")]
mod patched {
    use rquickjs::{Ctx, qjs};

    unsafe extern "C" {
        fn JS_GetAsyncContext(ctx: *mut qjs::JSContext) -> qjs::JSValue;
        fn JS_SetAsyncContext(ctx: *mut qjs::JSContext, value: qjs::JSValue);
        fn JS_SetHashSeed(ctx: *mut qjs::JSContext, seed: u32);
        fn JS_SealHeap(rt: *mut qjs::JSRuntime);
        fn JS_MoveAtoms(rt: *mut qjs::JSRuntime);
    }

    pub fn current(ctx: &Ctx<'_>) -> u32 {
        // SAFETY: the context is live. The value is an integer or undefined, neither of which
        // is reference-counted.
        unsafe {
            let value = JS_GetAsyncContext(ctx.as_raw().as_ptr());
            if qjs::JS_VALUE_GET_TAG(value) == qjs::JS_TAG_INT {
                qjs::JS_VALUE_GET_INT(value).cast_unsigned()
            } else {
                0
            }
        }
    }

    pub fn enter(ctx: &Ctx<'_>, invocation: u32) {
        // SAFETY: the context is live; an integer needs no reference.
        unsafe {
            let value = qjs::JS_MKVAL(qjs::JS_TAG_INT, invocation.cast_signed());
            JS_SetAsyncContext(ctx.as_raw().as_ptr(), value);
        }
    }

    pub fn seed_hashes(ctx: &Ctx<'_>, seed: u32) {
        // SAFETY: the context is live. No `Map`, `Set` or `WeakMap` has an entry: this runs
        // once, before any code of a worker, and the prelude adds none.
        unsafe { JS_SetHashSeed(ctx.as_raw().as_ptr(), seed) }
    }

    pub fn seal_heap(ctx: &Ctx<'_>) {
        // SAFETY: the runtime belongs to a live context. The calls only give up gaps and move
        // the engine's tables, into which only the engine has pointers.
        unsafe {
            let runtime = qjs::JS_GetRuntime(ctx.as_raw().as_ptr());
            JS_SealHeap(runtime);
            JS_MoveAtoms(runtime);
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod patched {
    use std::cell::Cell;

    use rquickjs::Ctx;

    thread_local! {
        static CURRENT: Cell<u32> = const { Cell::new(0) };
    }

    pub fn current(_: &Ctx<'_>) -> u32 {
        CURRENT.get()
    }

    pub fn enter(_: &Ctx<'_>, invocation: u32) {
        CURRENT.set(invocation);
    }

    pub fn seed_hashes(_: &Ctx<'_>, _: u32) {}

    pub fn seal_heap(_: &Ctx<'_>) {}
}

/// Returns the invocation that the running job belongs to.
pub fn current(ctx: &Ctx<'_>) -> u32 {
    patched::current(ctx)
}

/// Makes `invocation` the current one, until the next job begins.
pub fn enter(ctx: &Ctx<'_>, invocation: u32) {
    patched::enter(ctx, invocation);
}

/// Seeds the hashes of `Map` and `Set`. Only valid while none has an entry.
pub fn seed_hashes(ctx: &Ctx<'_>, seed: u32) {
    patched::seed_hashes(ctx, seed);
}

/// Makes later allocations lie together, apart from the existing ones.
pub fn seal_heap(ctx: &Ctx<'_>) {
    patched::seal_heap(ctx);
}
