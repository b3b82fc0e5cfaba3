//! The cycle collector, which leaves the objects of the image out.

use serde_json::json;

use crate::harness::Case;

/// Fills the heap with mebibytes past the size at which it is collected. The next size is half as
/// much again.
const COLLECT: &str = "const collect = (n) => { const a = []; for (let i = 0; i < n; i++) a.push({ b: new Uint8Array(1 << 20) }) };";

#[tokio::test]
async fn cycles_are_collected_and_what_the_image_holds_is_not() {
    let code = format!(
        "{COLLECT}
         const refs = {{}};
         const cycle = (name) => {{
             const a = {{ name, bytes: new Uint8Array(1024) }};
             a.self = () => a;
             refs[name] = new WeakRef(a);
             return a;
         }};
         const state = () => Object.entries(refs).map(([name, it]) => [name, it.deref()?.self().name === name]);
         const begin = () => {{
             cycle('plain');
             URL.held = cycle('held');
             Array.prototype.keeps = [cycle('kept by a prototype')];
             cycle('holds the image').of = [URL, URL.prototype, Object.prototype, globalThis];
             const gone = cycle('let go of');
             URL.gone = gone;
             gone.url = URL;
             delete URL.gone;
             const {{ proxy }} = Proxy.revocable(cycle('of a proxy'), {{}});
             new Map([[proxy, proxy]]);
             class Own extends URL {{ me = this }}
             cycle('an own class').of = new Own('http://a/');
         }};
         export default {{
             async run() {{
                 begin();
                 await 0;
                 collect(30);
                 const once = state();
                 delete URL.held;
                 delete Array.prototype.keeps;
                 await 0;
                 collect(90);
                 return [once, state(), new URL('http://a/b').href, [1].map((x) => x).length];
             }},
         }}"
    );
    let names = [
        "plain",
        "held",
        "kept by a prototype",
        "holds the image",
        "let go of",
        "of a proxy",
        "an own class",
    ];
    let alive = |held: bool| -> Vec<_> {
        let is_held = |name: &&str| held && ["held", "kept by a prototype"].contains(name);
        names.iter().map(|name| json!([name, is_held(name)])).collect()
    };
    let _ =
        Case::js(code).run().await.expect_ok(json!([alive(true), alive(false), "http://a/b", 1]));
}

/// To visit all objects of the image takes some millions of operations.
#[tokio::test]
async fn a_collection_does_not_visit_the_image() {
    let fuel = async |bytes: usize| {
        let code =
            format!("export default {{ run() {{ return new Uint8Array({bytes}).length }} }}");
        Case::js(code).run().await.expect_ok(json!(bytes)).fuel()
    };
    // Zeroing takes one operation a byte.
    let rest = async |bytes| fuel(bytes).await - bytes as u64;
    let (without, with) = (rest(1 << 20).await, rest(16 << 20).await);
    assert!(with > without && with < without + 100_000, "{with} and {without}");
}
