// ends: any
function main() {
  return Function("return " + "(".repeat(200000) + "1" + ")".repeat(200000))();
}
