import { Writable } from "node:stream";
import winston from "winston";

export default async () => {
  const lines = [];
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const { combine, splat, json, printf, errors, label, colorize, uncolorize } = winston.format;
  const log = winston.createLogger({
    level: "verbose",
    defaultMeta: { service: "shop" },
    format: combine(errors({ stack: false }), splat(), label({ label: "L" }), json()),
    transports: [new winston.transports.Stream({ stream })],
  });
  log.info("hello %s, %d", "you", 3, { extra: true });
  log.debug("not seen");
  log.warn({ message: "an object", code: 7 });
  log.child({ request: 1 }).error("bad", { cause: "c" });
  log.error(Object.assign(new RangeError("thrown"), { code: "E" }));
  log.log("verbose", "talk");
  const own = winston.createLogger({
    levels: { loud: 0, quiet: 1 },
    level: "quiet",
    format: combine(
      winston.format((info) => (info.secret ? false : info))(),
      printf(({ level, message }) => `<${level}> ${message}`),
    ),
    transports: [new winston.transports.Stream({ stream })],
  });
  own.loud("LOUD");
  own.quiet("hidden", { secret: true });
  const painted = combine(colorize(), uncolorize(), winston.format.simple()).transform({
    level: "info",
    message: "m",
    [Symbol.for("level")]: "info",
  });
  await new Promise((resolve) => {
    stream.on("finish", resolve);
    setTimeout(() => stream.end(), 20);
  });
  return {
    lines,
    levels: winston.config.npm.levels,
    painted: painted[Symbol.for("message")],
    is: [log.isLevelEnabled("debug"), log.isInfoEnabled()],
  };
};
