/** Values between the host and the sandbox: JSON, and bytes as the peer has them. */

const BYTES = "__codemode_binary_v1__";

function encode(value: unknown): unknown {
  const tagged = (kind: string, bytes: Uint8Array) => ({ [BYTES]: kind, data: Buffer.from(bytes).toString("base64") });
  if (value instanceof Uint8Array) return tagged("Uint8Array", value);
  if (value instanceof ArrayBuffer) return tagged("ArrayBuffer", new Uint8Array(value));
  if (ArrayBuffer.isView(value)) {
    return tagged("ArrayBufferView", new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return value;
}

function decode(value: any): unknown {
  if (!value || typeof value !== "object" || !(BYTES in value) || typeof value.data !== "string") return value;
  const bytes = new Uint8Array(Buffer.from(value.data, "base64"));
  return value[BYTES] === "ArrayBuffer" ? bytes.buffer : bytes;
}

/** Returns a value as JSON. Buffers are encoded before their own `toJSON` is asked. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, function (this: any, key, nested) {
    const own = this[key];
    return own instanceof ArrayBuffer || ArrayBuffer.isView(own) ? encode(own) : nested;
  });
}

export function parse(json: string): any {
  return JSON.parse(json, (_, nested) => decode(nested));
}
