// ends: held
// Reaches for functions of the host through the frames of a stack.
function main(arg, cap) {
  let reached;
  Error.prepareStackTrace = (error, frames) => {
    for (const frame of frames) {
      const outer = frame.getFunction?.()?.constructor ?? frame.getThis?.()?.constructor?.constructor;
      try {
        const fs = outer("return process.getBuiltinModule('fs')")();
        if (fs.readFileSync("/etc/passwd", "utf8").includes("root")) reached = true;
      } catch {}
    }
    return "";
  };
  cap({ valueOf() { void new Error("here").stack; return 1; } });
  return reached ? "reached a file of the host" : "held";
}
