// The methods of Buffer that read and write numbers.
"use strict";

const { codes: { ERR_BUFFER_OUT_OF_BOUNDS, ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE } } = require("node:internal/errors");
const { validateNumber } = require("node:internal/validators");
const { floor } = Math;

const outOfBounds = (value, length, name = "offset") => {
  if (floor(value) !== value) {
    validateNumber(value, name);
    throw new ERR_OUT_OF_RANGE(name, "an integer", value);
  }
  if (length < 0) throw new ERR_BUFFER_OUT_OF_BOUNDS();
  throw new ERR_OUT_OF_RANGE(name, `>= 0 and <= ${length}`, value);
};

const checkOffset = (buffer, offset, size) => {
  validateNumber(offset, "offset");
  if (!(offset >= 0 && offset + size <= buffer.length) || floor(offset) !== offset) {
    outOfBounds(offset, buffer.length - size);
  }
};

const checkSize = (size) => {
  if (size === undefined) throw new ERR_INVALID_ARG_TYPE("byteLength", "number", size);
  if (!(size >= 1 && size <= 6) || floor(size) !== size) outOfRange(size);
};
const outOfRange = (size) => {
  if (floor(size) !== size) {
    validateNumber(size, "byteLength");
    throw new ERR_OUT_OF_RANGE("byteLength", "an integer", size);
  }
  throw new ERR_OUT_OF_RANGE("byteLength", ">= 1 and <= 6", size);
};

const checkValue = (value, min, max, size) => {
  if (!(value > max || value < min)) return;
  const n = typeof min === "bigint" ? "n" : "";
  let range;
  if (size > 4 || typeof min === "bigint") {
    const bits = size * 8;
    if (min === 0 || min === 0n) range = `>= 0${n} and < 2${n} ** ${bits}${n}`;
    else range = `>= -(2${n} ** ${bits - 1}${n}) and < 2${n} ** ${bits - 1}${n}`;
  } else {
    range = `>= ${min}${n} and <= ${max}${n}`;
  }
  throw new ERR_OUT_OF_RANGE("value", range, value);
};

const readUnsigned = (buffer, offset, size, little) => {
  let value = 0;
  if (little) for (let at = offset + size - 1; at >= offset; at--) value = value * 256 + buffer[at];
  else for (let at = offset; at < offset + size; at++) value = value * 256 + buffer[at];
  return value;
};
const signed = (value, size) => (value >= 2 ** (size * 8 - 1) ? value - 2 ** (size * 8) : value);

const writeNumber = (buffer, value, offset, size, little) => {
  if (value < 0) value += 2 ** (size * 8);
  // A fraction is cut off, and what is no number is 0.
  value = floor(value) || 0;
  for (let index = 0; index < size; index++) {
    buffer[little ? offset + index : offset + size - 1 - index] = value % 256;
    value = floor(value / 256);
  }
  return offset + size;
};

const read = (buffer, offset, size, little, isSigned) => {
  checkOffset(buffer, offset, size);
  const value = readUnsigned(buffer, offset, size, little);
  return isSigned ? signed(value, size) : value;
};
const write = (buffer, value, offset, size, little, isSigned) => {
  value = +value;
  if (isSigned && value < 0) value = Math.ceil(value) === 0 ? 0 : Math.ceil(value);
  const [min, max] = isSigned ? [-(2 ** (size * 8 - 1)), 2 ** (size * 8 - 1) - 1] : [0, 2 ** (size * 8) - 1];
  checkValue(value, min, max, size);
  checkOffset(buffer, offset, size);
  return writeNumber(buffer, value, offset, size, little);
};

const methods = {};
for (const [kind, isSigned] of [["UInt", false], ["Int", true]]) {
  for (const [ending, little] of [["LE", true], ["BE", false]]) {
    for (const size of [2, 4]) {
      methods[`read${kind}${size * 8}${ending}`] = function (offset = 0) {
        return read(this, offset, size, little, isSigned);
      };
      methods[`write${kind}${size * 8}${ending}`] = function (value, offset = 0) {
        return write(this, value, offset, size, little, isSigned);
      };
    }
    methods[`read${kind}${ending}`] = function (offset, size) {
      if (offset === undefined) throw new ERR_INVALID_ARG_TYPE("offset", "number", offset);
      checkSize(size);
      return read(this, offset, size, little, isSigned);
    };
    methods[`write${kind}${ending}`] = function (value, offset, size) {
      checkSize(size);
      return write(this, value, offset, size, little, isSigned);
    };
  }
  methods[`read${kind}8`] = function (offset = 0) {
    return read(this, offset, 1, true, isSigned);
  };
  methods[`write${kind}8`] = function (value, offset = 0) {
    return write(this, value, offset, 1, true, isSigned);
  };
}

// One view of eight bytes, through which numbers of other kinds pass.
const scratch = new DataView(new ArrayBuffer(8));
for (const [name, size, get, set] of [
  ["Float", 4, "getFloat32", "setFloat32"], ["Double", 8, "getFloat64", "setFloat64"],
  ["BigInt64", 8, "getBigInt64", "setBigInt64"], ["BigUInt64", 8, "getBigUint64", "setBigUint64"],
]) {
  for (const [ending, little] of [["LE", true], ["BE", false]]) {
    methods[`read${name}${ending}`] = function (offset = 0) {
      checkOffset(this, offset, size);
      for (let index = 0; index < size; index++) scratch.setUint8(index, this[offset + index]);
      return scratch[get](0, little);
    };
    methods[`write${name}${ending}`] = function (value, offset = 0) {
      if (name[0] === "B" && typeof value !== "bigint") throw new ERR_INVALID_ARG_TYPE("value", "bigint", value);
      if (name === "BigInt64") checkValue(value, -(2n ** 63n), 2n ** 63n - 1n, 8);
      if (name === "BigUInt64") checkValue(value, 0n, 2n ** 64n - 1n, 8);
      scratch[set](0, name[0] === "B" ? value : +value, little);
      checkOffset(this, offset, size);
      for (let index = 0; index < size; index++) this[offset + index] = scratch.getUint8(index);
      return offset + size;
    };
  }
}

module.exports = methods;
