made.existsSync = () => false;
Object.defineProperty(made, "promises", { enumerable: true, configurable: true, get: () => require("node:fs/promises") });
// Loggers write to the descriptors of the standard streams: (buffer, offset, length) or
// (text, position, encoding).
const { validateFunction } = require("node:internal/validators");
const { unsupported } = require("node:internal/errors");
const write = (what, fd, data, offset, length) => {
  if (fd !== 1 && fd !== 2) throw unsupported(what);
  const { Buffer } = require("node:buffer");
  const { stdout, stderr } = require("node:process");
  const chunk = typeof data === "string"
    ? Buffer.from(data, typeof length === "string" ? length : "utf8")
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength).subarray(offset ?? 0, typeof length === "number" ? (offset ?? 0) + length : undefined);
  (fd === 1 ? stdout : stderr).write(chunk);
  return chunk.length;
};
made.writeSync = function writeSync(fd, data, offset, length) {
  if (offset !== null && typeof offset === "object") ({ offset, length } = offset);
  return write("fs.writeSync()", fd, data, offset, length);
};
made.write = function (fd, data, ...rest) {
  const callback = rest.pop();
  validateFunction(callback, "cb");
  const written = write("fs.write()", fd, data, ...(rest[0] !== null && typeof rest[0] === "object" ? [rest[0].offset, rest[0].length] : rest));
  require("node:process").nextTick(callback, null, written, data);
};
Object.defineProperty(made.write, "name", { value: "write", configurable: true });
if (native.mounts() !== undefined) require("node:internal/fs").install(made);
