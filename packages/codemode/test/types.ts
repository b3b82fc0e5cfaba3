/** The types fit those of the peer and of the AI SDK. Checked by the compiler and never run. */
import type { Executor as PeerExecutor, ResolvedProvider as PeerProvider } from "@cloudflare/codemode";
import { createCodeTool as peerCreateCodeTool, type CreateCodeToolOptions as PeerOptions } from "@cloudflare/codemode/ai";
import { tool, type Tool, type ToolSet } from "ai";
import { z } from "zod";
import { IsoletExecutor, type Executor, type ResolvedProvider } from "@isolet/codemode";
import { createCodeTool, type CodeInput, type CodeOutput, type CreateCodeToolOptions } from "@isolet/codemode/ai";

// An executor of either is one of the other.
export const forPeer: PeerExecutor = new IsoletExecutor({ timeout: 1_000 });
export const fromPeer = (executor: PeerExecutor): Executor => executor;
export const provider = (it: PeerProvider): ResolvedProvider => it;

// What the peer's function takes, this one takes, and what it returns is the same.
export const options = (it: PeerOptions): CreateCodeToolOptions => it;
export const same = (it: PeerOptions): ReturnType<typeof peerCreateCodeTool> => createCodeTool(it);

const weather = tool({
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => city.length,
});
export const codeTool: Tool<CodeInput, CodeOutput> = createCodeTool({ tools: { weather } });
export const set: ToolSet = { code: codeTool, other: createCodeTool({ tools: [{ name: "w", tools: { weather } }] }) };

// @ts-expect-error: it has no tools
createCodeTool({});
// @ts-expect-error: it is no executor
createCodeTool({ tools: { weather }, executor: {} });
// @ts-expect-error: it has no such option
new IsoletExecutor({ timeOut: 5 });
