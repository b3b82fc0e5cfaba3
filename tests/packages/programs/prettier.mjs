import * as babel from "prettier/plugins/babel";
import * as estree from "prettier/plugins/estree";
import * as html from "prettier/plugins/html";
import * as markdown from "prettier/plugins/markdown";
import * as postcss from "prettier/plugins/postcss";
import * as typescript from "prettier/plugins/typescript";
import * as yaml from "prettier/plugins/yaml";
import * as prettier from "prettier/standalone";

const plugins = [babel, estree, html, markdown, postcss, typescript, yaml];
const samples = [
  [
    "babel",
    "const {a,b:[c=1,...d]}=await f( x=>({y:x}),`t${ a+b }`,/re/g ); if(a){b()}else for(const k of o)k?.m ?? z\nclass A extends B{#p=1;static async*g(){yield* h}}\nconst el=<div className='x' {...p}>{list.map(i=><b key={i}>text {i}</b>)}</div>",
  ],
  [
    "typescript",
    "type A<T extends object=never>=T extends infer U?{readonly [K in keyof U]?:U[K]}:never\nenum E{A=1,B}\n@dec() export class C<T> implements D{constructor(private readonly x:string|undefined){super()} get y():asserts this is T{return <any>x satisfies Q}}",
  ],
  [
    "css",
    "a{color:red;background:url( 'x.png' )}@media (max-width:100px){.b>.c:not(.d),e::after{margin:0 auto!important}}",
  ],
  ["scss", "$x:1px;@mixin m($a:2){&:hover{width:calc(#{$x} + #{$a})}}"],
  [
    "html",
    "<!doctype html><div class='a  b'><p>some <b>bold</b> text that is rather long and has to be wrapped somewhere, has it not?</p><script>let a=1</script><style>a{b:c}</style></div>",
  ],
  ["markdown", "Title\n===\n* a\n* b\n    1) c\n\n|a|b|\n|-|:-:|\n|1|long cell|\n\n```js\nlet  a=1\n```\n"],
  ["yaml", "a:   [1,2,\n  3]\nb: {x: 1}\n# c\nd: >\n   text\n   more\n"],
  ["json", '{"a":[1,2,{"b":null}],\n\n"c":"d"}'],
];

export default async () => {
  const formatted = [];
  for (const [parser, text] of samples)
    formatted.push([parser, await prettier.format(text, { parser, plugins })]);
  const error = await prettier
    .format("let a = (", { parser: "babel", plugins })
    .catch(({ name, message, loc }) => [name, message.split("\n")[0], loc]);
  return {
    formatted,
    error,
    options: await prettier.format("const a = {b: 'c', d: [1]}", {
      parser: "babel",
      plugins,
      singleQuote: true,
      semi: false,
      tabWidth: 4,
      useTabs: true,
      printWidth: 10,
      trailingComma: "none",
    }),
    check: await prettier.check("a;\n", { parser: "babel", plugins }),
    cursor: await prettier.formatWithCursor(" 1", { cursorOffset: 2, parser: "babel", plugins }),
  };
};
