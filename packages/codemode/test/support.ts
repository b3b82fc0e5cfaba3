import { CodeMode, IsoletExecutor, type IsoletExecutorOptions } from "@isolet/codemode";

/** The command that the tests run. */
export const command = process.env["ISOLET_COMMAND"] ?? "isolet";

export const codeMode = new CodeMode({ command });

export const executor = (options: IsoletExecutorOptions = {}) => new IsoletExecutor({ codeMode, ...options });
