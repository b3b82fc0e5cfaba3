import { Chalk } from "chalk";

export default () => {
  const none = new Chalk({ level: 0 });
  const basic = new Chalk({ level: 1 });
  const many = new Chalk({ level: 2 });
  const full = new Chalk({ level: 3 });
  const error = full.bold.hex("#ff8800");
  return {
    none: none.red.bold("plain"),
    basic: basic.red(`a ${basic.green.underline("b")} c`),
    lines: basic.bgBlue.white("one\ntwo\r\nthree"),
    many: many.rgb(10, 200, 30)("rgb"),
    full: [
      error("Oops"),
      full.bgRgb(1, 2, 3).inverse("x"),
      full.ansi256(99)("y"),
      full.dim.italic.strikethrough("z"),
    ],
    nested: full.red("a", full.blue("b"), 1, "c"),
    down: basic.hex("#00ff00")("green"),
    empty: basic.red(""),
    visible: [none.visible("no"), basic.visible("yes")],
    grey: basic.grey.overline.reset("g"),
    level: full.level,
  };
};
