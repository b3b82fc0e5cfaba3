import pino from "pino";

export default () => {
  const lines = [];
  const options = {
    level: "trace",
    timestamp: false,
    base: { app: "x" },
    serializers: { user: ({ name }) => name },
    formatters: { level: (label) => ({ level: label }) },
    browser: {
      asObject: true,
      serialize: true,
      write: (it) => {
        const { time, ...rest } = it;
        lines.push(JSON.stringify(rest));
      },
    },
  };
  const log = pino(options);
  log.info("hello %s %d %j", "you", 1, { a: 1 });
  log.warn({ user: { name: "Ann", password: "p" }, n: 1 }, "with an object");
  log.child({ request: 7 }).debug("from a child");
  log.trace({ list: [1, { b: null }] });
  log.level = "error";
  log.info("not seen");
  log.fatal("the end");
  return { lines, levels: pino.levels, enabled: [log.isLevelEnabled?.("info"), log.level, log.levelVal] };
};
