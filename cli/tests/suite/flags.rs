//! Every flag, and the errors for wrong ones.

use crate::folder::{Folder, isolet, said};

fn echo(name: &str) -> Folder {
    Folder::js(name, "export default { env: (_, env) => env, run: x => x }")
}

#[test]
fn env() {
    let folder = echo("env");
    let _ = folder
        .run(&["main.js", "--call", "env", "--env", "A=1", "--env", "B={\"c\":[null,\"=\"]}"])
        .expect_out(r#"{"A":1,"B":{"c":[null,"="]}}"#);
    let _ = folder.run(&["main.js", "--env", "A"]).expect_failure(2, &["NAME=VALUE"]);
    let _ = folder.run(&["main.js", "--env", "=1"]).expect_failure(2, &["NAME=VALUE"]);
    let _ = folder.run(&["main.js", "--env", "A=nope"]).expect_failure(2, &["not JSON"]);
    let large: Vec<_> = (0..11).map(|i| format!("A{i}=\"{}\"", "x".repeat(100_000))).collect();
    let large: Vec<_> = large.iter().flat_map(|value| ["--env", value.as_str()]).collect();
    let _ = folder
        .run(&[&["main.js", "--call", "env"], &large[..]].concat())
        .expect_failure(2, &["exceeds the maximum allowed size of 1048576 bytes"]);
    let fits = [&["main.js", "--call", "env"], &large[..20]].concat();
    assert_eq!(folder.run(&fits).code, Some(0));
}

#[test]
fn arguments() {
    let folder = echo("arguments");
    let _ = folder.run(&["main.js", "--call", "run", "--arg", "-1"]).expect_out("-1");
    let _ = folder.run(&["main.js", "--call", "run", "--arg=-1.5e3"]).expect_out("-1500");
    let _ = folder.run(&["main.js", "--call", "run", "--arg", "\"ä\\n\""]).expect_out("\"ä\\n\"");
    let _ =
        folder.run(&["main.js", "--call", "run", "--arg", "text"]).expect_failure(2, &["not JSON"]);
    let _ = folder.run(&["main.js", "--call", "run", "--arg", ""]).expect_failure(2, &["not JSON"]);
    // Null stays null, which printing alone would not show: `undefined` is printed as null too.
    let main = "export default (x, env) => [x, x?.a, env.N, env.O.b].map(x => x === null)";
    let nulls = Folder::js("nulls", main);
    let env = ["main.js", "--env", "N=null", "--env", r#"O={"b":null}"#, "--arg"];
    let said = nulls.run(&[&env[..], &["null"]].concat());
    let _ = said.expect_out("[true,false,true,true]");
    let said = nulls.run(&[&env[..], &[r#"{"a":null}"#]].concat());
    let _ = said.expect_out("[false,true,true,true]");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let said = folder.run(&["main.js", "--call", "run", "--arg", &deep]);
    assert!(said.code == Some(0) || said.code == Some(2), "{said:?}");
}

#[test]
fn modules() {
    let folder = echo("modules")
        .file(
            "main.js",
            "import lib from 'lib'; import data from '@x/data'; export default () => [lib, data]",
        )
        .file("vendor/lib.ts", "export default 'lib' as string")
        .file("vendor/data.json", "[1]")
        .file("vendor/data.bin", "x")
        .file("url.js", "import x from 'https://example.com/x.js'; export default () => x");
    let _ = folder
        .run(&["main.js", "--module", "lib=vendor/lib.ts", "--module", "@x/data=vendor/data.json"])
        .expect_out(r#"["lib",[1]]"#);
    // This specifier is not a path, so a folder is not asked for it.
    let _ = folder
        .run(&["url.js", "--module", "https://example.com/x.js=vendor/lib.ts"])
        .expect_out("\"lib\"");
    let _ = folder.run(&["main.js", "--module", "lib"]).expect_failure(2, &["NAME=VALUE"]);
    let _ =
        folder.run(&["main.js", "--module", "lib=missing.js"]).expect_failure(2, &["missing.js"]);
    let _ = folder
        .run(&["main.js", "--module", "lib=vendor/data.bin"])
        .expect_failure(2, &["vendor/data.bin"]);
}

#[test]
fn timezone() {
    let folder = Folder::js("timezone", "export default () => new Date(0).getHours()");
    let _ = folder.run(&["main.js"]).expect_out("0");
    let _ = folder.run(&["main.js", "--timezone", "asia/tokyo"]).expect_out("9");
    let _ = folder
        .run(&["main.js", "--timezone", "Mars/Olympus"])
        .expect_failure(2, &["\"Mars/Olympus\" is not a time zone."]);
}

#[test]
fn seed() {
    let folder = Folder::js("seed", "export default () => [Math.random(), crypto.randomUUID()]");
    let one = folder.run(&["main.js", "--seed", "1"]).out;
    assert_eq!(folder.run(&["main.js", "--seed", "1"]).out, one);
    assert_ne!(folder.run(&["main.js", "--seed", "2"]).out, one);
    assert_ne!(folder.run(&["main.js"]).out, folder.run(&["main.js"]).out);
    let largest = u64::MAX.to_string();
    assert_eq!(folder.record(&["main.js", "--seed", &largest])["seed"], largest.as_str());
    let _ = folder.run(&["main.js", "--seed=-1"]).expect_failure(2, &["--seed"]);
    let _ =
        folder.run(&["main.js", "--seed", "18446744073709551616"]).expect_failure(2, &["--seed"]);
}

#[test]
fn sizes_and_numbers_that_are_none() {
    let folder = echo("numbers");
    for (flag, values) in [
        (
            "--fuel",
            &["-1", "NaN", "1.5", "x", "", "18446744073709551616", "9223372036854775808"][..],
        ),
        ("--memory", &["-1", "NaN", "1.5M", "1T", "", "0", "64K", "99999999999G"]),
        ("--timeout", &["-1s", "NaN", "5", "", "0s", "x"]),
    ] {
        for value in values {
            let said = folder.run(&["main.js", "--call", "run", &format!("{flag}={value}")]);
            let _ = said.expect_failure(2, &["error"]);
        }
    }
    for (flag, value) in [
        ("--fuel", "9223372036854775807"),
        ("--memory", "32M"),
        ("--memory", "67108864"),
        ("--memory", "64MiB"),
        ("--memory", "1G"),
        ("--timeout", "500ms"),
        ("--timeout", "2m"),
        ("--timeout", "100000days"),
    ] {
        let _ =
            folder.run(&["main.js", "--call", "run", "--timeout=60s", "--arg=1"]).expect_out("1");
        if flag != "--timeout" || value != "500ms" {
            let _ = folder
                .run(&["main.js", "--call", "run", "--arg", "1", flag, value])
                .expect_out("1");
        }
    }
}

#[test]
fn unknown_and_missing_arguments() {
    let folder = echo("unknown");
    let _ = folder.run(&["main.js", "--nope"]).expect_failure(2, &["--nope"]);
    let _ = folder.run(&[]).expect_failure(2, &["<FILE>"]);
    let _ = folder.run(&["main.js", "other.js"]).expect_failure(2, &["other.js"]);
    let _ = folder.run(&["main.js", "--call"]).expect_failure(2, &["--call"]);
}

#[test]
fn help_names_every_flag_and_the_exit_codes() {
    let help = said(&mut isolet(&["--help"]));
    assert_eq!(help.code, Some(0));
    for text in [
        "--call",
        "--entrypoint",
        "--arg",
        "--env",
        "--module",
        "--root",
        "--fuel",
        "--memory",
        "--timeout",
        "--seed",
        "--json",
        "--torture",
        "--lockdown",
        "Exit status",
    ] {
        assert!(help.out.contains(text), "{text}");
    }
}

#[test]
fn torture_changes_nothing() {
    let folder = Folder::js(
        "torture",
        "let n = 0; console.log('top', Math.random());
         export default { async run(x) {
            for (let i = 0; i < 5; i++) { await new Promise(r => setTimeout(r, 1)); n += Math.random(); console.log(n) }
            return [x, n];
         } }",
    );
    let essence = |arguments: &[&str]| {
        let mut record = folder.record(
            &[&["main.js", "--call", "run", "--arg", "1", "--seed", "3"], arguments].concat(),
        );
        record["usage"]["wallMicros"] = 0.into();
        record
    };
    assert_eq!(essence(&["--torture"]), essence(&[]));
}

#[test]
fn compatibility_flags() {
    let folder = Folder::js(
        "compatibility",
        "import { WorkerEntrypoint, RpcStub, RpcTarget } from 'cloudflare:workers';
         class Counter extends RpcTarget { n = 0; up() { return ++this.n } }
         export class Other extends WorkerEntrypoint { use(counter) { return counter.up() } }
         export default async (arg, env, ctx) => {
            const stub = new RpcStub(new Counter());
            await ctx.exports.Other.use(stub);
            return stub.up().catch((error) => error.message);
         }",
    );
    let flag = "--compatibility-flag";
    let gone = r#""RPC stub used after being disposed.""#;
    let _ = folder.run(&["main.js"]).expect_out("2");
    let _ = folder.run(&["main.js", flag, "rpc_params_transfer_stubs"]).expect_out(gone);
    let both = ["main.js", flag, "rpc_params_transfer_stubs", flag, "rpc_params_dup_stubs"];
    let _ = folder.run(&both).expect_out("2");
    let _ = folder
        .run(&["main.js", flag, "nope"])
        .expect_failure(2, &["nope", "rpc_params_transfer_stubs"]);
}
