//! Compilation of code that is not as its author wrote it.
//!
//! With `patches/source-map.patch` the compiler records the author's lines and columns in its
//! output. Every stack names them, wherever it is read, and no mapping is kept. The native
//! build has the crate's unpatched engine, whose stacks name the lines of the compiled code.

use rquickjs::Ctx;

use crate::Mapping;

#[cfg(target_arch = "wasm32")]
mod patched {
    use std::mem::{offset_of, size_of};

    use rquickjs::{Ctx, qjs};

    use crate::Mapping;

    unsafe extern "C" {
        fn JS_SetSourceMap(
            ctx: *mut qjs::JSContext,
            mappings: *const Mapping,
            count: usize,
            prefix: u32,
        );
    }

    // The patch reads a mapping as four numbers in this order.
    const _: () = assert!(
        size_of::<Mapping>() == 16
            && offset_of!(Mapping, generated_line) == 0
            && offset_of!(Mapping, generated_column) == 4
            && offset_of!(Mapping, line) == 8
            && offset_of!(Mapping, column) == 12
    );

    pub fn compile<R>(
        ctx: &Ctx<'_>,
        mappings: &[Mapping],
        prefix: u32,
        compile: impl FnOnce() -> R,
    ) -> R {
        let ctx = ctx.as_raw().as_ptr();
        // SAFETY: the context is live. The engine reads the mappings until the second call at
        // the latest, and they are borrowed here until then. A panic ends the sandbox. Code
        // that is compiled in between, for an import, sets and removes its own mappings.
        unsafe { JS_SetSourceMap(ctx, mappings.as_ptr(), mappings.len(), prefix) };
        let compiled = compile();
        // SAFETY: as above; this removes the mappings.
        unsafe { JS_SetSourceMap(ctx, std::ptr::null(), 0, 0) };
        compiled
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod patched {
    use rquickjs::Ctx;

    use crate::Mapping;

    pub fn compile<R>(_: &Ctx<'_>, _: &[Mapping], _: u32, compile: impl FnOnce() -> R) -> R {
        compile()
    }
}

/// Compiles code that was generated from what the author wrote.
pub fn rewritten<R>(ctx: &Ctx<'_>, mappings: &[Mapping], compile: impl FnOnce() -> R) -> R {
    patched::compile(ctx, mappings, 0, compile)
}

/// Compiles code that is preceded by so many generated columns.
pub fn prefixed<R>(ctx: &Ctx<'_>, prefix: u32, compile: impl FnOnce() -> R) -> R {
    patched::compile(ctx, &[], prefix, compile)
}
