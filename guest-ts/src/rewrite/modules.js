function $default(module) {
  return module && module.__esModule ? module.default : module;
}
function $namespace(module) {
  return module && module.__esModule ? module : { ...module, default: module };
}
function $required(namespace) {
  if ("module.exports" in namespace) return namespace["module.exports"];
  const names = Object.keys(namespace);
  return names.length === 1 && names[0] === "default" ? namespace.default : namespace;
}
