import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import type { AuditCommandOptions } from "../commands/audit.ts";
import type { CommandContext } from "../commands/context.ts";
import { number } from "./arguments.ts";
import { readMoment } from "../commands/moment.ts";
import type { Moment } from "../commands/moment.ts";

function moment(given: string): Moment {
  const read = readMoment(given);
  if (read === undefined)
    throw new InvalidArgumentError(
      "It is an ISO 8601 time with an offset, such as 2026-01-05T09:00:00Z, or so long ago: 90s, 15m, 2h or 7d.",
    );
  return read;
}

/** `audit`: whether the books balance. */
export function auditCommands(program: Command, context: () => CommandContext): void {
  program
    .command("audit")
    .description(
      "account for every call and every job; exit status 1 if anything is missing or double",
    )
    .addOption(
      new Option("--from <time>", "calls from this time on, or since so long ago").argParser(
        moment,
      ),
    )
    .addOption(
      new Option("--to <time>", "calls before this time, or until so long ago").argParser(moment),
    )
    .addOption(
      new Option("--limit <n>", "list at most so many cases")
        .argParser(number(0, 1_000_000))
        .default(50),
    )
    .option("--json", "the whole report as one JSON object")
    .action(async (options: AuditCommandOptions) =>
      (await import("../commands/audit.ts")).audit(context(), options),
    );
}
