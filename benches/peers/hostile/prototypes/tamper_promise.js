// ends: held
// Replaces what the host's glue may use inside the sandbox.
function main(arg, cap) {
  Promise.prototype.then = function () { return "reached"; };
  JSON.stringify = () => '"reached"';
  Array.prototype[Symbol.iterator] = function* () { yield "reached"; };
  Object.prototype.toJSON = () => "reached";
  return "held";
}
