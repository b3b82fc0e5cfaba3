import { Marked, marked } from "marked";

const text = `# Title *one*

A [link](https://example.com "t") and \`code\` & <b>html</b>, ~~gone~~ https://auto.example.
Hard  
break.

- [x] done
- [ ] open
  1. deep
  2. er

> quote
> more

| a | b |
|:--|--:|
| 1 | \`x|y\` |

\`\`\`js
const a = "<";
\`\`\`

![image](a.png)
***
`;

export default async () => {
  const own = new Marked(
    { gfm: true, async: true },
    {
      renderer: {
        heading({ tokens, depth }) {
          return `<h${depth} id="${this.parser.parseInline(tokens, this.parser.textRenderer)}">${this.parser.parseInline(tokens)}</h${depth}>`;
        },
      },
      extensions: [
        {
          name: "at",
          level: "inline",
          start: (src) => src.indexOf("@"),
          tokenizer(src) {
            const it = /^@(\w+)/.exec(src);
            return it ? { type: "at", raw: it[0], who: it[1] } : undefined;
          },
          renderer: ({ who }) => `<u>${who}</u>`,
        },
      ],
      walkTokens(token) {
        if (token.type === "link") token.href += "?x";
      },
    },
  );
  return {
    html: marked.parse(text),
    inline: marked.parseInline("a **b** _c_"),
    own: await own.parse("## Hi *you*\n\n@ann [x](y)"),
    tokens: marked.lexer("- a\n- b\n\ntext"),
    breaks: marked.parse("a\nb", { breaks: true }),
  };
};
