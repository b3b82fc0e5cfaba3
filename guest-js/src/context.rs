//! The invocation that the running job belongs to.
//!
//! The engine tracks it: with `patches/async-context.patch` a promise reaction captures the
//! context in which it was made and restores it around its job. The native build has the
//! crate's unpatched engine. It uses the invocation whose event began the turn, which is
//! correct as long as a test drives one invocation at a time.
//!
//! The context also carries the value that `AsyncLocalStorage` stores. A context with a value is
//! an array of the invocation and the value; without one it is the number alone, which needs no
//! memory.

use rquickjs::{Atom, Ctx, Result, Value};

#[cfg(target_arch = "wasm32")]
mod patched {
    use rquickjs::{Array, Ctx, Result, Value, qjs};

    use crate::heap::fill_gaps;

    unsafe extern "C" {
        fn JS_GetAsyncContext(ctx: *mut qjs::JSContext) -> qjs::JSValue;
        fn JS_SetAsyncContext(ctx: *mut qjs::JSContext, value: qjs::JSValue);
        fn JS_SetHashSeed(ctx: *mut qjs::JSContext, seed: u32);
        fn JS_SealObjects(rt: *mut qjs::JSRuntime);
        fn JS_SealHeap(rt: *mut qjs::JSRuntime);
        fn JS_GrowTables(rt: *mut qjs::JSRuntime) -> std::ffi::c_int;
        fn JS_SealTables(rt: *mut qjs::JSRuntime);
    }

    fn get<'js>(ctx: &Ctx<'js>) -> Value<'js> {
        // SAFETY: the context is live, and the returned value is an owned reference.
        unsafe { Value::from_raw(ctx.clone(), JS_GetAsyncContext(ctx.as_raw().as_ptr())) }
    }

    fn set<'js>(ctx: &Ctx<'js>, value: &Value<'js>) {
        // SAFETY: the context is live. The engine takes over a reference of its own.
        unsafe {
            let raw = ctx.as_raw().as_ptr();
            JS_SetAsyncContext(raw, qjs::JS_DupValue(raw, value.as_raw()));
        }
    }

    pub fn current(ctx: &Ctx<'_>) -> u32 {
        let context = get(ctx);
        let number = match context.as_array() {
            Some(pair) => pair.get::<i32>(0).ok(),
            None => context.as_int(),
        };
        number.map_or(0, i32::cast_unsigned)
    }

    pub fn enter(ctx: &Ctx<'_>, invocation: u32) {
        set(ctx, &Value::new_int(ctx.clone(), invocation.cast_signed()));
    }

    pub fn store<'js>(ctx: &Ctx<'js>) -> Result<Value<'js>> {
        match get(ctx).as_array() {
            Some(pair) => pair.get(1),
            None => Ok(Value::new_undefined(ctx.clone())),
        }
    }

    pub fn set_store<'js>(ctx: &Ctx<'js>, store: Value<'js>) -> Result<()> {
        let invocation = current(ctx);
        if store.is_undefined() {
            enter(ctx, invocation);
            return Ok(());
        }
        // A new array: reactions share the one that is current.
        let pair = Array::new(ctx.clone())?;
        pair.set(0, invocation.cast_signed())?;
        pair.set(1, store)?;
        set(ctx, pair.as_value());
        Ok(())
    }

    pub fn seed_hashes(ctx: &Ctx<'_>, seed: u32) {
        // SAFETY: the context is live. No `Map`, `Set` or `WeakMap` has an entry: this runs
        // once, before any code of a worker, and the prelude adds none.
        unsafe { JS_SetHashSeed(ctx.as_raw().as_ptr(), seed) }
    }

    pub fn seal_heap(ctx: &Ctx<'_>) {
        // SAFETY: the runtime belongs to a live context. The calls only collect garbage, give up gaps and
        // replace the engine's tables, into which only the engine has pointers. Nothing is allocated
        // between the two of the tables.
        unsafe {
            let runtime = qjs::JS_GetRuntime(ctx.as_raw().as_ptr());
            JS_SealObjects(runtime);
            JS_SealHeap(runtime);
            fill_gaps();
            if JS_GrowTables(runtime) == 0 {
                // The old tables are gaps now.
                fill_gaps();
                JS_SealTables(runtime);
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod patched {
    use std::cell::{Cell, RefCell};

    use rquickjs::{Ctx, Persistent, Result, Value};

    thread_local! {
        static CURRENT: Cell<u32> = const { Cell::new(0) };
        // Never dropped: the engine is gone when a thread ends.
        static STORE: RefCell<Option<std::mem::ManuallyDrop<Persistent<Value<'static>>>>> =
            const { RefCell::new(None) };
    }

    pub fn current(_: &Ctx<'_>) -> u32 {
        CURRENT.get()
    }

    pub fn enter(_: &Ctx<'_>, invocation: u32) {
        CURRENT.set(invocation);
        release();
    }

    fn release() {
        if let Some(store) = STORE.take() {
            drop(std::mem::ManuallyDrop::into_inner(store));
        }
    }

    pub fn store<'js>(ctx: &Ctx<'js>) -> Result<Value<'js>> {
        STORE.with_borrow(|store| match store {
            Some(store) => Persistent::clone(store).restore(ctx),
            None => Ok(Value::new_undefined(ctx.clone())),
        })
    }

    #[allow(clippy::unnecessary_wraps, reason = "the patched engine's can fail")]
    pub fn set_store<'js>(ctx: &Ctx<'js>, store: Value<'js>) -> Result<()> {
        release();
        if !store.is_undefined() {
            let store = Persistent::save(ctx, store);
            STORE.set(Some(std::mem::ManuallyDrop::new(store)));
        }
        Ok(())
    }

    pub fn seed_hashes(_: &Ctx<'_>, _: u32) {}

    pub fn seal_heap(_: &Ctx<'_>) {}
}

/// Returns the invocation that the running job belongs to.
pub fn current(ctx: &Ctx<'_>) -> u32 {
    patched::current(ctx)
}

/// Makes `invocation` the current one, until the next job begins. Its context has no store.
pub fn enter(ctx: &Ctx<'_>, invocation: u32) {
    patched::enter(ctx, invocation);
}

/// Returns what [`set_store`] has stored in the running job's context, or undefined.
///
/// # Errors
/// Errors if the heap is full.
pub fn store<'js>(ctx: &Ctx<'js>) -> Result<Value<'js>> {
    patched::store(ctx)
}

/// Stores a value in the running job's context. What the job starts from now on carries it.
///
/// # Errors
/// Errors if the heap is full.
pub fn set_store<'js>(ctx: &Ctx<'js>, store: Value<'js>) -> Result<()> {
    patched::set_store(ctx, store)
}

/// Seeds the hashes of `Map` and `Set`. Only valid while none has an entry.
pub fn seed_hashes(ctx: &Ctx<'_>, seed: u32) {
    patched::seed_hashes(ctx, seed);
}

/// Names that many programs and the globals use, beside those that the engine knows.
const NAMES: &str = "a after all args b before body c callback city code content context count \
    create created ctx currency d date day e el end entries env event events f fetch fields file files \
    filter format g getEntrypoint group h handle handler hash headers http i id info \
    init item items j json k key kind l label last left level limit line lines list load \
    log m main map max messages method min mode n names node o offset on options order \
    out p params parent parse part parts password path pattern port props q query r read \
    record records region request response result right root rows run s search send sort \
    start state step store t tag task text time to token total type u unit update url \
    user v w weight word words write x y year z";

/// Makes the engine know [`NAMES`] before the globals do. The names lie together, so that a worker
/// which has some of them maps one piece of the image and not many.
pub fn name(ctx: &Ctx<'_>) {
    for name in NAMES.split_ascii_whitespace() {
        // Without memory a worker makes it itself.
        if let Ok(atom) = Atom::from_str(ctx.clone(), name) {
            std::mem::forget(atom);
        }
    }
}

/// Makes later allocations lie together, apart from the existing ones.
pub fn seal_heap(ctx: &Ctx<'_>) {
    patched::seal_heap(ctx);
}
