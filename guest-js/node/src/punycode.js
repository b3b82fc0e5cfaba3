// punycode, which is the package of the same name.
"use strict";

module.exports = require("punycode/punycode.js");
