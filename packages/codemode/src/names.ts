const RESERVED = new Set(
  (
    "abstract arguments await boolean break byte case catch char class const continue debugger default delete do " +
    "double else enum eval export extends false final finally float for function goto if implements import in " +
    "instanceof int interface let long native new null package private protected public return short static super " +
    "switch synchronized this throw throws transient true try typeof undefined var void volatile while with yield"
  ).split(" "),
);

/** Returns the name that a tool has in programs, as the peer makes it. */
export function sanitizeToolName(name: string): string {
  const word = name.replace(/[-.\s]/g, "_").replace(/[^a-zA-Z0-9_$]/g, "");
  if (!word) return "_";
  if (/^[0-9]/.test(word)) return `_${word}`;
  return RESERVED.has(word) ? `${word}_` : word;
}

/** The names that a provider cannot have, because programs need what they stand for. */
const NEEDED = new Set(["Promise", "setTimeout", "Error", "console", "globalThis", "Object", "JSON", "undefined"]);

/** Returns what is wrong with the name of a provider or connector, if anything is. */
export function wrongName(kind: "Provider" | "Connector", name: string): string | undefined {
  if (NEEDED.has(name)) return `${kind} name "${name}" is reserved`;
  if (!/^[a-zA-Z_$][a-zA-Z0-9_$]*$/.test(name) || RESERVED.has(name)) {
    return `${kind} name "${name}" is not a valid JavaScript identifier`;
  }
  return undefined;
}
