//! The order of strings in a language.

use std::cmp::Ordering;
use std::rc::Rc;

use icu_collator::options::{AlternateHandling, CaseLevel, CollatorOptions, Strength};
use icu_collator::{Collator, CollatorPreferences};
use icu_locale_core::Locale;
use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::Constructor;
use rquickjs::{Class, Ctx, Error, Function, JsLifetime, Object, Result, Value};

use super::collation_data::Source;
use crate::globals::raw;
use crate::state::State;

/// The order behind a `Collator` object, which no worker sees.
#[derive(JsLifetime)]
struct Order(#[qjs(skip_trace)] Collator);

impl<'js> Trace<'js> for Order {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Order {
    const NAME: &'static str = "CollatorHandle";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    let source = Rc::clone(state);
    let collator = move |ctx: Ctx<'js>, locale, sensitivity, ignores_punctuation| {
        collator(ctx, &source, locale, sensitivity, ignores_punctuation)
    };
    native.set("collator", Function::new(ctx.clone(), collator)?)?;
    native.set("collate", Function::new(ctx, collate)?)
}

/// Returns the order of a locale. The extension of the locale has the kind of collation, and what
/// it says of digits and of case.
fn collator<'js>(
    ctx: Ctx<'js>,
    state: &State,
    locale: String,
    sensitivity: String,
    ignores_punctuation: bool,
) -> Result<Class<'js, Order>> {
    let locale: Locale = locale.parse().map_err(|_| Error::Unknown)?;
    let mut options = CollatorOptions::default();
    let (strength, case_level) = match &*sensitivity {
        "base" => (Strength::Primary, CaseLevel::Off),
        "accent" => (Strength::Secondary, CaseLevel::Off),
        "case" => (Strength::Primary, CaseLevel::On),
        _ => (Strength::Tertiary, CaseLevel::Off),
    };
    options.strength = Some(strength);
    options.case_level = Some(case_level);
    options.alternate_handling = Some(if ignores_punctuation {
        AlternateHandling::Shifted
    } else {
        AlternateHandling::NonIgnorable
    });
    let order = Collator::try_new_unstable(
        &Source(&*state.host),
        CollatorPreferences::from(&locale),
        options,
    );
    Class::instance(ctx, Order(order.map_err(|_| Error::Unknown)?))
}

fn collate<'js>(order: Class<'js, Order>, left: Value<'js>, right: Value<'js>) -> Result<i32> {
    let (left, right) = (raw::text(&left)?, raw::text(&right)?);
    Ok(match order.borrow().0.as_borrowed().compare(&left, &right) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    })
}
