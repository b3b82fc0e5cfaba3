// util.inspect and util.format, by node-inspect-extracted.
"use strict";

module.exports = require("node-inspect-extracted");
