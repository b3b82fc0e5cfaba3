(require, module, exports, native) => {

// src/internal/der.js
var { Buffer } = require("node:buffer");
var SEQUENCE = 48;
var INTEGER = 2;
var BITS = 3;
var OCTETS = 4;
var NULL = 5;
var OID = 6;
var RSA = Buffer.from("2a864886f70d010101", "hex");
var EC = Buffer.from("2a8648ce3d0201", "hex");
var CURVES = {
  __proto__: null,
  "2a8648ce3d030107": "P-256",
  "2b81040022": "P-384",
  "2b81040023": "P-521",
  "2b656e": "X25519",
  "2b6570": "Ed25519"
};
var value = (tag, ...parts) => {
  const body = Buffer.concat(parts);
  const length = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  if (body.length > 127) length.unshift(128 + length.length);
  else if (body.length === 0) length.push(0);
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
var values = (bytes) => {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at];
    let start = at + 2;
    let length = bytes[at + 1];
    if (length > 130 || length === 128 || length === void 0) throw new Error("unsupported length");
    if (length > 128) {
      const size = length - 128;
      if (start + size > bytes.length) throw new Error("cut off");
      length = bytes.readUIntBE(start, size);
      start += size;
    }
    const end = start + length;
    if (end > bytes.length) throw new Error("cut off");
    found.push({ tag, contents: bytes.subarray(start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return found;
};
var sequence = (bytes) => {
  const [only] = values(bytes);
  if (only?.tag !== SEQUENCE) throw new Error("not a sequence");
  return values(only.contents);
};
var algorithm = (oid, parameters) => value(SEQUENCE, value(OID, oid), parameters);
var rsaAlgorithm = () => algorithm(RSA, value(NULL));
var zero = () => value(INTEGER, Buffer.from([0]));
var kindOf = ({ contents }) => {
  const [oid, parameters] = values(contents);
  if (oid.contents.equals(RSA)) return "rsa";
  const named = oid.contents.equals(EC) ? parameters?.contents : oid.contents;
  return CURVES[named?.toString("hex")];
};
module.exports = {
  kindOfSpki: (bytes) => kindOf(sequence(bytes)[0]),
  kindOfPkcs8: (bytes) => kindOf(sequence(bytes)[1]),
  spkiOfPkcs1: (bytes) => value(SEQUENCE, rsaAlgorithm(), value(BITS, Buffer.from([0]), bytes)),
  pkcs8OfPkcs1: (bytes) => value(SEQUENCE, zero(), rsaAlgorithm(), value(OCTETS, bytes)),
  pkcs1OfSpki: (bytes) => sequence(bytes)[1].contents.subarray(1),
  pkcs1OfPkcs8: (bytes) => sequence(bytes)[2].contents,
  /** The curve is that in the key. */
  pkcs8OfSec1(bytes) {
    const named = sequence(bytes).find((it) => it.tag === 160);
    return value(SEQUENCE, zero(), algorithm(EC, named.contents), value(OCTETS, bytes));
  },
  sec1OfPkcs8(bytes) {
    const [, info, key] = sequence(bytes);
    const parts = sequence(key.contents);
    if (!parts.some((it) => it.tag === 160)) {
      parts.splice(2, 0, { whole: value(160, values(info.contents)[1].whole) });
    }
    return value(SEQUENCE, ...parts.map((it) => it.whole));
  },
  /** The PKCS #8 of the number that is a private key. */
  pkcs8OfScalar(curve, scalar) {
    const named = Object.keys(CURVES).find((oid) => CURVES[oid] === curve);
    const key = value(SEQUENCE, value(INTEGER, Buffer.from([1])), value(OCTETS, scalar));
    return value(SEQUENCE, zero(), algorithm(EC, value(OID, Buffer.from(named, "hex"))), value(OCTETS, key));
  },
  scalarOfPkcs8: (bytes) => sequence(sequence(bytes)[2].contents)[1].contents,
  /** A signature of ECDSA, which is two numbers of the same size, as a sequence of both. */
  signatureOfNumbers(bytes) {
    const half = bytes.length / 2;
    const number = (part) => {
      let start = 0;
      while (start < part.length - 1 && part[start] === 0) start++;
      const rest = part.subarray(start);
      return value(INTEGER, rest[0] & 128 ? Buffer.concat([Buffer.from([0]), rest]) : rest);
    };
    return value(SEQUENCE, number(bytes.subarray(0, half)), number(bytes.subarray(half)));
  },
  numbersOfSignature(bytes, size) {
    const parts = sequence(bytes).map(({ contents }) => {
      let start = 0;
      while (start < contents.length - 1 && contents[start] === 0) start++;
      const rest = contents.subarray(start);
      if (rest.length > size) throw new Error("too long");
      return Buffer.concat([Buffer.alloc(size - rest.length), rest]);
    });
    return Buffer.concat(parts);
  }
};
}
