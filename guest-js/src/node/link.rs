//! Linking of files for `isolet:bundler`, which the host does.

use std::rc::Rc;

use rquickjs::convert::List;
use rquickjs::function::This;
use rquickjs::{Array, ArrayBuffer, Ctx, FromJs, Function, IntoJs, Object, Result, Value};

use crate::state::State;
use crate::{Jsx, LinkRequest, Linked, Module, ModuleBody, throw};

pub fn install<'js>(given: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = given.ctx();
    let own = Rc::clone(state);
    let link = move |ctx: Ctx<'js>, request: Object<'js>| {
        let request = read(&request)?;
        let linked = own.host.link(&request);
        drop(request);
        match linked {
            Ok(linked) => written(&ctx, linked),
            Err(text) => Err(throw::syntax_error(&ctx, &text)),
        }
    };
    given.set("link", Function::new(ctx.clone(), link)?)?;
    let own = Rc::clone(state);
    let install = move |ctx: Ctx<'js>, request: Value<'js>| {
        const REFUSAL: &str = "This worker may not install packages. Its embedder allows it with \
                               WorkerCode::packages, and isolet run with --packages.";
        let Some(installer) = own.installer.borrow().clone() else {
            return Err(throw::plain_error(&ctx, REFUSAL));
        };
        let installer = installer.restore(&ctx)?.into_object().ok_or(rquickjs::Error::Unknown)?;
        let method: Function<'js> = installer.get("install")?;
        method.call::<_, Value<'js>>((This(installer), request))
    };
    given.set("install", Function::new(ctx.clone(), install)?)
}

fn read(request: &Object<'_>) -> Result<LinkRequest> {
    let ctx = request.ctx();
    let jsx: Option<String> = request.get("jsx")?;
    let jsx = match jsx.as_deref() {
        None => None,
        Some("transform") => Some(Jsx::Transform),
        Some("automatic") => Some(Jsx::Automatic),
        Some("preserve") => Some(Jsx::Preserve),
        Some(other) => return Err(throw::type_error(ctx, &format!("jsx cannot be {other:?}"))),
    };
    Ok(LinkRequest {
        files: pairs(request, "files")?,
        entry: request.get("entry")?,
        externals: list(request, "externals")?,
        conditions: request.get::<_, Option<Vec<String>>>("conditions")?,
        define: pairs(request, "define")?,
        minify: request.get::<_, Option<bool>>("minify")?.unwrap_or_default(),
        jsx,
        jsx_import_source: request.get("jsxImportSource")?,
        loaders: pairs(request, "loader")?,
        virtual_modules: pairs(request, "virtual")?,
    })
}

fn list<'js, T: FromJs<'js>>(request: &Object<'js>, key: &str) -> Result<Vec<T>> {
    Ok(request.get::<_, Option<Vec<T>>>(key)?.unwrap_or_default())
}

fn pairs(request: &Object<'_>, key: &str) -> Result<Vec<(String, String)>> {
    let pairs = list::<List<(String, String)>>(request, key)?;
    Ok(pairs.into_iter().map(|List(pair)| pair).collect())
}

/// Returns the modules as arrays of name, kind and contents.
fn written<'js>(ctx: &Ctx<'js>, linked: Linked) -> Result<Value<'js>> {
    let modules = Array::new(ctx.clone())?;
    for (at, Module { name, body }) in linked.modules.into_iter().enumerate() {
        let (kind, contents) = match body {
            ModuleBody::Javascript(script) => ("js", script.code.into_js(ctx)?),
            ModuleBody::Commonjs(text) | ModuleBody::Undeclared(text) => {
                ("cjs", text.into_js(ctx)?)
            }
            ModuleBody::Json(text) => ("json", text.into_js(ctx)?),
            ModuleBody::Text(text) => ("text", text.into_js(ctx)?),
            ModuleBody::Data(bytes) => {
                ("data", ArrayBuffer::new(ctx.clone(), bytes)?.into_js(ctx)?)
            }
        };
        modules.set(at, List((name, kind, contents)).into_js(ctx)?)?;
    }
    let result = Object::new(ctx.clone())?;
    result.set("main", linked.main)?;
    result.set("modules", modules)?;
    result.set("warnings", linked.warnings)?;
    Ok(result.into_value())
}
