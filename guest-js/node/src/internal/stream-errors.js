// What readable-stream takes from Node's errors.
"use strict";

const { codes, AbortError, aggregateTwoErrors, hideStackFrames } = require("node:internal/errors");

module.exports = { AbortError, aggregateTwoErrors, hideStackFrames, codes };
