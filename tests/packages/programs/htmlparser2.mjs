import { DomUtils, parseDocument, parseFeed, Parser, ElementType } from "htmlparser2";

export default () => {
  const events = [];
  const parser = new Parser(
    {
      onopentag: (name, attributes, implied) => events.push(["open", name, { ...attributes }, implied]),
      ontext: (text) => events.push(["text", text]),
      onclosetag: (name, implied) => events.push(["close", name, implied]),
      oncomment: (text) => events.push(["comment", text]),
      onprocessinginstruction: (name, text) => events.push(["pi", name, text]),
      onend: () => events.push(["end"]),
    },
    { decodeEntities: true },
  );
  for (const part of [
    "<!DOCTYPE html><p cla",
    "ss='a' x>1 &am",
    "p; 2<p>3<br/><!-- c",
    " --><script>if (a < b) {}</scr",
    "ipt></b>&notit; &#x1F600;",
  ])
    parser.write(part);
  parser.end();
  const dom = parseDocument("<div id=a><p>one<b>two</b></p><p class=x>three</p></div><ul><li>1<li>2</ul>", {
    withStartIndices: true,
    withEndIndices: true,
  });
  const paragraphs = DomUtils.getElementsByTagName("p", dom);
  DomUtils.appendChild(paragraphs[0], parseDocument("<i>new</i>").children[0]);
  DomUtils.removeElement(paragraphs[1]);
  return {
    events,
    html: DomUtils.getOuterHTML(dom),
    text: DomUtils.textContent(dom),
    places: paragraphs.map(({ startIndex, endIndex }) => [startIndex, endIndex]),
    id: DomUtils.getElementById("a", dom).name,
    items: DomUtils.filter((node) => node.type === ElementType.Tag && node.name === "li", dom).length,
    feed: parseFeed(
      "<rss version='2.0'><channel><title>F</title><item><title>One</title><link>https://a.example</link><pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate></item></channel></rss>",
    ),
    xml: DomUtils.getInnerHTML(parseDocument("<A><B c='&lt;'/><![CDATA[<x>]]></A>", { xmlMode: true }), {
      xmlMode: true,
    }),
  };
};
