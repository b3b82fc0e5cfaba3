//! The bindings generated from `wit/`.
#![allow(missing_docs, clippy::pedantic, unreachable_pub)]

pub(crate) mod sandbox {
    wasmtime::component::bindgen!({
        world: "sandbox",
        path: "wit/sandbox.wit",
        imports: { "log": trappable, "abort": trappable, "source": async | trappable, "link": async | trappable, "data": async | trappable, "read-file": async | trappable },
        exports: { default: async },
    });
}

pub(crate) mod transpiler {
    wasmtime::component::bindgen!({
        world: "transpiler",
        path: "wit/transpiler.wit",
        exports: { default: async },
    });
}
