import { Option } from "commander";
import type { Command } from "commander";
import type { CommandContext } from "../commands/context.ts";
import type { ExplainOptions } from "../commands/explain.ts";
import { number } from "./arguments.ts";
import { instantOrAgo } from "./instant.ts";

const mostOffset = 2 ** 53 - 1;

/** `explain`: why a trigger fires or doesn't. */
export function explainCommands(program: Command, context: () => CommandContext): void {
  program
    .command("explain")
    .description("why a trigger fires for a call or doesn't, or for how many calls it does")
    .option("--trigger <id>", "a trigger that is saved")
    .option("--file <file>", "a trigger in a YAML or JSON file (`-`: standard input), saved or not")
    .option("--call <id>", "the call with this CDR id")
    .addOption(
      new Option("--partition <n>", "the call at this place, with --offset").argParser(
        number(0, 100_000),
      ),
    )
    .addOption(
      new Option("--offset <n>", "the call at this place, with --partition").argParser(
        number(0, mostOffset),
      ),
    )
    .addOption(
      new Option(
        "--from <time>",
        "calls that came then or later; without it, of the last 24 h",
      ).argParser(instantOrAgo),
    )
    .addOption(new Option("--to <time>", "calls that came before").argParser(instantOrAgo))
    .addOption(
      new Option("--limit <n>", "of the tenant's calls of that time the newest so many")
        .argParser(number(1, 100_000))
        .default(1000),
    )
    .option("--show-values", "print what calls have as it is; without it, texts are masked")
    .option("--json", "one JSON object a line")
    .action(async (options: ExplainOptions) =>
      (await import("../commands/explain.ts")).explain(context(), options),
    );
}
