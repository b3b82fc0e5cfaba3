//! Modules. Specifiers are resolved in the guest, and the host provides a module when it is
//! first imported.

mod builtin;
mod commonjs;
mod required;
mod source_map;

use std::rc::Rc;

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::{Declarations, Declared, Exports, ModuleDef};
use rquickjs::{
    Array, ArrayBuffer, Ctx, Error, IntoJs, Module, Object, Persistent, Promise, Result, Runtime,
    Value,
};

use crate::node::{self, NodeModule};
use crate::rpc::message::{self, Owner};
use crate::state::{self, State};
use crate::{Importer, Load, ModuleBody, Script, SourceError, host, intrinsics, throw};

pub use commonjs::require;

pub fn install(runtime: &Runtime, state: &Rc<State>) {
    runtime.set_loader(Modules(Rc::clone(state)), Modules(Rc::clone(state)));
}

/// Parses the main module and everything that it imports, links them and begins to evaluate
/// them.
///
/// # Errors
/// Errors if a module does not exist, does not parse or does not link. What throws during the
/// evaluation rejects the promise instead.
pub fn link_main<'js>(ctx: &Ctx<'js>, state: &Rc<State>, load: &Load) -> Result<Promise<'js>> {
    // The worker's `env`, the stub that its `fetch` calls, the one that installs packages, and the
    // directories of `node:fs`.
    let given = message::decode(ctx, state, &load.env, Owner::Worker)?;
    let given = given.into_array().unwrap_or(Array::new(ctx.clone())?);
    let (env, outbound) = (given.get::<Value<'js>>(0)?, given.get::<Value<'js>>(1)?);
    if !outbound.is_undefined() {
        intrinsics::set_outbound(ctx, state, outbound)?;
    }
    let installer = given.get::<Value<'js>>(2)?;
    if !installer.is_undefined() {
        *state.installer.borrow_mut() = Some(Persistent::save(ctx, installer));
    }
    if given.len() > 3 {
        *state.mounts.borrow_mut() = Some(Persistent::save(ctx, given.get::<Value<'js>>(3)?));
    }
    let name = search(ctx, state, &load.main, None)?;
    let name = name.ok_or_else(|| not_found(ctx, &load.main, None))?;
    let module = declare(ctx, state, &name)?;
    *state.env.borrow_mut() = Some(Persistent::save(ctx, env));
    let (module, promise) = module.eval()?;
    *state.exports.borrow_mut() = Some(Persistent::save(ctx, module.namespace()?));
    Ok(promise)
}

struct Modules(Rc<State>);

impl Resolver for Modules {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        attributes: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        let wants_json = is_json_wanted(ctx, attributes)?;
        let found = locate(ctx, &self.0, base, name, false)?;
        if wants_json && !self.0.json.borrow().contains(&found) {
            let text = format!("Module \"{found}\" is not of type \"json\".");
            return Err(throw::type_error(ctx, &text));
        }
        Ok(found)
    }
}

impl Loader for Modules {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        declare(ctx, &self.0, name)
    }
}

/// Returns true if the attributes of an import ask for JSON. Errors if they ask for anything
/// else.
fn is_json_wanted<'js>(ctx: &Ctx<'js>, attributes: Option<ImportAttributes<'js>>) -> Result<bool> {
    let Some(attributes) = attributes else { return Ok(false) };
    let mut wanted = false;
    for key in attributes.keys() {
        let key = key?;
        let value = attributes.get(&key)?.unwrap_or_default();
        wanted = key == "type" && value == "json";
        if !wanted {
            let text =
                format!("Import attribute \"{key}\" with value \"{value}\" is not supported.");
            return Err(throw::type_error(ctx, &text));
        }
    }
    Ok(wanted)
}

/// Returns true if the specifier is relative to the module in which it stands.
fn is_relative(specifier: &str) -> bool {
    specifier.starts_with("./")
        || specifier.starts_with("../")
        || specifier == "."
        || specifier == ".."
}

/// Resolves a specifier to a path from the root of the modules. `None` if it leads above the
/// root.
#[must_use]
pub fn resolve(base: &str, name: &str) -> Option<String> {
    if !is_relative(name) {
        return Some(name.strip_prefix('/').unwrap_or(name).to_owned());
    }
    let mut path: Vec<&str> = base.split('/').collect();
    path.pop();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                path.pop()?;
            }
            part => path.push(part),
        }
    }
    Some(path.join("/"))
}

/// Returns true if a module is part of a package.
fn in_package(name: &str) -> bool {
    name.split('/').any(|part| part == "node_modules")
}

/// Returns the name of the module that a specifier means in the module `base`, which imports or
/// requires it. A module of the worker comes before one of Node's that is named without `node:`,
/// except in packages, and that one before a package.
fn locate(
    ctx: &Ctx<'_>,
    state: &State,
    base: &str,
    specifier: &str,
    requires: bool,
) -> Result<String> {
    let builtin = builtin::name(specifier);
    if let Some(builtin) = builtin.filter(|_| specifier.contains(':') || in_package(base)) {
        return Ok(builtin.to_owned());
    }
    let path = resolve(base, specifier).ok_or_else(|| not_found(ctx, specifier, Some(base)))?;
    let is_bare = builtin.is_none() && !is_relative(specifier) && !specifier.starts_with('/');
    let importer = is_bare.then(|| Importer { name: base.to_owned(), requires });
    let found = search(ctx, state, &path, importer.as_ref())?;
    let found = found.or_else(|| builtin.map(str::to_owned));
    found.ok_or_else(|| not_found(ctx, &path, Some(base)))
}

/// Returns the key of a specifier in the table of names. A bare specifier may mean different
/// packages in different folders, and be required under another name than it is imported under.
fn key(specifier: &str, importer: Option<&Importer>) -> String {
    let Some(importer) = importer else { return specifier.to_owned() };
    let folder = importer.name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let verb = if importer.requires { "require" } else { "import" };
    format!("{specifier}\0{verb}\0{folder}")
}

/// Returns the name that the host gives to the module of a specifier, if there is one. Its body is
/// kept in the state until the module is declared.
fn search(
    ctx: &Ctx<'_>,
    state: &State,
    specifier: &str,
    importer: Option<&Importer>,
) -> Result<Option<String>> {
    let key = key(specifier, importer);
    if let Some(name) = state.names.borrow().get(&key) {
        return Ok(Some(name.clone()));
    }
    rethrow(ctx, state, &key)?;
    let module = match host::source(&*state.host, specifier, importer) {
        Ok(module) => module,
        Err(SourceError::NotFound) => return Ok(None),
        Err(SourceError::Invalid(text)) => {
            return remember(ctx, state, &key, Err(throw::syntax_error(ctx, &text)));
        }
    };
    if matches!(module.body, ModuleBody::Json(_)) {
        state.json.borrow_mut().insert(module.name.clone());
    }
    state.names.borrow_mut().insert(key, module.name.clone());
    if state.found.borrow_mut().insert(module.name.clone()) {
        state.bodies.borrow_mut().insert(module.name.clone(), module.body);
    }
    Ok(Some(module.name))
}

/// Errors with what was thrown when the module failed, if it did.
fn rethrow(ctx: &Ctx<'_>, state: &State, name: &str) -> Result<()> {
    let failure = state.failures.borrow().get(name).cloned();
    match failure {
        Some(thrown) => Err(ctx.throw(thrown.restore(ctx)?)),
        None => Ok(()),
    }
}

/// Records what is thrown, so that the module fails the same way whenever it is imported or
/// required.
fn remember<T>(ctx: &Ctx<'_>, state: &State, name: &str, result: Result<T>) -> Result<T> {
    match result {
        Err(Error::Exception) => {
            let thrown = ctx.catch();
            let kept = Persistent::save(ctx, thrown.clone());
            state.failures.borrow_mut().insert(name.to_owned(), kept);
            Err(ctx.throw(thrown))
        }
        result => result,
    }
}

fn declare<'js>(ctx: &Ctx<'js>, state: &State, name: &str) -> Result<Module<'js, Declared>> {
    if name == builtin::SOCKETS {
        return Module::declare_def::<builtin::Sockets, _>(ctx.clone(), name);
    }
    if node::is_module(name) {
        return Module::declare_def::<NodeModule, _>(ctx.clone(), name);
    }
    if builtin::name(name) == Some(name) {
        return Module::declare_def::<builtin::Workers, _>(ctx.clone(), name);
    }
    rethrow(ctx, state, name)?;
    remember(ctx, state, name, declare_found(ctx, state, name))
}

fn declare_found<'js>(ctx: &Ctx<'js>, state: &State, name: &str) -> Result<Module<'js, Declared>> {
    decide(ctx, state, name)?;
    let body = state.bodies.borrow_mut().remove(name);
    match body {
        Some(ModuleBody::Javascript(Script { code, mappings })) => {
            let uses_meta = names_meta(&code);
            let module =
                source_map::rewritten(ctx, &mappings, || Module::declare(ctx.clone(), name, code))?;
            if uses_meta {
                module.meta()?.set("url", format!("file:///{name}"))?;
            }
            return Ok(module);
        }
        // Parsed here, so that invalid JSON fails before anything runs.
        Some(ModuleBody::Json(text)) => {
            let value = parse_json(ctx, name, text)?;
            keep(ctx, state, name, value)?;
        }
        Some(ModuleBody::Commonjs(source)) => commonjs::compile(ctx, state, name, &source)?,
        Some(body) => {
            state.bodies.borrow_mut().insert(name.to_owned(), body);
        }
        // An earlier `require` has evaluated or compiled it.
        None if state.values.borrow().contains_key(name) => {}
        None if state.compiled.borrow().contains_key(name) => {}
        None => return Err(not_found(ctx, name, None)),
    }
    Module::declare_def::<ValueModule, _>(ctx.clone(), name)
}

/// Returns true if the code may ask for `import.meta`, which few modules do. The word cannot be
/// written otherwise. It is part of this code, and not a string, which would be read from a page of
/// its own.
fn names_meta(code: &str) -> bool {
    let code = code.as_bytes();
    let mut last = 3;
    while let Some(byte) = code.get(last) {
        last += match byte {
            b'a' if matches!(code[last - 3..last], [b'm', b'e', b't']) => return true,
            b't' => 1,
            b'e' => 2,
            b'm' => 3,
            _ => 4,
        };
    }
    false
}

/// Finds out of which kind a module is that does not declare it.
fn decide(ctx: &Ctx<'_>, state: &State, name: &str) -> Result<()> {
    let mut bodies = state.bodies.borrow_mut();
    let Some(ModuleBody::Undeclared(source)) = bodies.get_mut(name) else { return Ok(()) };
    let source = std::mem::take(source);
    bodies.remove(name);
    drop(bodies);
    match commonjs::compile(ctx, state, name, &source) {
        Err(Error::Exception) => {
            let thrown = ctx.catch();
            let kind = thrown.as_object().map(|thrown| thrown.get::<_, String>("name"));
            if !matches!(kind, Some(Ok(kind)) if kind == "SyntaxError") {
                return Err(ctx.throw(thrown));
            }
            let script = Script { code: source, mappings: Vec::new() };
            state.bodies.borrow_mut().insert(name.to_owned(), ModuleBody::Javascript(script));
            Ok(())
        }
        compiled => compiled,
    }
}

fn not_found(ctx: &Ctx<'_>, specifier: &str, importer: Option<&str>) -> Error {
    let text = match importer {
        Some(importer) => format!("No such module \"{specifier}\", imported from \"{importer}\"."),
        None => format!("No such module \"{specifier}\"."),
    };
    throw::plain_error(ctx, &text)
}

/// A module with one value as its default export: JSON, text, data or CommonJS.
struct ValueModule;

impl ModuleDef for ValueModule {
    fn declare(declarations: &Declarations<'_>) -> Result<()> {
        let module = declarations.module();
        let state = state::of(module.ctx())?;
        declarations.declare("default")?;
        for name in commonjs::names(module.ctx(), &state, &module.name::<String>()?)? {
            declarations.declare(name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let name: String = exports.module().name()?;
        let state = state::of(ctx)?;
        let value = evaluate(ctx, &state, &name)?;
        for name in commonjs::names(ctx, &state, &name)? {
            if name == commonjs::WHOLE {
                exports.export(name, value.clone())?;
            } else if let Some(value) = commonjs::own(ctx, &value, &name)? {
                exports.export(name, value)?;
            }
        }
        exports.export("default", value)?;
        Ok(())
    }
}

/// Returns the value of a module that is not an ES module. It is created once.
fn evaluate<'js>(ctx: &Ctx<'js>, state: &State, name: &str) -> Result<Value<'js>> {
    let known = state.values.borrow().get(name).cloned();
    if let Some(module) = known {
        return module.restore(ctx)?.get("exports");
    }
    rethrow(ctx, state, name)?;
    remember(ctx, state, name, decide(ctx, state, name))?;
    let compiled = state.compiled.borrow_mut().remove(name);
    if let Some(body) = compiled {
        let result = commonjs::run(ctx, state, name, body.restore(ctx)?);
        return remember(ctx, state, name, result);
    }
    let body = state.bodies.borrow_mut().remove(name);
    let value = match body {
        Some(ModuleBody::Json(text)) => remember(ctx, state, name, parse_json(ctx, name, text))?,
        Some(ModuleBody::Text(text)) => text.into_js(ctx)?,
        Some(ModuleBody::Data(bytes)) => ArrayBuffer::new(ctx.clone(), bytes)?.into_js(ctx)?,
        Some(ModuleBody::Commonjs(source)) => {
            remember(ctx, state, name, commonjs::compile(ctx, state, name, &source))?;
            return evaluate(ctx, state, name);
        }
        body @ (Some(ModuleBody::Javascript(_) | ModuleBody::Undeclared(_)) | None) => {
            state.bodies.borrow_mut().extend(body.map(|body| (name.to_owned(), body)));
            return required::require(ctx, state, name);
        }
    };
    keep(ctx, state, name, value.clone())?;
    Ok(value)
}

/// Records the value that every later import or `require` of the module gets.
fn keep<'js>(ctx: &Ctx<'js>, state: &State, name: &str, value: Value<'js>) -> Result<()> {
    let module = Object::new(ctx.clone())?;
    module.set("exports", value)?;
    state.values.borrow_mut().insert(name.to_owned(), Persistent::save(ctx, module));
    Ok(())
}

fn parse_json<'js>(ctx: &Ctx<'js>, name: &str, text: String) -> Result<Value<'js>> {
    ctx.json_parse(text).map_err(|error| match error {
        Error::Exception => {
            let reason = ctx.catch().into_exception().and_then(|exception| exception.message());
            throw::syntax_error(ctx, &format!("{name}: {}", reason.unwrap_or_default()))
        }
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn relative_specifiers_stay_below_the_root() {
        assert_eq!(resolve("a/b.js", "./c.js").as_deref(), Some("a/c.js"));
        assert_eq!(resolve("a/b.js", "../c.js").as_deref(), Some("c.js"));
        assert_eq!(resolve("a/b.js", "../../c.js"), None);
        assert_eq!(resolve("a/b.js", "lodash").as_deref(), Some("lodash"));
    }
}
