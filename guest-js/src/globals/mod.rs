//! The JavaScript globals, one file per global.
//!
//! Each script is a function of `native`, the helpers in Rust, and `internals`,
//! an object that the guest's own code shares and no worker can reach.

mod arguments;
mod console;
mod crypto;
mod dynamic_code;
mod encoding;
mod execution_context;
mod format;
mod http;
mod inspect;
mod raw;
mod structured_clone;
mod table;
mod timers;
mod url;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use rquickjs::{Ctx, Function, Object, Result};

use crate::state::State;

pub use dynamic_code::forbid as forbid_dynamic_code;

/// In the order in which they build on one another.
const SCRIPTS: [(&str, &str); 38] = [
    ("isolet:globals", include_str!("globals.js")),
    ("isolet:eval", include_str!("dynamic_code.js")),
    ("isolet:inspect", include_str!("inspect.js")),
    ("isolet:console", include_str!("console.js")),
    ("isolet:reportError", include_str!("report_error.js")),
    ("isolet:timers", include_str!("timers.js")),
    ("isolet:structuredClone", include_str!("structured_clone.js")),
    ("isolet:TextEncoder", include_str!("text_encoder.js")),
    ("isolet:TextDecoder", include_str!("text_decoder.js")),
    ("isolet:pairs", include_str!("pairs.js")),
    ("isolet:URLSearchParams", include_str!("url_search_params.js")),
    ("isolet:URL", include_str!("url.js")),
    ("isolet:crypto", include_str!("crypto.js")),
    ("isolet:performance", include_str!("performance.js")),
    ("isolet:Event", include_str!("event.js")),
    ("isolet:EventTarget", include_str!("event_target.js")),
    ("isolet:AbortController", include_str!("abort_controller.js")),
    ("isolet:streams", include_str!("streams/common.js")),
    ("isolet:ReadableStreamDefaultController", include_str!("streams/readable_controller.js")),
    ("isolet:ReadableByteStreamController", include_str!("streams/byte_controller.js")),
    ("isolet:ReadableStream", include_str!("streams/readable_stream.js")),
    ("isolet:WritableStreamDefaultController", include_str!("streams/writable_controller.js")),
    ("isolet:WritableStream", include_str!("streams/writable_stream.js")),
    ("isolet:pipe", include_str!("streams/pipe.js")),
    ("isolet:TransformStream", include_str!("streams/transform_stream.js")),
    ("isolet:IdentityTransformStream", include_str!("streams/byte_transforms.js")),
    ("isolet:TextEncoderStream", include_str!("streams/text_streams.js")),
    ("isolet:rpc", include_str!("rpc.js")),
    ("isolet:crossing", include_str!("streams/crossing.js")),
    ("isolet:Blob", include_str!("blob.js")),
    ("isolet:Headers", include_str!("headers.js")),
    ("isolet:Body", include_str!("body.js")),
    ("isolet:Request", include_str!("request.js")),
    ("isolet:Response", include_str!("response.js")),
    ("isolet:fetch", include_str!("fetch.js")),
    ("isolet:ExecutionContext", include_str!("execution_context.js")),
    ("isolet:WorkerLoader", include_str!("worker_loader.js")),
    ("isolet:workers", include_str!("workers.js")),
];

/// Makes the globals of a fresh context and returns the internals.
///
/// # Errors
/// Out of memory.
pub fn install<'js>(ctx: &Ctx<'js>, state: &Rc<State>) -> Result<Object<'js>> {
    let native = Object::new_proto(ctx.clone(), None)?;
    console::install(&native, state)?;
    crypto::install(&native, state)?;
    encoding::install(&native)?;
    execution_context::install(&native, state)?;
    http::install(&native)?;
    structured_clone::install(&native)?;
    timers::install(&native, state)?;
    url::install(&native)?;
    crate::rpc::install(&native, state)?;

    let internals = Object::new_proto(ctx.clone(), None)?;
    for (name, source) in SCRIPTS {
        let script = raw::evaluate(ctx, name, source)?;
        let Some(script) = script.into_function() else { return Err(rquickjs::Error::Unknown) };
        Function::call::<_, ()>(&script, (native.clone(), internals.clone()))?;
    }
    dynamic_code::install(ctx, &internals)?;
    Ok(internals)
}
