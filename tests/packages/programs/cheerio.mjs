import * as cheerio from "cheerio";

export default () => {
  const $ = cheerio.load(
    "<!doctype html><html><head><title>T</title></head><body><ul id=fruits><li class='apple red'>Apple<li class=orange>Orange</li><li class=pear data-n='{\"a\":1}'>Pear &amp; co</ul><form><input name=a value='1 2'><select name=s><option value=x>X<option value=y selected>Y</select><input type=checkbox name=c checked></form><table><tr><td>1<td>2</table></body></html>",
  );
  $("ul .pear").attr("title", "p").addClass("big").removeClass("pear").css("color", "green");
  $("#fruits").prepend("<li>First</li>").append($("<li>").text("<last>"));
  $("li:contains('Orange')").replaceWith("<li class=plum>Plum</li>");
  $("li").each((index, element) => {
    $(element).attr("data-i", String(index));
  });
  $(".apple").wrap("<div class=w></div>");
  const xml = cheerio.load("<a><b c='1'/><![CDATA[x<y]]></a>", { xml: true });
  return {
    html: $("#fruits").html(),
    texts: $("li")
      .map((_, element) => $(element).text())
      .get(),
    title: $("title").text(),
    data: $("[data-n]").data("n"),
    form: $("form").serializeArray(),
    query: $("form").serialize(),
    find: [
      $("li").eq(1).text(),
      $("li.red").parent().prop("tagName"),
      $("li").first().next().index(),
      $("li:nth-child(2n)").length,
      $("ul > li:not([class])").length,
      $("td + td").text(),
    ],
    is: $(".big").is("[title^=p]"),
    extract: $.extract({ names: [{ selector: "li", value: "class" }], first: "li" }),
    closest: $("option[selected]").closest("form").length,
    slice: $("li")
      .slice(-2)
      .toArray()
      .map(({ name }) => name),
    whole: $.html().length,
    xml: [xml.xml(), xml("b").attr("c")],
    val: $("select").val(),
    siblings: $(".plum").siblings().length,
    filtered: $("li").filter((_, it) => $(it).text().length > 5).length,
  };
};
