import { Option } from "commander";
import type { Command } from "commander";
import type { CommandContext } from "../commands/context.ts";
import type { Terminal } from "../commands/progress-line.ts";
import type { ReplayCallsOptions } from "../commands/replay-calls.ts";
import type { ReplayDeadOptions } from "../commands/replay-dead.ts";
import { number } from "./arguments.ts";
import { instant } from "./instant.ts";

function withPace(command: Command): Command {
  return command
    .addOption(new Option("--rate <n>", "jobs a second").argParser(number(1, 100_000)).default(100))
    .addOption(
      new Option("--limit <n>", "end after so many jobs; the next run goes on there").argParser(
        number(1, 1_000_000_000),
      ),
    )
    .option("--id <id>", "the replay's id; without it, it follows from what is replayed")
    .addOption(
      new Option("--dry-run", "only say what would be replayed, as without --yes").conflicts("yes"),
    )
    .option("--yes", "do it");
}

/** `replay`: sends again. `terminal` is where progress is shown. */
export function replayCommands(
  program: Command,
  context: () => CommandContext,
  terminal: Terminal,
): void {
  const replay = program
    .command("replay")
    .description("send again: dead jobs, or calls as if they had just come");
  withPace(
    replay
      .command("dead")
      .description("put dead jobs back on their way; without --yes it says what it would do")
      .option("--trigger <id>", "only this trigger's")
      .option("--tenant <id>", "only this tenant's")
      .option("--reason <reason>", "only those of this reason, for example timeout")
      .addOption(
        new Option("--from <time>", "only those that died then or later").argParser(instant),
      )
      .addOption(new Option("--to <time>", "only those that died before").argParser(instant))
      .option("--all", "all of them, where no other option chooses"),
  ).action(async (options: ReplayDeadOptions) =>
    (await import("../commands/replay-dead.ts")).replayDead(context(), options, terminal),
  );
  withPace(
    replay
      .command("calls")
      .description("fire one trigger for calls of the past; without --yes it says what it would do")
      .requiredOption("--trigger <id>", "the trigger, as it is now; it must be active")
      .addOption(
        new Option("--from <time>", "calls that came then or later")
          .argParser(instant)
          .makeOptionMandatory(),
      )
      .addOption(
        new Option("--to <time>", "calls that came before")
          .argParser(instant)
          .makeOptionMandatory(),
      ),
  ).action(async (options: ReplayCallsOptions) =>
    (await import("../commands/replay-calls.ts")).replayCalls(context(), options, terminal),
  );
}
