//! Node's built-in modules.
//!
//! The build of `guest-js/node` makes one text of each module, the body of a CommonJS module in
//! a function. The host has its bytecode, which a sandbox asks for and evaluates when the module
//! is first imported or required.
//!
//! A worker may have changed the globals by then, so the modules are given an object of their
//! own, which has nothing that a worker could not have: functions of bytes and of plain values.

mod bytes;
mod cipher;
mod digest;
mod encoding;
mod files;
mod link;
mod values;
mod zlib;

#[cfg(test)]
pub mod tests;

use std::rc::Rc;

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::{Ctx, Function, Object, Persistent, Result, Value};

use crate::globals::raw;
use crate::state::{self, State};
use crate::throw;

mod texts {
    include!("../../node/dist/modules.rs");
}

pub use texts::TEXTS;

/// The texts in a section outside of the guest's memory, where those of the globals are too.
#[cfg(target_arch = "wasm32")]
#[allow(dead_code, reason = "the host's build script reads it")]
#[unsafe(link_section = "isolet.globals")]
static SECTION: [u8; TEXTS.len()] = match TEXTS.as_bytes().first_chunk() {
    Some(texts) => *texts,
    None => unreachable!(),
};

/// The module that bundles workers, which is made as Node's are.
const BUNDLER: &str = "isolet:bundler";

/// The peer's name of [`BUNDLER`].
const WORKER_BUNDLER: &str = "@cloudflare/worker-bundler";

/// Returns true if that is the name of one of the modules, as [`name`] returns it.
pub fn is_module(name: &str) -> bool {
    self::name(name) == Some(name)
}

/// Returns the name of the module that a specifier means, with `node:` or without, or `None` if
/// it means none of Node's, nor the bundler.
pub fn name(specifier: &str) -> Option<&'static str> {
    if matches!(specifier, BUNDLER | WORKER_BUNDLER) {
        return Some(BUNDLER);
    }
    // Most specifiers are of files. The names need not be read for them.
    if specifier.contains('.') {
        return None;
    }
    let bare = specifier.strip_prefix("node:");
    let at = texts::NAMES.binary_search_by(|name| {
        name.strip_prefix("node:").unwrap_or(name).cmp(bare.unwrap_or(specifier))
    });
    let name = texts::NAMES.get(at.ok()?).copied()?;
    // Modules that Node added late have no bare name: bare names belong to packages.
    (bare.is_some() || !texts::PREFIXED.contains(&name)).then_some(name)
}

/// Returns what `require` of a specifier, the last argument, returns in the module that is named
/// before it.
pub type Require = for<'js> fn(&Ctx<'js>, &str, &str) -> Result<Value<'js>>;

/// Creates what the modules are given.
///
/// # Errors
/// Errors if memory runs out.
pub fn install<'js>(
    ctx: &Ctx<'js>,
    state: &Rc<State>,
    native: &Object<'js>,
    internals: &Object<'js>,
    require_from: Require,
) -> Result<()> {
    let given = Object::new_proto(ctx.clone(), None)?;
    for name in [
        "now",
        "timeOrigin",
        "randomize",
        "randomUuid",
        "utf8Length",
        "setTimer",
        "clearTimer",
        "subtle",
    ] {
        given.set(name, native.get::<_, Value<'js>>(name)?)?;
    }
    for name in ["report", "wantHandled", "inspected"] {
        given.set(name, internals.get::<_, Value<'js>>(name)?)?;
    }
    bytes::install(&given)?;
    cipher::install(&given)?;
    digest::install(&given)?;
    files::install(&given, state)?;
    link::install(&given, state)?;
    values::install(&given, state, require_from)?;
    zlib::install(&given)?;
    let own = Rc::clone(state);
    let require =
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, name: String| require(&ctx, &own, &name))?;
    let given = (Persistent::save(ctx, require), Persistent::save(ctx, given));
    *state.builtins.given.borrow_mut() = Some(given);
    Ok(())
}

/// Returns the exports of a module, which is evaluated if it was not yet.
///
/// # Errors
/// Errors if there is no such module, or with what it throws.
pub fn require<'js>(ctx: &Ctx<'js>, state: &State, name: &str) -> Result<Value<'js>> {
    let builtins = &state.builtins;
    let known = builtins.modules.borrow().get(name).cloned();
    if let Some(module) = known {
        return module.restore(ctx)?.get("exports");
    }
    let given = builtins.given.borrow().clone();
    let (Some(compiled), Some((require, native))) = (state.host.data(name), given) else {
        return Err(throw::plain_error(ctx, &format!("No such built-in module: {name}")));
    };
    let body = raw::evaluate(ctx, &compiled)?.into_function().ok_or(rquickjs::Error::Unknown)?;
    drop(compiled);
    let module = Object::new(ctx.clone())?;
    let exports = Object::new(ctx.clone())?;
    module.set("exports", exports.clone())?;
    // In a cycle, the other module sees what has been exported so far.
    builtins.modules.borrow_mut().insert(name.to_owned(), Persistent::save(ctx, module.clone()));
    let ran =
        body.call::<_, ()>((require.restore(ctx)?, module.clone(), exports, native.restore(ctx)?));
    if let Err(error) = ran {
        drop(builtins.modules.borrow_mut().remove(name));
        return Err(error);
    }
    module.get("exports")
}

/// Makes Node's globals: `process`, `Buffer`, `global`, `setImmediate`, `clearImmediate`, and
/// timers that are objects. For a worker whose flags ask for them, before its code runs.
///
/// The globals themselves are made when they are first read.
///
/// # Errors
/// Errors if memory runs out.
pub fn install_globals(ctx: &Ctx<'_>, state: &State) -> Result<()> {
    if state.builtins.globals.replace(true) {
        return Ok(());
    }
    require(ctx, state, "node:internal/globals").map(drop)
}

/// A module of Node's as an ES module. Its exports are those that the module has when it has
/// been evaluated.
pub struct NodeModule;

/// Returns the names of the exports that can be imported. `default` is declared apart.
fn export_names<'js>(exports: &Value<'js>) -> Result<Vec<String>> {
    let Some(exports) = exports.as_object() else { return Ok(Vec::new()) };
    let keys: Vec<String> = exports.keys::<String>().collect::<Result<_>>()?;
    Ok(keys.into_iter().filter(|name| name != "default" && !name.contains('\0')).collect())
}

impl ModuleDef for NodeModule {
    fn declare(declarations: &Declarations<'_>) -> Result<()> {
        let module = declarations.module();
        let ctx = module.ctx();
        let state = state::of(ctx)?;
        let exports = require(ctx, &state, &module.name::<String>()?)?;
        declarations.declare("default")?;
        for name in export_names(&exports)? {
            declarations.declare(name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let state = state::of(ctx)?;
        let name: String = exports.module().name()?;
        let value = require(ctx, &state, &name)?;
        if let Some(object) = value.as_object() {
            for name in export_names(&value)? {
                exports.export(name.clone(), object.get::<_, Value<'js>>(name)?)?;
            }
        }
        exports.export("default", value)?;
        Ok(())
    }
}
