//! `Intl`: the helpers of its scripts. Data comes from the host, a table for each locale and kind
//! that is used.

#![allow(
    clippy::needless_pass_by_value,
    reason = "the engine calls these, and hands over what they are given"
)]

mod dates;
mod number;
mod plural;
mod tag;
mod text;

use std::rc::Rc;

use icu_locale::Locale;
use rquickjs::{Ctx, Function, Object, Result, Value};

use super::raw;
use crate::state::{State, Table};

pub use dates::zone::set_local as set_time_zone;

/// Returns the table of a kind, such as `numbers`, for a locale that has data.
pub fn table(state: &State, kind: &str, locale: &str) -> Rc<Table> {
    state.tables.get(&*state.host, kind, locale)
}

/// Returns a table that belongs to no locale.
pub fn root(state: &State, name: &str) -> Rc<Table> {
    state.tables.root(&*state.host, name)
}

pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    install_tags(native, state)?;
    dates::install(native, state)?;
    text::install(native, state)?;
    number::install(native, state)?;

    // The value of a table of a locale.
    let tables = Rc::clone(state);
    let datum = move |kind: String, locale: String, key: String| {
        table(&tables, &kind, &locale).get(&key).map(str::to_owned)
    };
    native.set("localeDatum", Function::new(ctx.clone(), datum)?)?;

    // The value of a table that belongs to no locale.
    let tables = Rc::clone(state);
    let datum = move |name: String, key: String| root(&tables, &name).get(&key).map(str::to_owned);
    native.set("rootDatum", Function::new(ctx, datum)?)
}

fn install_tags<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    let tables = Rc::clone(state);
    let canonical = move |text: Value<'js>| {
        let locale = tag::canonical(&raw::text(&text)?, &root(&tables, "aliases"));
        Ok::<_, rquickjs::Error>(locale.map(|locale| locale.to_string()))
    };
    native.set("canonicalTag", Function::new(ctx.clone(), canonical)?)?;

    let is_part = |part: String, text: Value<'js>| {
        Ok::<_, rquickjs::Error>(tag::is_part(&part, &raw::text(&text)?))
    };
    native.set("isTagPart", Function::new(ctx.clone(), is_part)?)?;

    let tables = Rc::clone(state);
    let with_parts = move |text: String, flat: Vec<String>| {
        let (pairs, _) = flat.as_chunks::<2>();
        let pairs: Vec<_> =
            pairs.iter().map(|[name, value]| (name.clone(), value.clone())).collect();
        tag::with_parts(&text, &pairs, &root(&tables, "aliases"))
    };
    native.set("withTagParts", Function::new(ctx.clone(), with_parts)?)?;

    // An object without a prototype.
    let parts = |ctx: Ctx<'js>, text: String| {
        let object = Object::new_proto(ctx, None)?;
        for (name, value) in tag::parts(&text).unwrap_or_default() {
            object.set(name, value)?;
        }
        Ok::<_, rquickjs::Error>(object)
    };
    native.set("tagParts", Function::new(ctx.clone(), parts)?)?;

    let resized = |text: String, grows: bool| tag::resized(&text, grows);
    native.set("resizedTag", Function::new(ctx.clone(), resized)?)?;

    // The canonical value of a keyword.
    let tables = Rc::clone(state);
    let keyword = move |key: String, value: Value<'js>| {
        let value = raw::text(&value)?.to_ascii_lowercase();
        let alias = tag::alias(&key, &value, &root(&tables, "aliases"));
        Ok::<_, rquickjs::Error>(alias.unwrap_or(value))
    };
    native.set("keywordValue", Function::new(ctx.clone(), keyword)?)?;

    // The resolution of a canonical tag: the available locale, the one that has its data, and
    // the keywords of the tag.
    let tables = Rc::clone(state);
    let resolve = move |ctx: Ctx<'js>, text: String| {
        let Ok(mut locale) = Locale::try_from_str(&text) else { return Ok(None) };
        let keywords = std::mem::take(&mut locale.extensions.unicode).keywords;
        let locales = root(&tables, "locales");
        let Some((found, data)) = tag::available(&locale.to_string(), &locales) else {
            return Ok(None);
        };
        let object = Object::new_proto(ctx.clone(), None)?;
        object.set("locale", found)?;
        object.set("data", data)?;
        let values = Object::new_proto(ctx, None)?;
        for (key, value) in keywords.iter() {
            values.set(key.as_str(), value.to_string())?;
        }
        object.set("keywords", values)?;
        Ok::<_, rquickjs::Error>(Some(object))
    };
    native.set("resolveTag", Function::new(ctx, resolve)?)
}
