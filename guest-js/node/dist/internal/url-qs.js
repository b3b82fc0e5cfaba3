(require, module, exports, native) => {

// src/internal/url-qs.js
var querystring = require("node:querystring");
module.exports = { parse: (text) => querystring.parse(text), stringify: (object) => querystring.stringify(object) };
}
