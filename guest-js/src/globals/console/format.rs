//! Formatting of the arguments of one console call as one text.

use rquickjs::{Array, Ctx, FromJs, Function, Object, Result, Value};

use crate::globals::inspect::{DEPTH, Inspector};
use crate::globals::raw;

/// The depth to which `%o` prints an object.
const DEEP: usize = 4;

/// Formats the arguments. Never fails: what cannot be printed is named instead.
pub fn format<'js>(ctx: &Ctx<'js>, helpers: &Object<'js>, data: &Array<'js>) -> String {
    let mut text = String::new();
    let mut next = 0;
    let first: Option<Value<'js>> = data.get(0).ok();
    if data.len() > 1
        && let Some(template) = first.filter(Value::is_string)
    {
        let template = raw::text(&template).unwrap_or_default();
        next = 1;
        if template.contains('%') {
            fill(ctx, helpers, data, &template, &mut next, &mut text);
        } else {
            text = template;
        }
        if next < data.len() {
            text.push(' ');
        }
    }
    for index in next..data.len() {
        if index > next {
            text.push(' ');
        }
        match data.get(index) {
            Ok(value) => text.push_str(&plain(ctx, helpers, &value)),
            Err(_) => drop(ctx.catch()),
        }
    }
    text
}

/// Formats one value as in a line of the log: a string has no quotes.
pub fn plain<'js>(ctx: &Ctx<'js>, helpers: &Object<'js>, value: &Value<'js>) -> String {
    if value.is_string() {
        return raw::text(value).unwrap_or_default();
    }
    Inspector::new(ctx, helpers, DEPTH).inspect(value)
}

fn fill<'js>(
    ctx: &Ctx<'js>,
    helpers: &Object<'js>,
    data: &Array<'js>,
    template: &str,
    next: &mut usize,
    into: &mut String,
) {
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        into.push_str(&rest[..at]);
        let directive = rest[at + 1..].chars().next();
        let known = directive.filter(|directive| "sdifjoOc".contains(*directive));
        match (directive, known) {
            (Some('%'), _) => into.push('%'),
            (_, Some(directive)) if *next < data.len() => {
                if let Ok(value) = data.get(*next) {
                    into.push_str(&argument(ctx, helpers, directive, &value));
                }
                *next += 1;
            }
            _ => {
                into.push('%');
                rest = &rest[at + 1..];
                continue;
            }
        }
        rest = &rest[at + 2..];
    }
    into.push_str(rest);
}

fn argument<'js>(
    ctx: &Ctx<'js>,
    helpers: &Object<'js>,
    directive: char,
    value: &Value<'js>,
) -> String {
    let inspect = |depth| Inspector::new(ctx, helpers, depth).inspect(value);
    let text = match directive {
        'c' => Ok(String::new()),
        'o' => Ok(inspect(DEEP)),
        'O' => Ok(inspect(DEPTH)),
        's' if value.is_object() && !value.is_function() => Ok(inspect(0)),
        's' => Ok(plain(ctx, helpers, value)),
        'j' => json(helpers, value),
        _ if value.is_object() || value.is_symbol() => Ok("NaN".to_owned()),
        'd' if value.is_big_int() || value.is_number() => Ok(inspect(0)),
        'i' if value.is_big_int() => Ok(inspect(0)),
        'd' => raw::number(value).map(written),
        'i' => parsed(helpers, "integer", value),
        _ => parsed(helpers, "float", value),
    };
    text.unwrap_or_else(|_| {
        ctx.catch();
        inspect(0)
    })
}

fn json<'js>(helpers: &Object<'js>, value: &Value<'js>) -> Result<String> {
    let text: Value<'js> = call(helpers, "json", value)?;
    raw::text(&text)
}

fn parsed<'js>(helpers: &Object<'js>, helper: &str, value: &Value<'js>) -> Result<String> {
    call::<f64>(helpers, helper, value).map(written)
}

fn call<'js, R: FromJs<'js>>(helpers: &Object<'js>, name: &str, value: &Value<'js>) -> Result<R> {
    helpers.get::<_, Function<'js>>(name)?.call((value.clone(),))
}

/// Formats a number that was made from a string. It needs no notation for very large and very
/// small numbers, unlike the engine's.
fn written(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    number.to_string()
}
