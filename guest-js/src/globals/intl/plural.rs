//! Plural rules.

use fixed_decimal::CompactDecimal;
use icu_locale::Locale;
use icu_plurals::{
    PluralCategory, PluralOperands, PluralRuleType, PluralRules, PluralRulesOptions,
};

use crate::state::Table;

/// The rules of a locale.
pub struct Plurals {
    language: String,
    rules: Option<PluralRules>,
}

impl Plurals {
    pub fn new(locale: &str, ordinal: bool) -> Self {
        let mut locale = Locale::try_from_str(locale).unwrap_or(Locale::UNKNOWN);
        // Rules do not depend on it, and those of a language are not found with one.
        locale.id.script = None;
        let kind = if ordinal { PluralRuleType::Ordinal } else { PluralRuleType::Cardinal };
        let options = PluralRulesOptions::default().with_type(kind);
        let language = locale.id.language.to_string();
        Self { language, rules: PluralRules::try_new(locale.into(), options).ok() }
    }

    /// Returns the category of a number: digits, and the power of ten that it is to be
    /// multiplied by.
    pub fn category(&self, digits: &str, power: i32) -> &'static str {
        let (Some(rules), Some(operands)) = (&self.rules, operands(digits, power)) else {
            return "other";
        };
        name(rules.category_for(operands))
    }

    /// Returns the category of a range of numbers of two categories.
    pub fn range<'a>(&self, start: &str, end: &'a str, ranges: &'a Table) -> &'a str {
        ranges.get(&format!("{}.{start}.{end}", self.language)).unwrap_or(end)
    }

    /// The categories of the locale in the order of the standard.
    pub fn categories(&self) -> Vec<&'static str> {
        let Some(rules) = &self.rules else { return vec!["other"] };
        let own: Vec<_> = rules.categories().map(name).collect();
        ["zero", "one", "two", "few", "many", "other"]
            .into_iter()
            .filter(|it| own.contains(it))
            .collect()
    }
}

fn operands(digits: &str, power: i32) -> Option<PluralOperands> {
    // Digits beyond those that an operand can hold do not change a category.
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.get(whole.len().saturating_sub(18)..)?;
    let fraction = fraction.get(..fraction.len().min(18))?;
    let point = if fraction.is_empty() { "" } else { "." };
    let exponent = if power > 0 { format!("c{power}") } else { String::new() };
    let text = format!("{whole}{point}{fraction}{exponent}");
    Some(PluralOperands::from(&text.parse::<CompactDecimal>().ok()?))
}

fn name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}
