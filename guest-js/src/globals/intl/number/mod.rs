//! The formatter behind `Intl.NumberFormat`, `Intl.PluralRules` and what builds on them.

mod decimal;
mod format;
mod parts;
mod pattern;
mod settings;

use std::rc::Rc;

use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::Constructor;
use rquickjs::{Class, Ctx, Function, JsLifetime, Object, Result, Value};

use super::plural::Plurals;
use super::{root, table};
use crate::globals::raw;
use crate::state::State;
use decimal::Number;
use format::Format;
use parts::Part;
use settings::Settings;

/// The formatter behind an object, which no worker sees.
#[derive(JsLifetime)]
struct Handle(#[qjs(skip_trace)] Format);

impl<'js> Trace<'js> for Handle {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Handle {
    const NAME: &'static str = "NumberFormatHandle";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

/// The mathematical value of a number, a `BigInt` or a string.
fn number(value: &Value<'_>) -> Result<Number> {
    if value.is_number() {
        return Ok(Number::from(raw::number(value)?));
    }
    Ok(Number::from(raw::text(value)?.as_str()))
}

fn text(parts: Vec<Part>) -> String {
    parts.into_iter().map(|(_, text)| text).collect()
}

/// Texts with a NUL between them, which the script splits. A list would be filled through
/// setters, if a program has put some on the prototype of arrays.
fn fields<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let mut all = String::new();
    for (index, text) in texts.into_iter().enumerate() {
        if index > 0 {
            all.push('\0');
        }
        all.push_str(text.as_ref());
    }
    all
}

pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    let tables = Rc::clone(state);
    let make = move |ctx: Ctx<'js>, options: Object<'js>| {
        let settings = Settings::read(&options)?;
        let locale = &settings.locale;
        let ordinal = options.get::<_, Option<bool>>("ordinal")?.unwrap_or(false);
        let digits =
            root(&tables, "numberingSystems").get(&settings.system).unwrap_or("").chars().collect();
        let when =
            |wanted: bool, kind| if wanted { table(&tables, kind, locale) } else { Rc::default() };
        let format = Format {
            numbers: table(&tables, "numbers", locale),
            currencies: when(settings.style == settings::Style::Currency, "currencies"),
            units: when(settings.style == settings::Style::Unit, "units"),
            ranges: root(&tables, "pluralRanges"),
            plurals: Plurals::new(locale, ordinal),
            digits,
            settings,
        };
        Class::instance(ctx, Handle(format))
    };
    native.set("numberFormatter", Function::new(ctx.clone(), make)?)?;

    let format = |handle: Class<'js, Handle>, value: Value<'js>| {
        Ok::<_, rquickjs::Error>(text(handle.borrow().0.parts(&number(&value)?)))
    };
    native.set("formatNumber", Function::new(ctx.clone(), format)?)?;

    // The types and values of the parts.
    let format = |handle: Class<'js, Handle>, value: Value<'js>| {
        let parts = handle.borrow().0.parts(&number(&value)?);
        Ok::<_, rquickjs::Error>(fields(
            parts.into_iter().flat_map(|(kind, text)| [kind.to_owned(), text]),
        ))
    };
    native.set("formatNumberToParts", Function::new(ctx.clone(), format)?)?;

    // The types, values and sources of the parts. Undefined if an end is not a number.
    let range = |handle: Class<'js, Handle>, start: Value<'js>, end: Value<'js>| {
        let (start, end) = (number(&start)?, number(&end)?);
        if start == Number::Nan || end == Number::Nan {
            return Ok(None);
        }
        let parts = handle.borrow().0.range(&start, &end);
        let texts = parts
            .into_iter()
            .flat_map(|((kind, text), source)| [kind.to_owned(), text, source.to_owned()]);
        Ok::<_, rquickjs::Error>(Some(fields(texts)))
    };
    native.set("formatNumberRange", Function::new(ctx.clone(), range)?)?;

    // The plural category of a number.
    let category = |handle: Class<'js, Handle>, value: Value<'js>| {
        let value = number(&value)?;
        Ok::<_, rquickjs::Error>(category(&handle.borrow().0, &value))
    };
    native.set("pluralOf", Function::new(ctx.clone(), category)?)?;

    let range = |handle: Class<'js, Handle>, start: String, end: String| {
        let Format { plurals, ranges, .. } = &handle.borrow().0;
        plurals.range(&start, &end, ranges).to_owned()
    };
    native.set("pluralOfRange", Function::new(ctx.clone(), range)?)?;

    let categories = |handle: Class<'js, Handle>| fields(handle.borrow().0.plurals.categories());
    native.set("pluralCategories", Function::new(ctx, categories)?)
}

fn category(format: &Format, value: &Number) -> &'static str {
    let Number::Finite(decimal) = value else { return "other" };
    let (rounded, exponent) = format.rounded(decimal);
    let compact = format.settings.notation == settings::Notation::Compact;
    format.plurals.category(&rounded.text(), if compact { exponent } else { 0 })
}
