import log from "loglevel";

export default () => {
  const lines = [];
  const make = log.methodFactory;
  log.methodFactory = (name, level, logger) => {
    make(name, level, logger);
    return (...words) => lines.push([name, level, String(logger), ...words]);
  };
  log.setLevel("warn", false);
  log.info("no");
  log.warn("yes", 1);
  const named = log.getLogger("part");
  named.setLevel(named.levels.TRACE, false);
  named.trace("traced");
  named.debug({ a: 1 });
  log.enableAll(false);
  log.debug("now");
  log.disableAll(false);
  log.error("silent");
  named.setDefaultLevel("error");
  let error;
  try {
    log.setLevel("loud");
  } catch (caught) {
    error = String(caught);
  }
  return {
    lines,
    level: [log.getLevel(), named.getLevel()],
    loggers: Object.keys(log.getLoggers()),
    error,
    same: log.getLogger("part") === named,
  };
};
