// ends: held
// Reads a file of the host by every name that a runtime has for that.
async function main() {
  const path = "/etc/passwd";
  const ways = [
    () => process.getBuiltinModule("fs").readFileSync(path, "utf8"),
    () => Deno.readTextFileSync(path),
    () => require("fs").readFileSync(path, "utf8"),
    async () => (await import("node:fs")).readFileSync(path, "utf8"),
    () => std.loadFile(path),
  ];
  for (const way of ways) {
    try {
      if (String(await way()).includes("root")) return "reached /etc/passwd";
    } catch {}
  }
  return "held";
}
