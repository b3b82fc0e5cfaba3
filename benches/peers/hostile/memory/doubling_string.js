// ends: error
function main() {
  let text = "abc";
  for (;;) {
    text += text;
    if (text.charCodeAt(text.length >> 1) === 0) return text;
  }
}
