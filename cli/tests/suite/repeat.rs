//! Repeats a run in another process and from another folder.

use crate::folder::{Folder, isolet, said};

const PROGRAM: &str = "
    import { table } from './lib/table.js';
    enum Kind { A = 1, B }
    export default { async run(n: number) {
        const map = new Map<object, number>(); for (let i = 0; i < n; i++) map.set({ i }, Math.random());
        console.log(table.length, crypto.randomUUID(), Kind.B);
        const error = (() => { try { (null as any).x } catch (e) { return (e as Error).stack } })();
        return { sum: [...map.values()].reduce((a, b) => a + b, 0), error, url: import.meta.url };
    } };";

fn essence(out: &str) -> serde_json::Value {
    let mut record: serde_json::Value = serde_json::from_str(out).expect("a record");
    assert_eq!(record["outcome"], "ok", "{record}");
    record["usage"]["wallMicros"] = 0.into();
    record
}

#[test]
fn is_the_same_to_the_unit_of_fuel() {
    let make = |name: &str| {
        Folder::new(name).file("app/main.ts", PROGRAM).file(
            "app/lib/table.js",
            "export const table = Array.from({ length: 100 }, Math.random)",
        )
    };
    let arguments = ["--call", "run", "--arg", "500", "--seed", "11", "--json"];
    let (one, other) = (make("repeat-one"), make("repeat-another-with-a-longer-name"));
    let first = essence(&one.run(&[&["app/main.ts"], &arguments[..]].concat()).out);
    let again = essence(&one.run(&[&["app/main.ts"], &arguments[..]].concat()).out);
    assert_eq!(again, first);
    let elsewhere = essence(&other.run(&[&["app/main.ts"], &arguments[..]].concat()).out);
    assert_eq!(elsewhere, first);
    let path = other.path().join("app/main.ts");
    let absolute = [&[path.to_str().expect("UTF-8")], &arguments[..]].concat();
    let absolute = said(isolet(&absolute).current_dir("/").env("SOMETHING", "x".repeat(5000)));
    assert_eq!(essence(&absolute.out), first);
    // The record contains nothing of the machine.
    let text = first.to_string();
    assert!(!text.contains(one.path().to_str().expect("UTF-8")), "{text}");
    // The reported seed repeats the run.
    let random = essence(&one.run(&["app/main.ts", "--call", "run", "--arg", "500", "--json"]).out);
    assert_ne!(random["seed"], first["seed"]);
    let seed = random["seed"].as_str().expect("a seed");
    let repeated =
        one.run(&["app/main.ts", "--call", "run", "--arg", "500", "--json", "--seed", seed]);
    assert_eq!(essence(&repeated.out), random);
}
