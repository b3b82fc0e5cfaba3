//! The module that every worker can import: `cloudflare:workers`, which is
//! also `isolet:workers`.

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::{Ctx, Result, Value};

use crate::{intrinsics, rpc};

const NAMES: [&str; 2] = ["cloudflare:workers", "isolet:workers"];

/// The one name under which a built-in module is known; none if it is not one.
pub fn name(specifier: &str) -> Option<&'static str> {
    NAMES.contains(&specifier).then_some(NAMES[0])
}

pub struct Workers;

/// Made by the scripts.
const CLASSES: [&str; 10] = [
    "WorkerEntrypoint",
    "RpcTarget",
    "RpcStub",
    "RpcPromise",
    "waitUntil",
    "exports",
    "DurableObject",
    "getDurableObjectClass",
    "connect",
    "abortIsolate",
];

impl ModuleDef for Workers {
    fn declare(declarations: &Declarations<'_>) -> Result<()> {
        for name in CLASSES {
            declarations.declare(name)?;
        }
        declarations.declare("env")?;
        Ok(())
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let state = rpc::state(ctx)?;
        for name in CLASSES {
            exports.export(name, intrinsics::export(ctx, &state, name)?)?;
        }
        let env = state.env.borrow().clone();
        let env = match env {
            Some(env) => env.restore(ctx)?,
            None => Value::new_undefined(ctx.clone()),
        };
        exports.export("env", env)?;
        Ok(())
    }
}
