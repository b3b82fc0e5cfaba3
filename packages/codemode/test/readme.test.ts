/** The programs of the README. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname } from "node:path";
import { test } from "node:test";
import { command } from "./support.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const programs = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, program]) => program ?? "");

/** Calls of the tools that the programs export, and their values. */
const CALLS = [
  ["(await codemode.weather({ city: 'Rome' })).degrees", 21],
  ["await codemode.add({ a: 1, b: 2 })", 3],
];

for (const [index, program] of programs.entries()) {
  test(`program ${index}`, async (context) => {
    assert.equal(basename(command), "isolet");
    process.env["PATH"] = `${dirname(command)}${delimiter}${process.env["PATH"]}`;
    const file = new URL(`readme-${index}.ts`, import.meta.url);
    context.after(() => rmSync(file));
    writeFileSync(file, program);
    const log = context.mock.method(console, "log", () => {});
    const { code } = await import(file.href);
    if (code) {
      const options = { toolCallId: "1", messages: [], context: {} };
      const [text, result] = CALLS[index] ?? [];
      assert.deepEqual(await code.execute({ code: text }, options), { result });
    } else {
      assert.deepEqual(log.mock.calls[1]?.arguments, [3, "3"]);
    }
  });
}

test("there are programs", () => assert.equal(programs.length, 3));
