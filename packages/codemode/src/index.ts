/**
 * Programs that models write against tools, in sandboxes of isolet. The command `isolet` must be installed.
 *
 * `CodeMode` is for any framework. `IsoletExecutor` is an executor for `@cloudflare/codemode`.
 * `@isolet/codemode/ai` has a `createCodeTool` for the AI SDK.
 */
export { CodeMode, CodeSession, CodeTool, type ExecuteOptions } from "./client.ts";
export type { CommandOptions } from "./connection.ts";
export { CommandError } from "./errors.ts";
export {
  IsoletExecutor,
  type ConnectorBinding,
  type ExecuteResult,
  type Executor,
  type ExecutorOptions,
  type IsoletExecutorOptions,
  type ResolvedProvider,
} from "./executor.ts";
export type {
  Approval,
  CallRecord,
  CodeToolOptions,
  Execution,
  Json,
  JsonSchema,
  Limits,
  ToolCall,
  ToolDefinition,
} from "./types.ts";
