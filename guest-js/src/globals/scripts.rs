//! The scripts of the globals and their bytecode.
//!
//! No sandbox needs the texts, nor the scraps that compiling leaves behind in a heap. So when
//! the host is built, one instance compiles them, and another one is given the bytecode. The
//! memory of the second instance becomes the base image.

use rquickjs::{Context, Ctx, Error, Result, Runtime, Value};

use super::raw;
/// The stack size for making the globals, in bytes.
pub const STACK: usize = 256 << 10;

macro_rules! texts {
    ($($name:literal $file:literal)*) => {
        concat!($($name, "\0", include_str!($file), "\0"),*)
    };
}

/// The names and texts, in the order in which they build on one another. Each is followed by a
/// NUL.
pub const TEXTS: &str = texts! {
    "isolet:globals" "globals.js"
    "isolet:eval" "dynamic_code/dynamic_code.js"
    "isolet:inspect" "inspect/inspect.js"
    "isolet:console" "console/console.js"
    "isolet:reportError" "events/report_error.js"
    "isolet:timers" "timers/timers.js"
    "isolet:Intl" "intl/intl.js"
    "isolet:Locale" "intl/locale.js"
    "isolet:localeCase" "intl/text/case.js"
    "isolet:Collator" "intl/text/collator.js"
    "isolet:Segmenter" "intl/text/segmenter.js"
    "isolet:datePatterns" "intl/dates/patterns.js"
    "isolet:zoneNames" "intl/dates/zone_names.js"
    "isolet:dateFields" "intl/dates/date_fields.js"
    "isolet:DateTimeFormat" "intl/dates/date_time_format.js"
    "isolet:DisplayNames" "intl/names/display_names.js"
    "isolet:digits" "intl/number/digits.js"
    "isolet:NumberFormat" "intl/number/number_format.js"
    "isolet:PluralRules" "intl/number/plural_rules.js"
    "isolet:RelativeTimeFormat" "intl/number/relative_time_format.js"
    "isolet:ListFormat" "intl/lists/list_format.js"
    "isolet:arrays" "intl/lists/arrays.js"
    "isolet:duration" "intl/duration/duration.js"
    "isolet:DurationFormat" "intl/duration/duration_format.js"
    "isolet:structuredClone" "structured_clone/structured_clone.js"
    "isolet:TextEncoder" "encoding/text_encoder.js"
    "isolet:TextDecoder" "encoding/text_decoder.js"
    "isolet:pairs" "pairs.js"
    "isolet:URLSearchParams" "url/url_search_params.js"
    "isolet:URL" "url/url.js"
    "isolet:clock" "timers/clock.js"
    "isolet:Event" "events/event.js"
    "isolet:EventTarget" "events/event_target.js"
    "isolet:performance" "timers/performance.js"
    "isolet:ErrorEvent" "events/error_events.js"
    "isolet:AbortController" "events/abort_controller.js"
    "isolet:scheduler" "timers/scheduler.js"
    "isolet:streams" "streams/common.js"
    "isolet:CryptoKey" "crypto/subtle/crypto_key.js"
    "isolet:algorithms" "crypto/subtle/algorithms.js"
    "isolet:jwk" "crypto/subtle/jwk.js"
    "isolet:secretKeys" "crypto/subtle/secret_keys.js"
    "isolet:keyPairs" "crypto/subtle/key_pairs.js"
    "isolet:SubtleCrypto" "crypto/subtle/subtle.js"
    "isolet:crypto" "crypto/crypto.js"
    "isolet:ReadableStreamDefaultController" "streams/readable_controller.js"
    "isolet:ReadableByteStreamController" "streams/byte_controller.js"
    "isolet:ReadableStream" "streams/readable_stream.js"
    "isolet:WritableStreamDefaultController" "streams/writable_controller.js"
    "isolet:WritableStream" "streams/writable_stream.js"
    "isolet:pipe" "streams/pipe.js"
    "isolet:tee" "streams/tee.js"
    "isolet:TransformStream" "streams/transform_stream.js"
    "isolet:IdentityTransformStream" "streams/byte_transforms.js"
    "isolet:TextEncoderStream" "streams/text_streams.js"
    "isolet:CompressionStream" "compression/compression.js"
    "isolet:patternTokens" "url_pattern/tokens.js"
    "isolet:patternParts" "url_pattern/parts.js"
    "isolet:patternCanonical" "url_pattern/canonical.js"
    "isolet:patternString" "url_pattern/constructor_string.js"
    "isolet:URLPattern" "url_pattern/url_pattern.js"
    "isolet:rpc" "workers/rpc.js"
    "isolet:crossing" "streams/crossing.js"
    "isolet:abortCrossing" "events/abort_crossing.js"
    "isolet:Blob" "fetch/blob.js"
    "isolet:File" "fetch/file.js"
    "isolet:FormData" "fetch/form_data.js"
    "isolet:MessageEvent" "messaging/message_event.js"
    "isolet:MessageChannel" "messaging/message_channel.js"
    "isolet:BroadcastChannel" "messaging/broadcast_channel.js"
    "isolet:Headers" "fetch/headers.js"
    "isolet:Body" "fetch/body.js"
    "isolet:Request" "fetch/request.js"
    "isolet:Response" "fetch/response.js"
    "isolet:fetch" "fetch/fetch.js"
    "isolet:CloseEvent" "web_socket/close_event.js"
    "isolet:messages" "web_socket/message_queue.js"
    "isolet:WebSocket" "web_socket/web_socket.js"
    "isolet:socketCrossing" "web_socket/crossing.js"
    "isolet:eventParser" "event_source/parser.js"
    "isolet:EventSource" "event_source/event_source.js"
    "isolet:Socket" "sockets/socket.js"
    "isolet:navigator" "workers/navigator.js"
    "isolet:ExecutionContext" "workers/execution_context.js"
    "isolet:WorkerLoader" "workers/worker_loader.js"
    "isolet:workers" "workers/workers.js"
};

/// A section outside of the guest's memory.
#[cfg(target_arch = "wasm32")]
#[allow(dead_code, reason = "the host's build script reads it")]
#[unsafe(link_section = "isolet.globals")]
static SECTION: [u8; TEXTS.len()] = match TEXTS.as_bytes().first_chunk() {
    Some(texts) => *texts,
    None => unreachable!(),
};

/// Compiles such texts to bytecode. Each script is its name and its bytecode, which both follow
/// their length.
///
/// # Errors
/// Errors if memory runs out, or with a syntax error.
pub fn compile(texts: &str) -> Result<Vec<u8>> {
    let runtime = Runtime::new()?;
    // The engine's default is as large as the whole stack of the guest.
    runtime.set_max_stack_size(STACK);
    let context = Context::full(&runtime)?;
    let texts: Vec<&str> = texts.split_terminator('\0').collect();
    context.with(|ctx| {
        let mut compiled = Vec::new();
        for script in texts.chunks_exact(2) {
            let bytecode = raw::compile(&ctx, script[0], script[1])?;
            for part in [script[0].as_bytes(), &bytecode] {
                compiled.extend((part.len() as u32).to_le_bytes());
                compiled.extend(part);
            }
        }
        Ok(compiled)
    })
}

/// Evaluates one script after the other.
///
/// # Errors
/// Errors if `compiled` was not made by [`compile`], or with what `each` or a script throws.
pub fn evaluate<'js>(
    ctx: &Ctx<'js>,
    mut compiled: &[u8],
    mut each: impl FnMut(Value<'js>) -> Result<()>,
) -> Result<()> {
    while !compiled.is_empty() {
        take(&mut compiled)?;
        each(raw::evaluate(ctx, take(&mut compiled)?)?)?;
    }
    Ok(())
}

/// Takes a length and as many bytes from the front.
pub fn take<'a>(compiled: &mut &'a [u8]) -> Result<&'a [u8]> {
    let (length, rest) = compiled.split_first_chunk().ok_or(Error::Unknown)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (part, rest) = rest.split_at_checked(length).ok_or(Error::Unknown)?;
    *compiled = rest;
    Ok(part)
}

#[cfg(test)]
pub mod tests {
    use std::sync::OnceLock;

    /// Returns the bytecode of the globals.
    pub fn compiled() -> &'static [u8] {
        static COMPILED: OnceLock<Vec<u8>> = OnceLock::new();
        COMPILED.get_or_init(|| super::compile(super::TEXTS).expect("the globals compile"))
    }
}
