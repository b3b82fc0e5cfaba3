import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";

export default async () => {
  const calls = [],
    out = [];
  const make = () => {
    const program = new Command("tool")
      .version("1.2.3")
      .description("does things")
      .exitOverride()
      .configureOutput({
        writeOut: (text) => out.push(text),
        writeErr: (text) => out.push(text),
        getOutHelpWidth: () => 80,
        getErrHelpWidth: () => 80,
      });
    program
      .option("-v, --verbose", "says more", (_, n) => n + 1, 0)
      .option("--no-color", "no colours")
      .addOption(new Option("-l, --level <name>", "a level").choices(["low", "high"]).default("low"));
    program
      .command("add")
      .alias("a")
      .argument("<first>", "a number", (text) => {
        if (Number.isNaN(+text)) throw new InvalidArgumentError("not a number");
        return +text;
      })
      .addArgument(new Argument("[rest...]", "more"))
      .option("-p, --port <n>", "port", parseInt, 80)
      .option("--tag <tags...>")
      .action((first, rest, options, command) =>
        calls.push([first, rest, options, command.optsWithGlobals()]),
      );
    const remote = program.command("remote").description("remotes");
    remote.command("show <name>").action(async (name) => {
      await null;
      calls.push(["show", name]);
    });
    program.hook("preAction", (_, command) => calls.push(["before", command.name()]));
    return program;
  };
  const run = async (...words) => {
    try {
      await make().parseAsync(words, { from: "user" });
      return "ran";
    } catch (error) {
      return error instanceof CommanderError ? [error.code, error.exitCode, error.message] : String(error);
    }
  };
  const results = [];
  for (const line of [
    "-vv a 1 2 3 --port 8080 --tag x y",
    "remote show origin --no-color",
    "add x",
    "add",
    "-l middle add 1",
    "--verison",
    "nothing",
    "--version",
    "help add",
    "--help",
    "add 1 --port",
  ])
    results.push(await run(...line.split(" ")));
  return { results, calls, out };
};
