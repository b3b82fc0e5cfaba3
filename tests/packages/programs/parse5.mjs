import { defaultTreeAdapter, html, parse, parseFragment, serialize, serializeOuter } from "parse5";

const shape = (node) =>
  node.nodeName === "#text"
    ? node.value
    : [
        node.nodeName,
        ...(node.attrs ?? []).map(({ name, value }) => `${name}=${value}`),
        ...(node.childNodes ?? []).map(shape),
        ...(node.content ? [shape(node.content)] : []),
      ];

export default () => {
  const errors = [];
  const document = parse(
    "<!DOCTYPE html><title>a&copy;</title><p>1<table><b>foster</b><tr><td>2</table><p>3<svg viewBox='0 0 1 1'><foreignObject><div>x</div></foreignObject></svg><template><td>t</td></template><select><option>a<option>b</select></p></body>after",
    {
      sourceCodeLocationInfo: true,
      onParseError: ({ code, startLine, startCol }) => errors.push([code, startLine, startCol]),
    },
  );
  const fragment = parseFragment("<tr><td>a<td>b</tr>text", {});
  const inTable = parseFragment(defaultTreeAdapter.createElement("table", html.NS.HTML, []), "<tr><td>a");
  const formatting = parseFragment("<b><i>1</b>2</i><a href=1>x<a href=2>y</a>");
  const mathml = parseFragment(
    "<math><mi>x</mi><annotation-xml encoding='text/html'><p>q</p></annotation-xml></math>",
  );
  const body = document.childNodes[1].childNodes[1];
  return {
    document: serialize(document),
    shape: shape(document),
    errors,
    mode: document.mode,
    fragment: shape(fragment),
    inTable: shape(inTable),
    formatting: serialize(formatting),
    mathml: shape(mathml),
    place: body.childNodes[0].sourceCodeLocation,
    outer: serializeOuter(body.childNodes[0]),
    scripts: serialize(
      parseFragment("<script>a && '<b>'</script><textarea>\n&lt;</textarea><pre>\n\nx</pre>"),
    ),
    entities: serialize(parseFragment("&nbsp;&lt;&amp;&notin;&noti;&#0;&#x80;")),
  };
};
