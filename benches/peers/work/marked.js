// Renders a long document with `marked`, and returns the length and a hash of the HTML.
function main(sections) {
  let text = "";
  for (let i = 0; i < sections; i++) {
    text += `## Section ${i}\n\nSome *emphasis*, **weight**, \`code ${i}\` and a [link](https://example.com/${i}).\n\n`
      + `- one\n- two\n  - nested ${i}\n- three\n\n> A quotation,\n> of two lines.\n\n`
      + `| a | b |\n|---|--:|\n| ${i} | ${i * i} |\n\n\`\`\`js\nconst x = ${i};\n\`\`\`\n\n`;
  }
  const html = marked.parse(text);
  let hash = 0;
  for (let i = 0; i < html.length; i++) hash = (hash * 31 + html.charCodeAt(i)) | 0;
  return [html.length, hash];
}
