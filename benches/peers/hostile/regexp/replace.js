// ends: error
function main() {
  return "a".repeat(36).concat("!").replace(/(a*)*b/g, "");
}
