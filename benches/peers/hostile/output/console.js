// ends: any
function main() {
  if (typeof console === "undefined") return "there is no console";
  for (let i = 0; i < 200000; i++) console.log("x".repeat(1000));
  return "answered";
}
