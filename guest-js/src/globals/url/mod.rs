//! `URL` and `URLSearchParams`. The crate `url` deviates from the standard in many places, such as
//! the paths of files and of opaque URLs, and internationalized names.

#![allow(
    clippy::needless_pass_by_value,
    reason = "the engine calls these, and hands over what they are given"
)]

mod encode_sets;
mod host;
mod parser;
mod record;

use rquickjs::class::{JsClass, Trace, Tracer, Writable};
use rquickjs::function::{Constructor, Opt};
use rquickjs::{Array, Class, Ctx, Function, JsLifetime, Object, Result, Value};

use super::raw;
use crate::http::{MAX_URL_BYTES, is_plain_url};
use record::Url;

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
    let is_plain = |text: Value<'js>| raw::text(&text).map(|text| is_plain_url(&text));
    native.set("isPlainUrl", Function::new(ctx.clone(), is_plain)?)?;
    let without_fragment = |url: rquickjs::String<'js>| {
        let text = raw::text(url.as_value())?;
        match text.split_once('#') {
            Some((rest, _)) => rquickjs::String::from_str(url.ctx().clone(), rest),
            None => Ok(url),
        }
    };
    native.set("withoutFragment", Function::new(ctx.clone(), without_fragment)?)?;
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
        Some(base) => match bounded(&raw::text(&base)?, None) {
            Some(base) => Some(base),
            None => return Ok(None),
        },
    };
    bounded(&text, base.as_ref()).map(|url| Class::instance(ctx, Handle(url))).transpose()
}

fn bounded(text: &str, base: Option<&Url>) -> Option<Url> {
    if text.len() > MAX_URL_BYTES { None } else { parser::parse(text, base) }
}

fn part(handle: Class<'_, Handle>, part: String) -> String {
    handle.borrow().0.part(&part)
}

/// Sets a part of the URL. Returns true if the URL took the value; most parts ignore one that
/// does not fit.
fn set_part(handle: Class<'_, Handle>, part: String, value: Value<'_>) -> Result<bool> {
    let value = raw::text(&value)?;
    let fits = value.len() <= MAX_URL_BYTES;
    Ok(fits && parser::set(&mut handle.borrow_mut().0, &part, &value).is_some())
}

#[cfg(test)]
mod tests {
    use super::parser;
    use crate::http::is_plain_url as is_plain;

    #[test]
    fn a_plain_url_is_what_the_parser_makes_of_it() {
        let schemes = ["http", "https", "HTTP", "ftp", "httpss"];
        let hosts = [
            "a",
            "a.example",
            "1.a",
            "a.1",
            "a.0x1",
            "127.1",
            "1.2.3.4",
            "xn--a",
            "a.xn--p1ai",
            "A.b",
            "a..b",
            ".a",
            "a.",
            "",
            "a_b",
            "a-.b",
            "-a.b",
            "u@a",
            "u:p@a",
            "a:80",
            "a:443",
            "a:8080",
            "a:080",
            "a:99999",
            "a:",
            "[::1]",
            "a b",
            "a%41",
            "\u{e4}.example",
            "a--b.example",
        ];
        let paths = [
            "",
            "/",
            "/a",
            "/a/b?c=d&e=%20f",
            "/.",
            "/..",
            "/a/./b",
            "/a.b/c..",
            "/.well-known",
            "/a b",
            "/a%2e",
            "/%zz",
            "/a\\b",
            "/a?b#c",
            "/?",
            "/??",
            "/a'b",
            "/?a'b",
            "/a\"b",
            "/a|b",
            "/a^b",
            "/a{b}",
            "/[a]",
            "/?[a]",
            "/a//b",
            "/\u{e4}",
            "/?\u{e4}",
            "/a\tb",
            "/a\n",
            "?a",
            "/a;b=c,d!$&()*+@:",
        ];
        let mut plain = 0;
        for scheme in schemes {
            for host in hosts {
                for path in paths {
                    let text = format!("{scheme}://{host}{path}");
                    if !is_plain(&text) {
                        continue;
                    }
                    plain += 1;
                    let parsed = parser::parse(&text, None).map(|url| url.href());
                    assert_eq!(parsed.as_deref(), Some(&*text), "{text}");
                }
            }
        }
        assert!(plain > 100, "{plain}");
        assert!(is_plain("https://example.com/path?a=b"));
    }
}
