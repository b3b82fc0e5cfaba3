import sanitize from "sanitize-html";

export default () => {
  const dirty = `<script>alert(1)</script><p onclick="x()" class="a b" style="color: red; position: fixed">Hi <b>you</b> <a href="javascript:alert(1)">bad</a> <a href="https://example.com/?a=1&b=2" target=_blank>good</a><img src=x onerror=alert(1)><iframe src="https://evil.example"></iframe><iframe src="https://www.youtube.com/embed/x"></iframe></p><svg/onload=alert(2)>&lt;b&gt; <!-- gone --><h1>T<h2>u`;
  return {
    usual: sanitize(dirty),
    none: sanitize(dirty, { allowedTags: [], allowedAttributes: {} }),
    escaped: sanitize("<x>a</x> <b>b</b>", { disallowedTagsMode: "escape" }),
    recursive: sanitize("<x>a</x>", { disallowedTagsMode: "recursiveEscape" }),
    more: sanitize(dirty, {
      allowedTags: [...sanitize.defaults.allowedTags, "img", "iframe"],
      allowedAttributes: {
        ...sanitize.defaults.allowedAttributes,
        p: ["style"],
        img: ["src"],
        iframe: ["src"],
      },
      allowedClasses: { p: ["a"] },
      allowedStyles: { "*": { color: [/^red$/] } },
      allowedIframeHostnames: ["www.youtube.com"],
      transformTags: {
        h1: "h3",
        a: sanitize.simpleTransform("a", { rel: "nofollow" }),
        b: (tagName, attribs) => ({ tagName: "strong", attribs, text: "YOU" }),
      },
      exclusiveFilter: ({ tag, text }) => tag === "h2" && text === "u",
      textFilter: (text) => text.replace("Hi", "Ho"),
    }),
    nested: sanitize(
      "<a href='java&#x09;script:x'>q</a><<b>img src=x><math><mi//xlink:href=\"data:x,<script>\">",
    ),
    schemes: sanitize("<a href='ftp://a'>1</a><a href='tel:1'>2</a><img src='data:image/png;base64,x'>", {
      allowedTags: ["a", "img"],
      allowedSchemes: ["ftp"],
      allowedSchemesByTag: { img: ["data"] },
      allowedAttributes: false,
    }),
  };
};
