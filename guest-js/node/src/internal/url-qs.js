// The part of a query string library that the package of url.parse uses.
"use strict";

const querystring = require("node:querystring");

module.exports = { parse: (text) => querystring.parse(text), stringify: (object) => querystring.stringify(object) };
