//! CommonJS: a module is a function body with `exports`, `require`, `module`.

use rquickjs::context::EvalOptions;
use rquickjs::function::This;
use rquickjs::{Ctx, Function, Object, Persistent, Result, Value};

use super::{builtin, evaluate, find, not_found, required, resolve, source_map};
use crate::rpc;
use crate::state::State;

/// On one line, so that lines keep their numbers.
const PREFIX: &str = "(function (exports, require, module, __filename, __dirname) {";

/// Parses the source as the body of the module `name`, to be run later.
///
/// # Errors
/// What the parser throws.
pub fn compile(ctx: &Ctx<'_>, state: &State, name: &str, source: &str) -> Result<()> {
    let wrapped = format!("{PREFIX}{source}\n}})");
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name.to_owned());
    let prefix = PREFIX.len() as u32;
    let body: Function<'_> =
        source_map::prefixed(ctx, prefix, || ctx.eval_with_options(wrapped, options))?;
    state.compiled.borrow_mut().insert(name.to_owned(), Persistent::save(ctx, body));
    Ok(())
}

/// Runs the body of the module `name` and returns its `module.exports`.
///
/// # Errors
/// What the module throws; then a later `require` fails as well.
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
    // A cycle sees what has been exported so far.
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

fn require<'js>(ctx: &Ctx<'js>, base: &str, specifier: &str) -> Result<Value<'js>> {
    let state = rpc::state(ctx)?;
    if let Some(builtin) = builtin::name(specifier) {
        return required::require(ctx, &state, builtin);
    }
    let Some(path) = resolve(base, specifier) else {
        return Err(not_found(ctx, specifier, Some(base)));
    };
    let name = find(ctx, &state, &path, Some(base))?;
    evaluate(ctx, &state, &name)
}
