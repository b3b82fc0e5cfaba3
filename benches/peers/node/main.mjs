// The host process of a backend in JavaScript: `node main.mjs BACKEND`.
import { createInterface } from "node:readline";
import process from "node:process";
import { harness } from "./harness.mjs";

const { open } = await import(`./${process.argv[2]}.mjs`);
const backend = await open();
const answer = backend.answer ?? harness(backend);
const say = (line) => process.stdout.write(line + "\n");

// A sandbox that fails after its call has ended must not end the host.
for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, () => {});
say(JSON.stringify({ version: backend.version }));
for await (const line of createInterface({ input: process.stdin })) say(await answer(line));
process.exit(0);
