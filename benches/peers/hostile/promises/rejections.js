// ends: any
// Rejections that nobody handles.
function main() {
  for (let i = 0; i < 20000; i++) Promise.reject(new Error(`rejection ${i}`));
  return "answered";
}
