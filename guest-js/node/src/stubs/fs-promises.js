if (native.mounts() !== undefined) Object.assign(made, require("node:internal/fs-promises"));
