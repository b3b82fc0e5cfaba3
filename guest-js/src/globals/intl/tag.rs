//! Language tags: their grammar, their canonical form and their parts.

use icu_locale::extensions::transform;
use icu_locale::extensions::unicode::{Key, Value};
use icu_locale::subtags::{Language, Region, Script, Variant, Variants};
use icu_locale::{LanguageIdentifier, Locale, LocaleCanonicalizer, LocaleExpander};

use crate::state::Table;

/// The maximum length of a tag in bytes. A longer one is refused.
const MAX_LENGTH: usize = 1 << 12;

/// Returns the locale that a tag names, in its canonical form. `None` if the tag is malformed.
pub fn canonical(tag: &str, aliases: &Table) -> Option<Locale> {
    if tag.len() > MAX_LENGTH || tag.contains('_') || !is_complete(tag) {
        return None;
    }
    let mut locale = Locale::try_from_str(tag).ok()?;
    canonicalize(&mut locale, aliases);
    Some(locale)
}

/// Returns true if the tag follows the grammar where the parser is lenient: no language other
/// than the first subtag, and no extension without content.
fn is_complete(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let first = subtags.next().unwrap_or_default();
    if !(2..=8).contains(&first.len()) || first.len() == 4 || first.eq_ignore_ascii_case("root") {
        return false;
    }
    let mut singleton: Option<&str> = None;
    let mut content = true;
    let mut private = false;
    let mut seen = Vec::new();
    let mut variants = Vec::new();
    for (index, subtag) in subtags.enumerate() {
        if subtag.is_empty() || subtag.len() > 8 {
            return false;
        }
        if private {
            content = true;
            continue;
        }
        if subtag.len() == 1 {
            let lower = subtag.to_ascii_lowercase();
            if !content || seen.contains(&lower) {
                return false;
            }
            private = lower == "x";
            variants.clear();
            seen.push(lower);
            singleton = Some(subtag);
            content = false;
            continue;
        }
        // Variants must not occur twice, in the tag itself and in that of a transform.
        let is_variant = subtag.len() > 4
            || (subtag.len() == 4 && subtag.as_bytes().first().is_some_and(u8::is_ascii_digit));
        let in_transform = singleton.is_some_and(|it| it.eq_ignore_ascii_case("t"));
        if in_transform
            && subtag.len() == 2
            && subtag.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
        {
            singleton = Some("");
        }
        if is_variant && (singleton.is_none() || in_transform) && (index > 0 || singleton.is_none())
        {
            let lower = subtag.to_ascii_lowercase();
            if variants.contains(&lower) && (singleton.is_none() || content) {
                return false;
            }
            variants.push(lower);
        }
        content = true;
    }
    content
}

fn canonicalize(locale: &mut Locale, aliases: &Table) {
    let canonicalizer = LocaleCanonicalizer::new_extended();
    canonicalizer.canonicalize(locale);
    let unicode = &mut locale.extensions.unicode;
    let renamed: Vec<_> = unicode
        .keywords
        .iter()
        .filter_map(|(key, value)| Some((*key, alias(key.as_str(), &value.to_string(), aliases)?)))
        .collect();
    for (key, value) in renamed {
        if let Ok(value) = Value::try_from_str(&value) {
            unicode.keywords.set(key, value);
        }
    }
    let transform = &mut locale.extensions.transform;
    if let Some(language) = transform.lang.take() {
        let mut inner = Locale::from(language);
        canonicalizer.canonicalize(&mut inner);
        transform.lang = Some(inner.id);
    }
    let text = transform.to_string();
    for (key, value) in fields(&text) {
        if let (Some(value), Ok(key)) = (alias(key, &value, aliases), key.parse::<transform::Key>())
            && let Ok(value) = value.parse::<transform::Value>()
        {
            transform.fields.set(key, value);
        }
    }
}

/// The fields of a transform: keys of a letter and a digit, and their values.
fn fields(transform: &str) -> Vec<(&str, String)> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    for subtag in transform.split('-').skip(1) {
        let bytes = subtag.as_bytes();
        if bytes.len() == 2 && bytes.get(1).is_some_and(u8::is_ascii_digit) {
            fields.push((subtag, String::new()));
        } else if let Some((_, value)) = fields.last_mut() {
            if !value.is_empty() {
                value.push('-');
            }
            value.push_str(subtag);
        }
    }
    fields
}

/// Returns the canonical name of a value of an extension, if it has another one.
pub fn alias(key: &str, value: &str, aliases: &Table) -> Option<String> {
    aliases.get(&format!("{key}.{value}")).map(str::to_owned)
}

/// Returns true if `text` is what `part` of a tag may be: `language`, `script`, `region`,
/// `variants` or `type`, the value of a keyword.
pub fn is_part(part: &str, text: &str) -> bool {
    match part {
        "language" => {
            text.len() != 4
                && !text.eq_ignore_ascii_case("root")
                && Language::try_from_str(text).is_ok()
        }
        "script" => Script::try_from_str(text).is_ok(),
        "region" => Region::try_from_str(text).is_ok(),
        "variants" => {
            let all: Vec<_> = text.split('-').map(str::to_ascii_lowercase).collect();
            let differ = all
                .iter()
                .enumerate()
                .all(|(at, one)| !all.get(..at).is_some_and(|before| before.contains(one)));
            differ && text.len() <= MAX_LENGTH && variants(text).is_some()
        }
        _ => text.split('-').all(|subtag| {
            (3..=8).contains(&subtag.len())
                && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }),
    }
}

fn variants(text: &str) -> Option<Vec<Variant>> {
    let mut list =
        text.split('-').map(Variant::try_from_str).collect::<Result<Vec<_>, _>>().ok()?;
    list.sort_unstable();
    Some(list)
}

/// Changes parts of a tag: pairs of a part's name, or of a keyword's key, and its new value.
pub fn with_parts(tag: &str, parts: &[(String, String)], aliases: &Table) -> Option<String> {
    let mut locale = Locale::try_from_str(tag).ok()?;
    for (part, value) in parts {
        match part.as_str() {
            "language" => locale.id.language = Language::try_from_str(value).ok()?,
            "script" => locale.id.script = Some(Script::try_from_str(value).ok()?),
            "region" => locale.id.region = Some(Region::try_from_str(value).ok()?),
            "variants" => locale.id.variants = Variants::from_vec_unchecked(variants(value)?),
            key => {
                let key = Key::try_from_str(key).ok()?;
                let value = Value::try_from_str(value).ok()?;
                locale.extensions.unicode.keywords.set(key, value);
            }
        }
    }
    canonicalize(&mut locale, aliases);
    Some(locale.to_string())
}

/// The parts of a canonical tag, as pairs of names and values. Keywords follow the rest.
pub fn parts(tag: &str) -> Option<Vec<(String, String)>> {
    let locale = Locale::try_from_str(tag).ok()?;
    let LanguageIdentifier { language, script, region, variants } = &locale.id;
    let mut parts = vec![
        ("baseName".to_owned(), locale.id.to_string()),
        ("language".to_owned(), language.to_string()),
    ];
    if let Some(script) = script {
        parts.push(("script".to_owned(), script.to_string()));
    }
    if let Some(region) = region {
        parts.push(("region".to_owned(), region.to_string()));
    }
    if !variants.is_empty() {
        let list: Vec<_> = variants.iter().map(ToString::to_string).collect();
        parts.push(("variants".to_owned(), list.join("-")));
    }
    for (key, value) in locale.extensions.unicode.keywords.iter() {
        parts.push((key.to_string(), value.to_string()));
    }
    Some(parts)
}

/// Adds the likely subtags of a tag, or removes them.
pub fn resized(tag: &str, grows: bool) -> Option<String> {
    let mut locale = Locale::try_from_str(tag).ok()?;
    let expander = LocaleExpander::new_extended();
    // The expander leaves alone what it knows nothing of. English is the most likely of all.
    let mut likely = locale.id.clone();
    expander.maximize(&mut likely);
    if likely.language.is_unknown() {
        let LanguageIdentifier { language, script, region, .. } = &mut locale.id;
        *language = Language::try_from_str("en").ok()?;
        script.get_or_insert(Script::try_from_str("Latn").ok()?);
        region.get_or_insert(Region::try_from_str("US").ok()?);
    }
    if grows {
        expander.maximize(&mut locale.id);
    } else {
        expander.minimize(&mut locale.id);
    }
    Some(locale.to_string())
}

/// Returns the longest prefix of a canonical tag that is available, with the locale that has
/// its data. The tag has no Unicode extension.
pub fn available<'a>(tag: &str, locales: &'a Table) -> Option<(String, &'a str)> {
    let mut prefix = tag;
    loop {
        if let Some(data) = locales.get(prefix) {
            return Some((prefix.to_owned(), data));
        }
        let end = prefix.rfind('-')?;
        prefix = prefix.get(..end)?;
        // A singleton goes together with what follows it.
        if let Some(end) = prefix.rfind('-')
            && prefix.len() - end == 2
        {
            prefix = prefix.get(..end)?;
        }
    }
}
