//! ES modules that a CommonJS module requires.
//!
//! `patches/require-module.patch` lets the engine evaluate one synchronously. The native build
//! has the crate's unpatched engine, where `require` of an ES module throws.

use rquickjs::{Ctx, Object, Persistent, Result, Value};

use crate::intrinsics;
use crate::state::State;

#[cfg(target_arch = "wasm32")]
fn namespace<'js>(ctx: &Ctx<'js>, name: &str) -> Result<Object<'js>> {
    use std::ffi::{CString, c_char};

    use rquickjs::qjs;

    unsafe extern "C" {
        fn JS_RequireModule(ctx: *mut qjs::JSContext, name: *const c_char) -> qjs::JSValue;
    }

    let name = CString::new(name).map_err(|_| super::not_found(ctx, name, None))?;
    // SAFETY: context and name are live. The result is checked before it is used, and the value
    // made of it owns it.
    let value = unsafe {
        let raw = JS_RequireModule(ctx.as_raw().as_ptr(), name.as_ptr());
        if qjs::JS_IsException(raw) {
            return Err(rquickjs::Error::Exception);
        }
        Value::from_raw(ctx.clone(), raw)
    };
    value.into_object().ok_or(rquickjs::Error::Unknown)
}

#[cfg(not(target_arch = "wasm32"))]
fn namespace<'js>(ctx: &Ctx<'js>, name: &str) -> Result<Object<'js>> {
    let text = format!("require() of \"{name}\", which is an ES module; use import()");
    Err(crate::throw::type_error(ctx, &text))
}

/// Returns what `require` of the ES module `name` returns, as in Node.js: its export
/// `"module.exports"`, or else its namespace. A namespace with a default export also has
/// `__esModule`, as compilers expect.
///
/// # Errors
/// Errors with what the module throws, or if it waits at its top level or is being evaluated.
pub fn require<'js>(ctx: &Ctx<'js>, state: &State, name: &str) -> Result<Value<'js>> {
    let namespace = namespace(ctx, name)?;
    if namespace.contains_key("module.exports")? {
        return namespace.get("module.exports");
    }
    if !namespace.contains_key("default")? || namespace.contains_key("__esModule")? {
        return Ok(namespace.into_value());
    }
    if let Some(known) = state.required.borrow().get(name) {
        return known.clone().restore(ctx);
    }
    let shown = intrinsics::as_required(ctx, state, namespace)?;
    state.required.borrow_mut().insert(name.to_owned(), Persistent::save(ctx, shown.clone()));
    Ok(shown)
}
