/** The command cannot be started, has ended, or has refused a request. */
export class CommandError extends Error {
  /** The code of JSON-RPC, if the command has refused a request. */
  readonly code: number | undefined;

  constructor(message: string, code?: number) {
    super(message);
    this.name = "CommandError";
    this.code = code;
  }
}

/** Returns the message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
