import { spawnSync } from "node:child_process";
import { createToolParams } from "./client.ts";
import { commandLine, type CommandOptions } from "./connection.ts";
import { CommandError } from "./errors.ts";
import type { CodeToolOptions } from "./types.ts";

/** The maximum number of bytes of the command's answer. */
const MAX_BYTES = 64 << 20;

/**
 * Returns the declarations of tools in TypeScript. Starts the command and waits for it, because descriptions of
 * tools in the AI SDK cannot be promises.
 */
export function declare(command: CommandOptions, options: Omit<CodeToolOptions, "approve">): string {
  const [program, args] = commandLine(command);
  const message = (id: number, method: string, params: object) =>
    `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;
  const input =
    message(1, "initialize", { protocolVersion: 1 }) + message(2, "createTool", createToolParams(options));
  const { stdout, error, status } = spawnSync(program, args, { input, encoding: "utf8", maxBuffer: MAX_BYTES });
  if (error) throw new CommandError(`${program} cannot be started: ${error.message}`);
  const answers = stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const failed = answers.find((it) => it.error);
  if (failed) throw new CommandError(failed.error.message, failed.error.code);
  const made = answers.find((it) => it.id === 2);
  if (!made) throw new CommandError(`${program} has ended (exit status ${status})`);
  return made.result.declarations;
}
