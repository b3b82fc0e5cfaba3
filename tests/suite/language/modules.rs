//! Modules: their evaluation, their bindings and `import.meta`.

use serde_json::json;

use crate::harness::Case;

#[tokio::test]
async fn what_was_evaluated_can_be_imported() {
    let _ = Case::js(
        "import { a } from './a.js';
         export default { async run() {
            const late = await import('./a.js');
            const later = await import('./late.js');
            return [a, late.a, later.b, (await import('./dep.js')).x];
         } }",
    )
    .file("dep.js", "export const x = await 1")
    .file("a.js", "import { x } from './dep.js'; export const a = x")
    .file(
        "late.js",
        "import { a } from './a.js'; import { x } from './dep.js'; export const b = a + x",
    )
    .run()
    .await
    .expect_ok(json!([1, 1, 2, 1]));
}

#[tokio::test]
async fn modules_are_rejected_from_the_leaf_to_the_root() {
    let _ = Case::js(
        "export default { async run() {
            const log = [];
            const root = import('./root.js').catch((e) => log.push('root ' + e.message));
            const leaf = import('./leaf.js').catch((e) => log.push('leaf ' + e.message));
            await Promise.all([root, leaf]);
            await import('./root.js').catch((e) => log.push('again ' + e.message));
            await import('./other.js').catch((e) => log.push('other ' + e.message));
            return log;
         } }",
    )
    .file("leaf.js", "await 0; await 0; await 0; throw Error('no')")
    .file("root.js", "import './leaf.js'")
    .file("other.js", "import './root.js'")
    .run()
    .await
    .expect_ok(json!(["leaf no", "root no", "again no", "other no"]));
}

#[tokio::test]
async fn one_binding_by_two_ways_is_not_ambiguous() {
    let _ = Case::js(
        "import * as all from './all.js'; import { foo, ns } from './all.js';
         export default { run: () => [foo, ns.foo, Object.keys(all)] }",
    )
    .file("origin.js", "export const foo = 1; export const both = 2")
    .file("one.js", "export { foo } from './origin.js'; export * as ns from './origin.js'; export const both = 3")
    .file(
        "two.js",
        "import { foo } from './origin.js'; import * as ns from './origin.js'; export { foo, ns }; export const both = 4",
    )
    .file("all.js", "export * from './one.js'; export * from './two.js'")
    .run()
    .await
    .expect_ok(json!([1, 1, ["foo", "ns"]]));
}

#[tokio::test]
async fn import_meta_is_there_however_it_is_written() {
    let code = "const urls = [import.meta.url, import . /* - */ meta.url];
         export { own } from './other.js';
         export default { run: async () => [...urls, (await import('./third.js')).own] }";
    let _ = Case::js(code)
        .file("other.js", "export const own = 1")
        .file("third.js", "export const own = import\n.meta.url")
        .run()
        .await
        .expect_ok(json!(["file:///main.js", "file:///main.js", "file:///third.js"]));
}
