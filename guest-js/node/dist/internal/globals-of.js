(require, module, exports, native) => {

// src/internal/globals-of.js
module.exports = { AbortController, AbortSignal };
}
