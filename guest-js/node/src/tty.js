// tty: nothing is a terminal.
"use strict";

const { unsupported } = require("node:internal/errors");

function ReadStream() {
  throw unsupported("tty.ReadStream");
}
function WriteStream() {
  throw unsupported("tty.WriteStream");
}

module.exports = { isatty: () => false, ReadStream, WriteStream };
