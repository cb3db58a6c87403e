import { Option } from "commander";
import type { Command } from "commander";
import type { CommandContext } from "../commands/context.ts";
import { number } from "./arguments.ts";

/** `dead`: the jobs that ended undelivered. */
export function deadCommands(program: Command, context: () => CommandContext): void {
  const dead = program.command("dead").description("the jobs that ended undelivered");
  dead
    .command("list")
    .description("dead jobs, the newest last")
    .option("--tenant <id>", "only this tenant's")
    .option("--trigger <id>", "only this trigger's")
    .option("--reason <reason>", "only those of this reason, for example timeout")
    .addOption(
      new Option("--limit <n>", "the newest so many").argParser(number(1, 1_000_000)).default(100),
    )
    .option("--json", "a JSON object a line")
    .action(
      async (options: {
        tenant?: string;
        trigger?: string;
        reason?: string;
        limit: number;
        json?: boolean;
      }) => (await import("../commands/dead.ts")).deadList(context(), options),
    );
}
