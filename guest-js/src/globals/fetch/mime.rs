//! MIME types of bodies, and `data:` URLs, on the crate `data-url`.

use data_url::DataUrl;
use data_url::mime::Mime;
use rquickjs::{Array, Ctx, Function, Object, Result, TypedArray, Value};

use super::raw;

/// The maximum length of a MIME type in bytes. A longer one is taken as none.
const MAX_LENGTH: usize = 16 << 10;

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    // Returns the type that the values of a `Content-Type` header mean, or an empty string.
    let content_type = |values: Value<'js>| {
        let mime = extract(&raw::text(&values)?);
        Ok::<_, rquickjs::Error>(mime.map_or_else(String::new, |mime| mime.to_string()))
    };
    native.set("contentType", Function::new(ctx.clone(), content_type)?)?;
    // Returns the kind of form that a `Content-Type` header announces, and its boundary.
    let form_type = |values: Value<'js>| {
        let mime = extract(&raw::text(&values)?);
        let essence = mime.as_ref().map_or_else(String::new, essence);
        let boundary = mime.and_then(|mime| mime.get_parameter("boundary").map(str::to_owned));
        Ok::<_, rquickjs::Error>(vec![essence, boundary.unwrap_or_default()])
    };
    native.set("formType", Function::new(ctx.clone(), form_type)?)?;
    native.set("dataUrl", Function::new(ctx, data_url)?)
}

fn essence(mime: &Mime) -> String {
    format!("{}/{}", mime.type_, mime.subtype)
}

/// Returns the MIME type of a body as Fetch says: the last valid one. It inherits the `charset`
/// of an earlier one with the same essence.
fn extract(values: &str) -> Option<Mime> {
    let mut found: Option<Mime> = None;
    let mut charset: Option<String> = None;
    for value in split(values) {
        let Some(mut mime) = parse(value).filter(|mime| !mime.matches("*", "*")) else { continue };
        let own = mime.get_parameter("charset").map(str::to_owned);
        let is_same = found
            .as_ref()
            .is_some_and(|known| known.type_ == mime.type_ && known.subtype == mime.subtype);
        match (own, &charset) {
            (None, Some(charset)) if is_same => {
                mime.parameters.push(("charset".to_owned(), charset.clone()));
            }
            (own, _) => charset = own,
        }
        found = Some(mime);
    }
    found
}

fn parse(text: &str) -> Option<Mime> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    text.parse().ok()
}

/// Splits the values of a header at each comma that is not in a quoted string.
fn split(values: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    values.split(move |char| {
        let is_comma = char == ',' && !quoted;
        if char == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && char == '\\' && !escaped;
        is_comma
    })
}

/// Returns the type and the bytes of a `data:` URL, in a list, or nothing if it is invalid.
fn data_url<'js>(ctx: Ctx<'js>, url: Value<'js>) -> Result<Option<Array<'js>>> {
    let text = raw::text(&url)?;
    if text.find(',').is_none_or(|comma| comma > MAX_LENGTH) {
        return Ok(None);
    }
    let Ok(url) = DataUrl::process(&text) else { return Ok(None) };
    let Ok((bytes, _)) = url.decode_to_vec() else { return Ok(None) };
    let kind = url.mime_type().to_string();
    let list = Array::new(ctx.clone())?;
    list.set(0, kind)?;
    list.set(1, TypedArray::<u8>::new(ctx, bytes)?)?;
    Ok(Some(list))
}
