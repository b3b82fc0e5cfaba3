//! `fetch` and its classes. The helpers check what `Headers`, `Request`, `Response` and `Blob`
//! take.

#![allow(
    clippy::needless_pass_by_value,
    reason = "the engine calls these, and hands over what they are given"
)]

mod mime;
mod multipart;

use std::rc::Rc;

use rquickjs::{Ctx, Function, Object, Result, TypedArray, Value};

use super::raw;
use crate::http;
use crate::state::State;

pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    mime::install(native)?;
    multipart::install(native)?;
    let ctx = native.ctx().clone();
    let keeps = Rc::clone(&state.keeps_urls);
    native.set("keepsUrls", Function::new(ctx.clone(), move || keeps.get())?)?;
    // Each function returns `None` for a value that is refused.
    let header_name = |name: Value<'js>| {
        let name = raw::text(&name)?;
        Ok::<_, rquickjs::Error>(http::is_token(&name).then(|| name.to_ascii_lowercase()))
    };
    native.set("headerName", Function::new(ctx.clone(), header_name)?)?;
    native.set("headerValue", Function::new(ctx.clone(), header_value)?)?;
    native.set("methodName", Function::new(ctx.clone(), method_name)?)?;
    let status_text = |text: Value<'js>| {
        let text = raw::text(&text)?;
        Ok::<_, rquickjs::Error>(http::is_status_text(&text).then_some(text))
    };
    native.set("statusText", Function::new(ctx.clone(), status_text)?)?;
    // Copies the bytes of a buffer or typed array into a new `Uint8Array`.
    let copy_bytes = |ctx: Ctx<'js>, buffer: Value<'js>| {
        if !raw::is_buffer(&buffer) {
            return Ok(None);
        }
        let bytes = raw::with_bytes(&buffer, |bytes| bytes.to_vec()).unwrap_or_default();
        TypedArray::<u8>::new_copy(ctx, bytes).map(Some)
    };
    native.set("copyBytes", Function::new(ctx.clone(), copy_bytes)?)?;
    // Returns what a `Blob` keeps of a type.
    let blob_type = |text: Value<'js>| {
        let text = raw::text(&text)?;
        let fits = text.chars().all(|char| matches!(char, ' '..='~'));
        Ok::<_, rquickjs::Error>(if fits { text.to_ascii_lowercase() } else { String::new() })
    };
    native.set("blobType", Function::new(ctx.clone(), blob_type)?)?;
    // Makes each line of a text end with LF.
    let native_endings = |text: Value<'js>| {
        let text = raw::text(&text)?;
        Ok::<_, rquickjs::Error>(text.replace("\r\n", "\n").replace('\r', "\n"))
    };
    native.set("nativeEndings", Function::new(ctx, native_endings)?)
}

/// Removes the whitespace around a header value, which is not part of it.
fn header_value(value: Value<'_>) -> Result<Option<String>> {
    let value = raw::text(&value)?;
    let value = http::trim_header_value(&value);
    Ok(http::is_header_value(value).then(|| value.to_owned()))
}

/// Converts a method to upper case, if it is one of those that are always so.
fn method_name(method: Value<'_>) -> Result<Option<String>> {
    let method = raw::text(&method)?;
    let upper = method.to_ascii_uppercase();
    Ok(match upper.as_str() {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => Some(upper),
        "CONNECT" | "TRACE" | "TRACK" => None,
        _ => http::is_token(&method).then_some(method),
    })
}
