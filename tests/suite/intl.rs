//! `Intl` with the data of the host, and local time.

use isolet::LimitKind;
use serde_json::json;

use crate::family::family;
use crate::harness::{Case, call};

#[tokio::test]
async fn the_host_has_the_data_of_each_locale() {
    let _ = Case::body(
        "const day = new Date(Date.UTC(2026, 10, 29, 14, 5));
         return [
            (1234.5).toLocaleString('en-US', { style: 'currency', currency: 'USD' }),
            new Intl.NumberFormat('hi', { notation: 'compact' }).format(1234567),
            day.toLocaleDateString('fr', { dateStyle: 'full' }),
            day.toLocaleString('ar-EG', { dateStyle: 'medium', timeZone: 'Africa/Cairo' }),
            ['z', 'ä', 'a'].sort(new Intl.Collator('sv').compare).join(''),
            new Intl.PluralRules('pl').select(22),
            new Intl.ListFormat('ja').format(['a', 'b', 'c']),
            new Intl.RelativeTimeFormat('pt', { numeric: 'auto' }).format(-1, 'day'),
            new Intl.DisplayNames('ko', { type: 'region' }).of('JP'),
            new Intl.DurationFormat('es', { style: 'long' }).format({ hours: 2, minutes: 1 }),
            [...new Intl.Segmenter('en', { granularity: 'word' }).segment('a b')].length,
            'ı'.toLocaleUpperCase('tr'),
            new Intl.Locale('zh').maximize().toString(),
         ]",
    )
    .run()
    .await
    .expect_ok(json!([
        "$1,234.50",
        "12\u{a0}लाख",
        "dimanche 29 novembre 2026",
        "٢٩‏/١١‏/٢٠٢٦",
        "azä",
        "few",
        "a、b、c",
        "ontem",
        "일본",
        "2 horas y 1 minuto",
        3,
        "I",
        "zh-Hans-CN"
    ]));
}

#[tokio::test]
async fn local_time_is_utc_unless_the_embedder_sets_it() {
    const BODY: &str = "const summer = new Date(Date.UTC(2026, 6, 1, 12)), winter = new Date(2026, 0, 1);
         return [summer.getHours(), summer.getTimezoneOffset(), winter.toISOString(), Date.parse('2026-07-01T00:00'),
            new Intl.DateTimeFormat().resolvedOptions().timeZone, summer.toLocaleTimeString('en'), `${summer}`]";
    let _ = Case::body(BODY).run().await.expect_ok(json!([
        12,
        0,
        "2026-01-01T00:00:00.000Z",
        1_782_864_000_000_u64,
        "UTC",
        "12:00:00 PM",
        "Wed Jul 01 2026 12:00:00 GMT+0000"
    ]));
    for fresh in [false, true] {
        let case = Case::body(BODY).code(|code| code.time_zone("Europe/Berlin"));
        let case = if fresh { case.fresh() } else { case };
        let _ = case.run().await.expect_ok(json!([
            14,
            -120,
            "2025-12-31T23:00:00.000Z",
            1_782_856_800_000_u64,
            "Europe/Berlin",
            "2:00:00 PM",
            "Wed Jul 01 2026 14:00:00 GMT+0200"
        ]));
    }
}

#[tokio::test]
async fn a_worker_with_an_unknown_zone_does_not_load() {
    let run = Case::body("return 1").code(|code| code.time_zone("Mars/Olympus")).run().await;
    let _ = run.expect_load_error(&["\"Mars/Olympus\" is not a time zone."]);
}

#[tokio::test]
async fn a_child_has_utc() {
    let _ = family(
        "export default { f: () => new Date(0).getHours() }",
        "const child = env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': CHILD } });
         return [new Date(0).getHours(), await child.getEntrypoint().f()]",
    )
    .code(|code| code.time_zone("Asia/Tokyo"))
    .run()
    .await
    .expect_ok(json!([9, 0]));
}

#[tokio::test]
async fn an_app_image_holds_the_data_that_was_used() {
    let worker = Case::js(
        "const format = new Intl.NumberFormat('de', { style: 'currency', currency: 'EUR' });
         export default { run: (amount) => [format.format(amount), new Intl.NumberFormat('fr').format(amount)] }",
    )
    .fresh()
    .worker();
    for _ in 0..2 {
        let _ = call(&worker, 1234.5).await.expect_ok(json!(["1.234,50\u{a0}€", "1\u{202f}234,5"]));
    }
}

const EVERY_LOCALE: &str = "let all = 0;
     for (const locale of 'de fr ru ja zh ko ar hi tr pl th vi es it pt nl sv uk cs he fa bn id el hu fi da nb'.split(' ')) {
        all += new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'full' }).format(0).length;
        all += new Intl.DisplayNames(locale, { type: 'region' }).of('DE').length;
     }
     return all > 100";

#[tokio::test]
async fn the_data_of_locales_counts_as_memory() {
    let enough = |bytes| Case::body(EVERY_LOCALE).limits(move |limits| limits.memory_bytes(bytes));
    let _ = enough(16 << 20).run().await.expect_ok(true);
    let run = enough(5 << 20).run().await;
    let _ = run.expect_limit(LimitKind::Memory);
}

#[tokio::test]
async fn patched_prototypes_do_not_matter() {
    let _ = Case::body(
        "const { getPrototypeOf, defineProperty } = Object;
         const fail = () => { throw new Error('patched') };
         for (const { prototype } of [Array, String, Number, RegExp, Map]) {
            for (const name of ['push', 'join', 'map', 'slice', 'split', 'indexOf', 'replace', 'exec', 'get', 'set', 'padStart', 'toString']) {
                if (name in prototype) prototype[name] = fail;
            }
         }
         for (const index of [0, 1, 2]) defineProperty(Array.prototype, index, { set: fail, configurable: true });
         Array.prototype[Symbol.iterator] = getPrototypeOf([][Symbol.iterator]()).next = fail;
         Object.prototype.style = Object.prototype.timeZone = Object.prototype.value = 'patched';
         const none = undefined;
         const day = Date.UTC(2026, 10, 29, 14, 5);
         const found = {
            number: new Intl.NumberFormat('de', none).format(1234.5),
            date: new Intl.DateTimeFormat('de', none).format(day),
            zoned: new Intl.DateTimeFormat('en', { __proto__: null, timeStyle: 'long', timeZone: 'Asia/Tokyo' }).format(day),
            hebrew: new Intl.DateTimeFormat('en-u-ca-hebrew', none).format(day),
            compare: new Intl.Collator('de', none).compare('a', 'b'),
            list: new Intl.RelativeTimeFormat('en', none).format(1, 'day'),
            plural: new Intl.PluralRules('en', none).select(1),
            duration: new Intl.DurationFormat('en', { __proto__: null, style: 'long' }).format('PT1H'),
         };
         for (let index = 0; index < 3; index++) delete Array.prototype[index];
         delete Object.prototype.style; delete Object.prototype.timeZone; delete Object.prototype.value;
         return found",
    )
    .run()
    .await
    .expect_ok(json!({
        "number": "1.234,5",
        "date": "29.11.2026",
        "zoned": "11:05:00 PM GMT+9",
        "hebrew": "19 Kislev 5787",
        "compare": -1,
        "list": "in 1 day",
        "plural": "one",
        "duration": "1 hour",
    }));
}
