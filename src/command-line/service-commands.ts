import { Option } from "commander";
import type { Command } from "commander";
import type { CommandContext } from "../commands/context.ts";
import type { Role } from "../config.ts";
import { number, roles } from "./arguments.ts";

/**
 * `run`, `demo`, `sandbox`: what goes on until it is stopped; `health` asks the first how it is. `terminal` is where
 * their live output goes. Each command's code is loaded when it is called, here and in all of this folder: the whole
 * takes a second of processor time, which nobody wants to spend on a health check.
 */
export function serviceCommands(
  program: Command,
  context: () => CommandContext,
  terminal: NodeJS.WriteStream,
): void {
  program
    .command("run")
    .description("run the service until it is told to stop")
    .addOption(
      new Option(
        "--roles <list>",
        "what this process does, instead of the setting `roles`",
      ).argParser(roles),
    )
    .action(async (options: { roles?: Role[] }) => {
      // Before all that takes time to load: from here on a signal is heard, by process 1 of a container too.
      const made = context();
      const { run } = await import("../commands/run.ts");
      await run(made, options.roles ?? [...made.config.roles], terminal);
    });
  healthCommand(program, context);
  program
    .command("demo")
    .description(
      "run the service on a sandbox of its own, with sample tenants, a stream of calls, and receivers good and bad",
    )
    .addOption(
      new Option("--calls <n>", "how many calls; without it they go on until stopped").argParser(
        number(1, 10_000_000),
      ),
    )
    .addOption(
      new Option("--rate <n>", "calls per second").argParser(number(1, 10_000)).default(40),
    )
    .addOption(
      new Option("--seed <n>", "the same seed makes the same calls")
        .argParser(number(0, 2 ** 32 - 1))
        .default(7),
    )
    .option("--exit", "end once all webhooks of the calls have ended")
    .action(async (options: { calls?: number; rate: number; seed: number; exit?: boolean }) =>
      (await import("../commands/demo.ts")).demo(context(), options, terminal),
    );
  sandboxCommand(program, context);
}

function healthCommand(program: Command, context: () => CommandContext): void {
  program
    .command("health")
    .description("ask the service that runs on http.port whether it is alive; exit status 0 if so")
    .option("--ready", "whether it is ready for work, too")
    .action(async (options: { ready?: boolean }) =>
      (await import("../commands/health.ts")).health(context(), options),
    );
}

function sandboxCommand(program: Command, context: () => CommandContext): void {
  program
    .command("sandbox")
    .description("start a local Kafka and schema registry, and keep them until stopped")
    .addOption(
      new Option(
        "--kafka-port <port>",
        "of the first broker, the next ones have those that follow; free ones without it",
      ).argParser(number(1, 65_535)),
    )
    .addOption(
      new Option("--registry-port <port>", "a free one without it").argParser(number(1, 65_535)),
    )
    .addOption(
      new Option(
        "--brokers <n>",
        "how many brokers, each a controller too; topics have a copy on up to three of them",
      )
        .argParser(number(1, 9))
        .default(1),
    )
    .action(async (options: { kafkaPort?: number; registryPort?: number; brokers: number }) =>
      (await import("../commands/sandbox.ts")).sandbox(context(), options),
    );
}
