//! `Intl`: dates, the order of strings, segments, case and names.

use super::Realm;

const MONDAY: &str = "var d = new Date(Date.UTC(2026, 0, 5, 14, 5, 9, 678)); ";

#[test]
fn dates_are_written_as_a_locale_writes_them() {
    let realm = Realm::new();
    realm.eval(MONDAY);
    realm.check(&[
        (
            "new Intl.DateTimeFormat('de', { dateStyle: 'full' }).format(d)",
            "Montag, 5. Januar 2026",
        ),
        ("d.toLocaleString()", "1/5/2026, 2:05:09 PM"),
        ("d.toLocaleDateString('en-GB')", "05/01/2026"),
        (
            "d.toLocaleTimeString('de', { timeZone: 'America/New_York', timeZoneName: 'long' })",
            "09:05:09 Nordamerikanische Ostküsten-Normalzeit",
        ),
        (
            "d.toLocaleString('en', { hour: 'numeric', timeZone: 'asia/calcutta', \
             timeZoneName: 'shortOffset' })",
            "7 PM GMT+5:30",
        ),
        (
            "new Intl.DateTimeFormat('fr', { month: 'long', day: 'numeric' })\
             .formatRange(d, +d + 172800000)",
            "5–7 janvier",
        ),
        ("d.toLocaleDateString('ja-u-ca-japanese', { dateStyle: 'long' })", "令和8年1月5日"),
        ("d.toLocaleDateString('en-u-ca-hebrew', { dateStyle: 'long' })", "16 Tevet 5786"),
        ("try { d.toLocaleString('en', { timeZone: 'Mars' }) } catch (e) { e.name }", "RangeError"),
        ("new Date(NaN).toLocaleString()", "Invalid Date"),
    ]);
}

#[test]
fn strings_have_the_order_of_a_language() {
    Realm::new().check(&[
        ("['z', 'ä', 'a'].sort(new Intl.Collator('de').compare).join()", "a,ä,z"),
        ("['z', 'ä', 'a'].sort(new Intl.Collator('sv').compare).join()", "a,z,ä"),
        ("['ch', 'cz', 'd'].sort(new Intl.Collator('cs').compare).join()", "cz,d,ch"),
        ("'a10'.localeCompare('a9', 'en', { numeric: true })", "1"),
        ("'A'.localeCompare('a', 'en', { sensitivity: 'base' })", "0"),
    ]);
}

#[test]
fn texts_are_split_into_segments() {
    Realm::new().check(&[
        ("[...new Intl.Segmenter().segment('e\\u0301👩‍👩‍👧x')].map((it) => it.index).join()", "0,2,10"),
        (
            "[...new Intl.Segmenter('en', { granularity: 'word' }).segment('Hi, you')]\
             .filter((it) => it.isWordLike).map((it) => it.segment).join()",
            "Hi,you",
        ),
        (
            "new Intl.Segmenter('en', { granularity: 'sentence' }).segment('One. Two.')\
             .containing(6).segment",
            "Two.",
        ),
    ]);
}

#[test]
fn case_and_names_depend_on_the_language() {
    Realm::new().check(&[
        ("'i'.toLocaleUpperCase('tr')", "İ"),
        ("'i\\uD800'.toLocaleUpperCase('tr') === 'İ\\uD800'", "true"),
        ("new Intl.DisplayNames('de', { type: 'region' }).of('US')", "Vereinigte Staaten"),
        (
            "new Intl.DisplayNames('en', { type: 'language' }).of('zh-hant-tw')",
            "Traditional Chinese (Taiwan)",
        ),
        ("new Intl.DisplayNames('fr', { type: 'currency' }).of('usd')", "dollar des États-Unis"),
    ]);
}
