import hljs from "highlight.js";
import core from "highlight.js/lib/core";
import json from "highlight.js/lib/languages/json";

const samples = {
  javascript:
    "const a = async (x) => `t ${x + 1}`; // note\nclass B extends C { #p = /re/g; static get y() { return 0x1f; } }",
  python: '@dec\ndef f(x: int) -> str:\n    """doc"""\n    return f\'{x!r}\' if x else None',
  rust: 'fn main() -> Result<(), Box<dyn Error>> { let x: &\'static str = r#"raw"#; println!("{x}"); }',
  xml: '<!DOCTYPE html><a href="x" b>t &amp; <script>let a = 1</script><!-- c --></a>',
  css: "@media (min-width: 10px) { a:hover > .b::before { color: #fff; margin: -1.5em } }",
  sql: "SELECT count(*) AS n FROM t WHERE a = 'x''y' -- c",
  go: "func (t *T) M(a ...int) (err error) { defer close(ch); return nil }",
  bash: "for f in *.txt; do echo \"$f\" | sed 's/a/b/'; done",
  yaml: "a: &x [1, 'two']\nb: *x # c",
  markdown: "# T\n**b** `c` [l](u)\n- x",
  typescript: "interface A<T> { readonly x?: T extends string ? 1 : never }",
  diff: "@@ -1 +1 @@\n-a\n+b",
};

export default () => {
  core.registerLanguage("json", json);
  return {
    samples: Object.entries(samples).map(([language, code]) => {
      const { value, relevance, illegal } = hljs.highlight(code, { language });
      return [language, value, relevance, illegal];
    }),
    guessed: Object.values(samples)
      .slice(0, 4)
      .map((code) => hljs.highlightAuto(code, ["javascript", "python", "rust", "xml", "css"]).language),
    json: core.highlight('{"a": [1, true, null]}', { language: "json" }).value,
    count: hljs.listLanguages().length,
    alias: hljs.getLanguage("ts").name,
    error: (() => {
      try {
        hljs.highlight("x", { language: "nope" });
      } catch ({ message }) {
        return message;
      }
    })(),
  };
};
