(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("sea", {"callable":false,"functions":["isSea","getAsset","getRawAsset","getAssetAsBlob","getAssetKeys"],"classes":[],"values":{}});
}
