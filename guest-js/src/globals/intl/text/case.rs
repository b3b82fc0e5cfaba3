//! The mapping of case in a language that has rules of its own.

use icu_casemap::CaseMapper;
use icu_locale_core::LanguageIdentifier;
use rquickjs::{Error, Function, Object, Result, Value};

use crate::globals::raw;

pub fn install(native: &Object<'_>) -> Result<()> {
    let ctx = native.ctx().clone();
    let map = |text: Value<'_>, language: String, upper: bool| {
        let text = raw::text(&text)?;
        let language: LanguageIdentifier = language.parse().map_err(|_| Error::Unknown)?;
        let mapper = CaseMapper::new();
        let mapped = if upper {
            mapper.uppercase_to_string(&text, &language)
        } else {
            mapper.lowercase_to_string(&text, &language)
        };
        Ok::<_, Error>(mapped.into_owned())
    };
    native.set("mapCase", Function::new(ctx, map)?)
}
