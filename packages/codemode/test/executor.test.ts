/** What the peer's executor promises. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { executor } from "./support.ts";

const run = executor();

test("providers are objects of the program", async () => {
  const calls: unknown[][] = [];
  const fns = {
    "get-weather": async (...args: unknown[]) => {
      calls.push(args);
      return { degrees: 21 };
    },
  };
  const code = "async () => { const { degrees } = await codemode.get_weather({ city: 'Rome' }, 2, undefined); return degrees; }";
  assert.deepEqual(await run.execute(code, [{ name: "codemode", fns }]), { result: 21, logs: [] });
  assert.deepEqual(calls, [[{ city: "Rome" }, 2, null]]);
  // The older form.
  assert.equal((await run.execute(code, fns)).result, 21);
  const two = [
    { name: "a", fns: { f: async () => 1 } },
    { name: "b", fns: { f: async () => 2 } },
  ];
  assert.deepEqual((await run.execute("async () => [await a.f(), await b.f()]", two)).result, [1, 2]);
});

test("code comes in many shapes", async () => {
  const fns = { one: async () => 1 };
  for (const code of [
    "async () => await codemode.one()",
    "async () => {\n  return codemode.one();\n}",
    "await codemode.one()",
    "const x = await codemode.one();\nx",
    "return await codemode.one()",
    "```js\nasync () => codemode.one()\n```",
    "```\nawait codemode.one()\n```",
    "async function main() { return codemode.one() }",
    "export default async () => codemode.one()",
    "const x: number = await codemode.one(); x as number",
  ]) {
    assert.deepEqual(await run.execute(code, [{ name: "codemode", fns }]), { result: 1, logs: [] }, code);
  }
});

test("errors are texts, and execute never throws", async () => {
  const fns = {
    fail: async () => {
      throw new Error("the disk is full");
    },
  };
  const error = async (code: string, options = {}) => (await executor(options).execute(code, fns)).error ?? "";
  assert.match(await error("async () => { throw new Error('broke') }"), /^broke/);
  assert.equal(await error("async () => codemode.fail()"), "the disk is full");
  assert.match(await error("async () => codemode.missing()"), /^Tool "missing" not found/);
  assert.match(await error("async () => codemode.constructor()"), /^Tool "constructor" not found/);
  assert.match(await error("async () => codemode.__proto__()"), /__proto__|not a function/);
  assert.match(await error("async () => nothing"), /^nothing is not defined/);
  assert.notEqual(await error("async ( => 1"), "");
  assert.equal(await error("async () => { await new Promise((it) => setTimeout(it, 1e6)) }", { timeout: 200 }), "Execution timed out");
  assert.match(await error("async () => { while (true); }", { limits: { fuel: 10_000_000 } }), /fuel|CPU/i);
  assert.match(await error("async () => 1", { codeMode: undefined, command: "/no/such/isolet" }), /cannot be started/);
  const caught = "async () => { try { await codemode.fail() } catch (error) { return error.message } }";
  assert.equal((await run.execute(caught, fns)).result, "the disk is full");
  const deep = "async () => {\n  const x = 1;\n  x.y.z;\n}";
  assert.match(await error(deep), /x\.y\.z/);
});

test("logs are lines", async () => {
  const code = "async () => { console.log('a', 1); console.warn('b'); console.error('c'); }";
  assert.deepEqual((await run.execute(code, [])).logs, ["a 1", "[warn] b", "[error] c"]);
  const failed = await run.execute("async () => { console.log('before'); throw new Error('x') }", []);
  assert.deepEqual(failed.logs, ["before"]);
});

test("a prelude gives its object functions of the sandbox", async () => {
  const steps: unknown[] = [];
  const provider = {
    name: "codemode",
    fns: { record: async (...args: unknown[]) => void steps.push(args) },
    prelude: `
      const twice = (x) => 2 * x;
      codemode.step = async (name, fn) => { const value = await fn(); await codemode.record(name, value); return twice(value); };`,
  };
  const code = "async () => codemode.step('first', async () => 21)";
  assert.deepEqual(await run.execute(code, [provider]), { result: 42, logs: [] });
  assert.deepEqual(steps, [["first", 21]]);
  const wrong = await run.execute("async () => 1", [{ ...provider, prelude: "throw new Error('no prelude')" }]);
  assert.match(wrong.error ?? "", /no prelude/);
});

test("connectors get one argument, and can pause and fail", async () => {
  const calls: unknown[] = [];
  const binding = {
    async callTool(method: string, args: unknown) {
      calls.push([method, args]);
      if (method === "pause") return { __codemode_control__: "pause" };
      if (method === "fail") return { __codemode_control__: "error", message: "it failed" };
      if (method === "throw") throw new Error("it threw");
      return { method, args };
    },
  };
  const connectors = [{ name: "github", binding }];
  const result = async (code: string) => run.execute(code, [{ name: "codemode", fns: {} }], { connectors });
  const { result: value } = await result("async () => github.list({ repo: 'a' }, 'dropped')");
  assert.deepEqual(value, { method: "list", args: { repo: "a" } });
  assert.match((await result("async () => github.pause({})")).error ?? "", /^__CODEMODE_PAUSE__/);
  assert.match((await result("async () => github.fail({})")).error ?? "", /^it failed/);
  assert.match((await result("async () => github.throw()")).error ?? "", /^it threw/);
  assert.deepEqual(calls.map((it) => (it as unknown[])[0]), ["list", "pause", "fail", "throw"]);
});

test("bytes and missing values cross", async () => {
  const seen: unknown[] = [];
  const fns = {
    echo: async (value: unknown) => {
      seen.push(value);
      return value;
    },
    nothing: async () => undefined,
    bytes: async () => ({ buffer: Buffer.from([1, 2, 255]), raw: new Uint8Array([7]).buffer }),
  };
  const code = `async () => {
    const it = await codemode.echo({ bytes: new Uint8Array([1, 2, 255]), buffer: new ArrayBuffer(2), a: undefined });
    const { buffer, raw } = await codemode.bytes();
    return [it.bytes instanceof Uint8Array, [...it.bytes], it.buffer instanceof ArrayBuffer, it.buffer.byteLength,
      await codemode.nothing() === undefined, buffer instanceof Uint8Array, [...buffer], raw instanceof ArrayBuffer];
  }`;
  const { result, error } = await run.execute(code, fns);
  assert.equal(error, undefined);
  assert.deepEqual(result, [true, [1, 2, 255], true, 2, true, true, [1, 2, 255], true]);
  assert.ok((seen[0] as { bytes: unknown }).bytes instanceof Uint8Array);
});

test("wrong names are refused", async () => {
  const error = async (...names: string[]) => (await run.execute("1", names.map((name) => ({ name, fns: {} })))).error;
  assert.equal(await error("console"), 'Provider name "console" is reserved');
  assert.equal(await error("a-b"), 'Provider name "a-b" is not a valid JavaScript identifier');
  assert.equal(await error("class"), 'Provider name "class" is not a valid JavaScript identifier');
  assert.equal(await error("a", "a"), 'Duplicate provider name "a"');
  const both = await run.execute("1", [{ name: "codemode", fns: { "a-b": async () => 1, "a.b": async () => 2 } }]);
  assert.equal(both.error, 'Tool names "a-b" and "a.b" both sanitize to "a_b" in provider "codemode"');
  const binding = { callTool: async () => 1 };
  const clash = await run.execute("1", [{ name: "x", fns: {} }], { connectors: [{ name: "x", binding }] });
  assert.equal(clash.error, 'Duplicate name "x" (connector clashes with provider)');
});

test("programs reach nothing else", async () => {
  const outside = `async () => {
    const found = [typeof process === "undefined" || process.env.HOME === undefined, typeof __isolet_host];
    try { await fetch("http://127.0.0.1/"); found.push("fetched") } catch { found.push("refused") }
    return found;
  }`;
  assert.deepEqual((await run.execute(outside, [])).result, [true, "undefined", "refused"]);
  // What one program changes, another does not see.
  await run.execute("async () => { globalThis.left = 1; Array.prototype.map = null }", []);
  assert.deepEqual((await run.execute("async () => [typeof left, [1].map((x) => x)]", [])).result, ["undefined", [1]]);
});

test("modules can be imported", async () => {
  const modules = { "half.js": "export const half = (x) => x / 2" };
  const code = "async () => { const { half } = await import('half.js'); return half(4) }";
  assert.deepEqual(await executor({ modules }).execute(code, []), { result: 2, logs: [] });
});
