//! The directories that `node:fs` shows, and its reads in the middle of a turn.

use std::rc::Rc;

use rquickjs::convert::List;
use rquickjs::function::Opt;
use rquickjs::{ArrayBuffer, Coerced, Ctx, Exception, Function, IntoJs, Object, Result, Value};

use crate::rpc::{Root, Stub};
use crate::state::State;
use crate::{Capability, FileAnswer, FileKind, FilePart, FileProperties, FileQuery};

pub fn install<'js>(given: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = given.ctx();
    let own = Rc::clone(state);
    let mounts = move |ctx: Ctx<'js>| {
        let mounts = own.mounts.borrow().clone();
        mounts.map_or(Ok(Value::new_undefined(ctx.clone())), |mounts| mounts.restore(&ctx))
    };
    given.set("mounts", Function::new(ctx.clone(), mounts)?)?;

    // Returns null and the answer, or the code and the text of an error.
    let own = Rc::clone(state);
    let read = move |ctx: Ctx<'js>,
                     directory: Value<'js>,
                     path: String,
                     query: String,
                     option: Opt<Coerced<f64>>,
                     length: Opt<Option<f64>>| {
        let option = option.0.map_or(0.0, |option| option.0);
        let query = match query.as_str() {
            "contents" => {
                let length = length.0.flatten().map(whole);
                FileQuery::Contents(FilePart { offset: whole(option), length })
            }
            "stat" => FileQuery::Properties,
            "lstat" => FileQuery::OwnProperties,
            "list" => FileQuery::Entries(option != 0.0),
            _ => return Err(Exception::throw_internal(&ctx, "no such query")),
        };
        // The number 0 is that of the loopback, which is no directory.
        let directory = number_of(&directory).unwrap_or_default();
        match own.host.read_file(directory, &path, query) {
            Ok(answer) => {
                List((Value::new_null(ctx.clone()), written(&ctx, answer)?)).into_js(&ctx)
            }
            Err(error) => List((error.code, error.text)).into_js(&ctx),
        }
    };
    given.set("readFile", Function::new(ctx.clone(), read)?)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number that is too small or too large becomes the nearest that is not"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

/// Returns the number of the capability that a stub stands for.
fn number_of(stub: &Value<'_>) -> Option<u32> {
    let stub = Stub::of(stub)?;
    let stub = stub.borrow();
    let Root::Owned(handle) = &stub.root else { return None };
    match handle.capability()? {
        Capability::Imported(number) | Capability::Service(number) if stub.path.is_empty() => {
            Some(number)
        }
        _ => None,
    }
}

fn written<'js>(ctx: &Ctx<'js>, answer: FileAnswer) -> Result<Value<'js>> {
    match answer {
        FileAnswer::Contents(bytes) => ArrayBuffer::new(ctx.clone(), bytes)?.into_js(ctx),
        FileAnswer::Properties(FileProperties { kind, size, modified }) => {
            #[allow(clippy::cast_precision_loss, reason = "no file has 2^53 bytes")]
            let size = size as f64;
            List((name(kind), size, modified)).into_js(ctx)
        }
        FileAnswer::Entries(entries) => {
            let flat = entries.into_iter().flat_map(|it| [it.path, name(it.kind).to_owned()]);
            flat.collect::<Vec<_>>().into_js(ctx)
        }
    }
}

fn name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::File => "file",
        FileKind::Directory => "directory",
        FileKind::Symlink => "symlink",
        FileKind::Other => "other",
    }
}
