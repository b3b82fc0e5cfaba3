//! `Intl`: locales, numbers, plural rules, lists, relative times and durations.

use super::Realm;

#[test]
fn tags_are_canonical() {
    Realm::new().check(&[
        (
            "Intl.getCanonicalLocales(['EN-us', 'iw', 'de-DD', 'en-u-ca-islamicc'])",
            "en-US,he,de-DE,en-u-ca-islamic-civil",
        ),
        (
            "Intl.getCanonicalLocales('en_US')",
            "Uncaught Error: \"en_US\" is not a well-formed language tag.",
        ),
        ("new Intl.Locale('zh-TW').maximize()", "zh-Hant-TW"),
        ("new Intl.Locale('und').maximize()", "en-Latn-US"),
        ("new Intl.Locale('en', { region: 'gb', hourCycle: 'h23' })", "en-GB-u-hc-h23"),
        ("new Intl.Locale('ar').getTextInfo().direction", "rtl"),
        ("new Intl.Locale('en-US-u-rg-gbzzzz').getHourCycles()", "h23,h12"),
        ("Intl.NumberFormat.supportedLocalesOf(['de', 'zxx'])", "de"),
    ]);
}

#[test]
fn numbers_are_formatted() {
    Realm::new().check(&[
        ("(1234567.891).toLocaleString()", "1,234,567.891"),
        (
            "new Intl.NumberFormat('de', { style: 'currency', currency: 'EUR' }).format(-1234.5)",
            "-1.234,50\u{a0}€",
        ),
        (
            "new Intl.NumberFormat('en-IN').format(12345678901234567890n)",
            "1,23,45,67,89,01,23,45,67,890",
        ),
        (
            "new Intl.NumberFormat('en', { maximumFractionDigits: 20 }).format('1.0000000000000001')",
            "1.0000000000000001",
        ),
        ("new Intl.NumberFormat('ja', { notation: 'compact' }).format(123456789)", "1.2億"),
        (
            "new Intl.NumberFormat('en', { style: 'unit', unit: 'mile-per-hour', unitDisplay: 'long' }).format(1)",
            "1 mile per hour",
        ),
        (
            "new Intl.NumberFormat('fr', { style: 'unit', unit: 'liter-per-second' }).format(2)",
            "2\u{202f}l/s",
        ),
        (
            "new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', currencyDisplay: 'name' }).format(1)",
            "1.00 US dollars",
        ),
        (
            "new Intl.NumberFormat('en', { roundingIncrement: 5, minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(1.13)",
            "1.15",
        ),
        (
            "new Intl.NumberFormat('en', { maximumFractionDigits: 0, roundingMode: 'halfEven' }).format(2.5)",
            "2",
        ),
        (
            "new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 }).formatRange(3, 5)",
            "$3 – $5",
        ),
        ("new Intl.NumberFormat('ar-EG').format(-1)", "\u{61c}-١"),
        (
            "new Intl.NumberFormat('en', { notation: 'scientific' }).formatToParts(12345).map((it) => it.type).join(' ')",
            "integer decimal fraction exponentSeparator exponentInteger",
        ),
        ("new Intl.NumberFormat('en').format('1e99999999999')", "∞"),
        ("new Intl.NumberFormat('en').format('0x' + 'f'.repeat(2000))", "∞"),
        (
            "new Intl.NumberFormat('en', { style: 'unit' })",
            "Uncaught Error: The style \"unit\" needs a unit.",
        ),
    ]);
}

#[test]
fn digits_are_rounded_as_wanted() {
    let modes = [
        ("ceil", "1.3,-1.2"),
        ("floor", "1.2,-1.3"),
        ("expand", "1.3,-1.3"),
        ("trunc", "1.2,-1.2"),
        ("halfCeil", "1.3,-1.2"),
        ("halfFloor", "1.2,-1.3"),
        ("halfExpand", "1.3,-1.3"),
        ("halfTrunc", "1.2,-1.2"),
        ("halfEven", "1.2,-1.2"),
    ];
    let realm = Realm::new();
    for (mode, expected) in modes {
        let source = format!(
            "[1.25, -1.25].map(new Intl.NumberFormat('en', {{ maximumFractionDigits: 1, roundingMode: '{mode}' }}).format)"
        );
        assert_eq!(realm.eval(&source), expected, "{mode}");
    }
}

#[test]
fn plurals_follow_the_locale() {
    Realm::new().check(&[
        (
            "[0, 1, 2, 5, 21].map((it) => new Intl.PluralRules('ru').select(it))",
            "many,one,few,many,one",
        ),
        (
            "[1, 2, 3, 4].map((it) => new Intl.PluralRules('en', { type: 'ordinal' }).select(it))",
            "one,two,few,other",
        ),
        ("[1, 2].map((it) => new Intl.PluralRules('sr-Latn').select(it))", "one,few"),
        ("new Intl.PluralRules('sl').selectRange(102, 201)", "few"),
        ("new Intl.PluralRules('en', { minimumFractionDigits: 1 }).select(1)", "other"),
        (
            "new Intl.PluralRules('ar').resolvedOptions().pluralCategories",
            "zero,one,two,few,many,other",
        ),
    ]);
}

#[test]
fn lists_times_and_durations_are_formatted() {
    Realm::new().check(&[
        ("new Intl.ListFormat('en').format(['a', 'b', 'c'])", "a, b, and c"),
        ("new Intl.ListFormat('es').format(['agua', 'hielo'])", "agua y hielo"),
        ("new Intl.ListFormat('es').format(['agua', 'higos'])", "agua e higos"),
        ("new Intl.ListFormat('en', { type: 'disjunction' }).format(['a', 'b'])", "a or b"),
        ("new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-1, 'day')", "yesterday"),
        ("new Intl.RelativeTimeFormat('de', { numeric: 'auto' }).format(2, 'days')", "übermorgen"),
        ("new Intl.RelativeTimeFormat('pl').format(-3, 'month')", "3 miesiące temu"),
        (
            "new Intl.DurationFormat('en', { style: 'digital' }).format({ hours: 1, minutes: 2, milliseconds: 30 })",
            "1:02:00.03",
        ),
        (
            "new Intl.DurationFormat('de', { style: 'long' }).format('PT1H30M')",
            "1 Stunde, 30 Minuten",
        ),
        (
            "new Intl.DurationFormat('en').format({ hours: 1, minutes: -1 })",
            "Uncaught Error: The duration is out of range.",
        ),
        (
            "[1234.5, null, new Date(NaN)].length + [1234.5, null, 2].toLocaleString('de')",
            "31.234,5,,2",
        ),
    ]);
}

#[test]
fn prototypes_that_a_program_has_changed_do_not_matter() {
    Realm::new().check(&[(
        "Object.defineProperty(Array.prototype, 0, { set() { throw 1 }, configurable: true });\
         String.prototype.indexOf = String.prototype.slice = () => { throw 2 };\
         Object.prototype.style = 'percent';\
         const text = new Intl.NumberFormat('en', undefined).format(2) + new Intl.ListFormat('en').format(['a', 'b']);\
         delete Array.prototype[0]; delete Object.prototype.style; text",
        "2a and b",
    )]);
}
