//! `URL` and `URLSearchParams`, on the `url` crate.

#![allow(
    clippy::needless_pass_by_value,
    reason = "the engine calls these, and hands over what they are given"
)]

use rquickjs::class::{JsClass, Trace, Tracer, Writable};
use rquickjs::function::{Constructor, Opt};
use rquickjs::{Array, Class, Ctx, Function, JsLifetime, Object, Result, Value};
use url::{Url, form_urlencoded, quirks};

use super::raw;

/// The maximum length of a URL in bytes. A longer one is refused and not parsed.
const MAX_LENGTH: usize = 1 << 20;

/// The parsed URL behind a `URL` object, which no worker sees.
#[derive(JsLifetime)]
struct Handle(#[qjs(skip_trace)] Url);

impl<'js> Trace<'js> for Handle {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Handle {
    const NAME: &'static str = "URLHandle";
    type Mutable = Writable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    native.set("parseUrl", Function::new(ctx.clone(), parse)?)?;
    native.set("urlPart", Function::new(ctx.clone(), part)?)?;
    native.set("setUrlPart", Function::new(ctx.clone(), set_part)?)?;

    let parse_form = |ctx: Ctx<'js>, text: Value<'js>| {
        let list = Array::new(ctx)?;
        let text = raw::text(&text)?;
        for (index, (name, value)) in form_urlencoded::parse(text.as_bytes()).enumerate() {
            list.set(index * 2, &*name)?;
            list.set(index * 2 + 1, &*value)?;
        }
        Ok::<_, rquickjs::Error>(list)
    };
    native.set("parseForm", Function::new(ctx.clone(), parse_form)?)?;

    let write_form = |list: Array<'js>| {
        let mut serializer = form_urlencoded::Serializer::new(String::new());
        for index in 0..list.len() / 2 {
            let name = raw::text(&list.get(index * 2)?)?;
            let value = raw::text(&list.get(index * 2 + 1)?)?;
            serializer.append_pair(&name, &value);
        }
        Ok::<_, rquickjs::Error>(serializer.finish())
    };
    native.set("writeForm", Function::new(ctx, write_form)?)
}

fn parse<'js>(
    ctx: Ctx<'js>,
    url: Value<'js>,
    base: Opt<Value<'js>>,
) -> Result<Option<Class<'js, Handle>>> {
    let text = raw::text(&url)?;
    let base = match base.0.filter(|base| !base.is_undefined()) {
        None => None,
        Some(base) => match Url::parse(&raw::text(&base)?) {
            Ok(base) => Some(base),
            Err(_) => return Ok(None),
        },
    };
    if text.len() > MAX_LENGTH {
        return Ok(None);
    }
    match Url::options().base_url(base.as_ref()).parse(&text) {
        Ok(url) => Class::instance(ctx, Handle(url)).map(Some),
        Err(_) => Ok(None),
    }
}

fn part(handle: Class<'_, Handle>, part: String) -> String {
    let url = &handle.borrow().0;
    match part.as_str() {
        "href" => quirks::href(url),
        "origin" => return quirks::origin(url),
        "protocol" => quirks::protocol(url),
        "username" => quirks::username(url),
        "password" => quirks::password(url),
        "host" => quirks::host(url),
        "hostname" => quirks::hostname(url),
        "port" => quirks::port(url),
        "pathname" => quirks::pathname(url),
        "search" => quirks::search(url),
        "hash" => quirks::hash(url),
        _ => "",
    }
    .to_owned()
}

/// Sets a part of the URL. Returns true if the URL took the value; most parts ignore one that
/// does not fit.
fn set_part(handle: Class<'_, Handle>, part: String, value: Value<'_>) -> Result<bool> {
    let value = raw::text(&value)?;
    if value.len() > MAX_LENGTH {
        return Ok(false);
    }
    let url = &mut handle.borrow_mut().0;
    Ok(match part.as_str() {
        "href" => quirks::set_href(url, &value).is_ok(),
        "protocol" => quirks::set_protocol(url, &value).is_ok(),
        "username" => quirks::set_username(url, &value).is_ok(),
        "password" => quirks::set_password(url, &value).is_ok(),
        "host" => quirks::set_host(url, &value).is_ok(),
        "hostname" => quirks::set_hostname(url, &value).is_ok(),
        "port" => quirks::set_port(url, &value).is_ok(),
        "pathname" => {
            quirks::set_pathname(url, &value);
            true
        }
        "search" => {
            quirks::set_search(url, &value);
            true
        }
        "hash" => {
            quirks::set_hash(url, &value);
            true
        }
        _ => false,
    })
}
