//! The modules that every worker can import: `cloudflare:workers`, which is also
//! `isolet:workers`, `cloudflare:sockets`, `isolet:bundler`, and those of Node.

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::{Ctx, Result, Value};

use crate::{intrinsics, node, state};

const NAMES: [&str; 2] = ["cloudflare:workers", "isolet:workers"];

pub const SOCKETS: &str = "cloudflare:sockets";

/// Returns the canonical name of a built-in module, or `None` if the specifier names no such
/// module.
pub fn name(specifier: &str) -> Option<&'static str> {
    if specifier == SOCKETS {
        return Some(SOCKETS);
    }
    NAMES.contains(&specifier).then_some(NAMES[0]).or_else(|| node::name(specifier))
}

/// The module `cloudflare:sockets`.
pub struct Sockets;

impl ModuleDef for Sockets {
    fn declare(declarations: &Declarations<'_>) -> Result<()> {
        declarations.declare("connect")?;
        Ok(())
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let state = state::of(ctx)?;
        exports.export("connect", intrinsics::export(ctx, &state, "connect")?)?;
        Ok(())
    }
}

pub struct Workers;

/// The exports that the scripts create.
const CLASSES: [&str; 12] = [
    "WorkerEntrypoint",
    "RpcTarget",
    "RpcStub",
    "RpcPromise",
    "RpcProperty",
    "ServiceStub",
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
        let state = state::of(ctx)?;
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
