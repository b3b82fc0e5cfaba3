// What the package of url.parse takes from a library of query strings.
"use strict";

const querystring = require("node:querystring");

module.exports = { parse: (text) => querystring.parse(text), stringify: (object) => querystring.stringify(object) };
