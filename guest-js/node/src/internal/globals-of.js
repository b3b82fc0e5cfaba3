// Globals that packages look for in packages.
"use strict";

module.exports = { AbortController, AbortSignal };
