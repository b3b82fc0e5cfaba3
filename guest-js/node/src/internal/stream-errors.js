// The part of Node's errors that readable-stream uses.
"use strict";

const { codes, AbortError, aggregateTwoErrors, hideStackFrames } = require("node:internal/errors");

module.exports = { AbortError, aggregateTwoErrors, hideStackFrames, codes };
