//! CommonJS modules. A module is a function body with `exports`, `require` and `module`.

use std::collections::BTreeSet;
use std::rc::Rc;

use rquickjs::context::EvalOptions;
use rquickjs::function::This;
use rquickjs::{Ctx, Error, Function, Object, Persistent, Result, Value};

use super::{builtin, evaluate, locate, required, source_map};
use crate::commonjs_exports::{self, Exported};
use crate::node;
use crate::state::{self, State};
use crate::{ModuleBody, value};

/// The start of the wrapper function. It is one line, so that lines keep their numbers.
const PREFIX: &str = "(function (exports, require, module, __filename, __dirname) {";

/// The name under which an ES module can import all of `module.exports`.
pub const WHOLE: &str = "module.exports";

/// Parses the source as the body of the module `name`, to be run later.
///
/// # Errors
/// Errors with what the parser throws.
pub fn compile(ctx: &Ctx<'_>, state: &State, name: &str, source: &str) -> Result<()> {
    // A hashbang is one only at the start of the text.
    let rest = source.strip_prefix("#!");
    let (start, rest) = rest.map_or(("", source), |rest| ("//", rest));
    let wrapped = format!("{PREFIX}{start}{rest}\n}})");
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name.to_owned());
    let prefix = PREFIX.len() as u32;
    let body: Function<'_> =
        source_map::prefixed(ctx, prefix, || ctx.eval_with_options(wrapped, options))?;
    state.compiled.borrow_mut().insert(name.to_owned(), Persistent::save(ctx, body));
    let exported = commonjs_exports::read(source);
    state.exported.borrow_mut().insert(name.to_owned(), Rc::new(exported));
    Ok(())
}

/// Returns the names that an ES module can import from the module `name`, except `default`.
/// There are none if the module is not CommonJS.
///
/// # Errors
/// Errors if the heap is full.
pub fn names(ctx: &Ctx<'_>, state: &State, name: &str) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    // The engine takes names as C strings.
    let is_new = |name: &str| name != "default" && !name.contains('\0');
    let (mut seen, mut left) = (BTreeSet::new(), vec![name.to_owned()]);
    while let Some(name) = left.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let Some(exported) = exported_by(state, &name) else { continue };
        names.insert(WHOLE.to_owned());
        names.extend(exported.names.iter().filter(|name| is_new(name)).cloned());
        for specifier in &exported.from {
            match locate(ctx, state, &name, specifier, true) {
                Ok(found) => left.push(found),
                // Ignored: it fails when it is required, if it is.
                Err(Error::Exception) => drop(ctx.catch()),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(names)
}

/// Returns the exports that the source of a CommonJS module shows, whether it was compiled or
/// not.
fn exported_by(state: &State, name: &str) -> Option<Rc<Exported>> {
    if let Some(known) = state.exported.borrow().get(name) {
        return Some(Rc::clone(known));
    }
    let exported = match state.bodies.borrow().get(name) {
        Some(ModuleBody::Commonjs(source) | ModuleBody::Undeclared(source)) => {
            Rc::new(commonjs_exports::read(source))
        }
        _ => return None,
    };
    state.exported.borrow_mut().insert(name.to_owned(), Rc::clone(&exported));
    Some(exported)
}

/// Returns an own property of `module.exports`. `None` if there is none, or if reading it
/// throws.
///
/// # Errors
/// Errors if the heap is full.
pub fn own<'js>(ctx: &Ctx<'js>, exports: &Value<'js>, name: &str) -> Result<Option<Value<'js>>> {
    let Some(exports) = exports.as_object() else { return Ok(None) };
    let read = || match value::has_own(ctx, exports, name)? {
        true => exports.get(name).map(Some),
        false => Ok(None),
    };
    match read() {
        Err(Error::Exception) => {
            drop(ctx.catch());
            Ok(None)
        }
        read => read,
    }
}

/// Runs the body of the module `name` and returns its `module.exports`.
///
/// # Errors
/// Errors with what the module throws. A later `require` then fails as well.
pub fn run<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    name: &str,
    body: Function<'js>,
) -> Result<Value<'js>> {
    let exports = Object::new(ctx.clone())?;
    let module = Object::new(ctx.clone())?;
    module.set("exports", exports.clone())?;
    module.set("id", name)?;
    module.set("filename", name)?;
    // In a cycle, the other module sees what has been exported so far.
    state.values.borrow_mut().insert(name.to_owned(), Persistent::save(ctx, module.clone()));
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let base = name.to_owned();
    let require = Function::new(ctx.clone(), move |ctx: Ctx<'js>, specifier: String| {
        require(&ctx, &base, &specifier)
    })?;
    let arguments = (This(exports.clone()), exports, require, module.clone(), name, folder);
    match body.call::<_, Value<'js>>(arguments) {
        Ok(_) => module.get("exports"),
        Err(error) => {
            state.values.borrow_mut().remove(name);
            Err(error)
        }
    }
}

/// Returns what `require(specifier)` returns in the module `base`.
///
/// # Errors
/// Errors if there is no such module, or with what it throws.
pub fn require<'js>(ctx: &Ctx<'js>, base: &str, specifier: &str) -> Result<Value<'js>> {
    let state = state::of(ctx)?;
    let name = locate(ctx, &state, base, specifier, true)?;
    if node::is_module(&name) {
        return node::require(ctx, &state, &name);
    }
    match builtin::name(&name).filter(|builtin| *builtin == name) {
        Some(builtin) => required::require(ctx, &state, builtin),
        None => evaluate(ctx, &state, &name),
    }
}
