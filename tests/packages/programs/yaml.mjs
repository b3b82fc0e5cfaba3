import YAML from "yaml";

const text = `# head
base: &base { a: 1, b: [x, "y\\n", 'z''s'] }
merged:
  <<: *base
  b: !!str 12
folded: >-
  one
  two

  three
literal: |+
  keep
    this

? complex
: value
date: 2001-12-14T21:59:43Z
nums: [0x1F, 0o17, 1e3, .inf, -.inf, .nan, 1_000, ~, null, true, no]
bin: !!binary aGVsbG8=
set: !!set { a, b }
map: !!omap [ x: 1 ]
`;

export default () => {
  const document = YAML.parseDocument(text, { merge: true });
  document.setIn(["base", "c"], { new: true });
  document.get("merged").commentBefore = " a comment";
  document.deleteIn(["nums"]);
  const broken = YAML.parseDocument("a: [1\nb: }\n\tc: 2");
  const value = YAML.parse(text, { merge: true });
  const shout = { tag: "!shout", resolve: (it) => it.toUpperCase() + "!", identify: () => false };
  const seen = [];
  YAML.visit(YAML.parseDocument("a: [1, {b: 2}]"), {
    Scalar: (key, node, path) => {
      seen.push([key, node.value, path.length]);
    },
  });
  const shared = { x: 1 };
  return {
    value: {
      ...value,
      bin: String.fromCharCode(...value.bin),
      set: [...value.set],
      map: [...value.map],
      nums: value.nums.map(String),
    },
    text: String(document),
    errors: broken.errors.map(({ code, linePos }) => [code, linePos]),
    all: YAML.parseAllDocuments("a\n---\nb\n...\n").map((it) => it.toJS()),
    old: YAML.parse("[yes, 010, 12:30:45]", { version: "1.1" }),
    shout: YAML.parse("!shout hey", { customTags: [shout] }),
    seen,
    written: YAML.stringify({
      s: "a: b",
      multi: "x\ny\n",
      long: "word ".repeat(30),
      list: [[1, 2], { a: null }],
      date: new Date(0),
      same: [shared, shared],
      "": -0,
      big: 10n,
    }),
    flow: YAML.stringify({ a: [1, 2] }, { collectionStyle: "flow" }),
    quoted: YAML.stringify(["yes", "1", "~", " x"], { defaultStringType: "QUOTE_DOUBLE" }),
    tokens: [...new YAML.Lexer().lex("a: 1\n")].length,
  };
};
