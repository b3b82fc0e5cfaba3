import katex from "katex";

const formulae = [
  "c = \\pm\\sqrt{a^2 + b^2}",
  "\\frac{1}{\\sqrt[3]{x}} \\sum_{i=0}^\\infty i^2",
  "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
  "\\int_0^1 \\mathrm{d}x\\, \\left( \\frac{\\partial f}{\\partial x} \\right)",
  "\\text{größer } \\overline{AB} \\xrightarrow{n \\to \\infty} \\color{red}{z}",
  "\\begin{cases} 1 & x > 0 \\\\ 0 & \\text{else} \\end{cases}",
  "\\ce",
  "\\R \\square",
];

export default () => ({
  html: formulae.slice(0, 6).map((it) => katex.renderToString(it)),
  display: katex.renderToString(formulae[1], { displayMode: true, output: "html", leqno: true }),
  mathml: katex.renderToString(formulae[2], { output: "mathml" }),
  macros: katex.renderToString("\\RR^\\n", { macros: { "\\RR": "\\mathbb{R}", "\\n": "n" } }),
  soft: katex.renderToString(formulae[6], { throwOnError: false, errorColor: "#f00" }),
  errors: ["\\frac{1}", "\\unknown", "x^2^3", "{", "\\href{javascript:x}{y}"].map((it) => {
    try {
      return katex.renderToString(it, { strict: "ignore" }).length;
    } catch (error) {
      return [error instanceof katex.ParseError, error.message, error.position];
    }
  }),
  tree: katex.__parse("a_1^2").map(({ type }) => type),
  trusted: katex.renderToString("\\href{https://a.example}{y}", {
    trust: ({ protocol }) => protocol === "https",
  }),
});
