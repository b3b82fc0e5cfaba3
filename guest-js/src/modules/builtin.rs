//! The module that every worker can import: `cloudflare:workers`, which is
//! also `isolet:workers`.

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::{Ctx, Result, Value};

use crate::{intrinsics, stub};

const NAMES: [&str; 2] = ["cloudflare:workers", "isolet:workers"];

/// The one name under which a built-in module is known; none if it is not one.
pub fn name(specifier: &str) -> Option<&'static str> {
    NAMES.contains(&specifier).then_some(NAMES[0])
}

pub struct Workers;

impl ModuleDef for Workers {
    fn declare(declarations: &Declarations<'_>) -> Result<()> {
        for name in ["WorkerEntrypoint", "RpcTarget", "env", "waitUntil"] {
            declarations.declare(name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let state = stub::state(ctx)?;
        exports.export("WorkerEntrypoint", intrinsics::worker_entrypoint(ctx, &state)?)?;
        exports.export("RpcTarget", intrinsics::rpc_target(ctx, &state)?)?;
        exports.export("waitUntil", intrinsics::wait_until(ctx, &state)?)?;
        let env = state.env.borrow().clone();
        let env = match env {
            Some(env) => env.restore(ctx)?,
            None => Value::new_undefined(ctx.clone()),
        };
        exports.export("env", env)?;
        Ok(())
    }
}
