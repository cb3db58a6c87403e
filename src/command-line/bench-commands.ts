import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import type {
  BenchDeliverOptions,
  BenchLatencyOptions,
  BenchMatchOptions,
} from "../commands/bench.ts";
import type { CommandContext } from "../commands/context.ts";
import { number } from "./arguments.ts";

/** Kafka's names, with room for what follows it. */
function namePrefix(given: string): string {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/.test(given))
    throw new InvalidArgumentError(
      "It is 1 to 100 letters, digits, dots, underscores and hyphens, and begins with a letter or digit.",
    );
  return given;
}

const counted = (flags: string, about: string, standard: number, [min, max]: [number, number]) =>
  new Option(flags, about).argParser(number(min, max)).default(standard);

const rounds = () =>
  counted("--rounds <n>", "how many are measured, after one to warm up", 3, [1, 100]);
const processes = () => counted("--processes <n>", "of the service", 1, [1, 64]);
const endpoints = () =>
  counted("--endpoints <n>", "tenants, each with an address of its own", 100, [1, 10_000]);

function withTopics(command: Command): Command {
  return command
    .addOption(counted("--seed <n>", "the same seed makes the same calls", 7, [0, 2 ** 32 - 1]))
    .addOption(
      new Option(
        "--partitions <n>",
        "of the topics of calls and of jobs; without it as the settings say",
      ).argParser(number(1, 10_000)),
    )
    .addOption(
      new Option(
        "--replication-factor <n>",
        "of all its topics; without it as kafka.replicationFactor says",
      ).argParser(number(1, 15)),
    )
    .addOption(
      new Option("--name-prefix <text>", "what its topics, groups and transactional ids begin with")
        .argParser(namePrefix)
        .default("onhook-bench"),
    )
    .option("--json <file>", "keep the figures there, too");
}

/** `bench`: what the brokers of the settings and this machine do. */
export function benchCommands(program: Command, context: () => CommandContext): void {
  const bench = program
    .command("bench")
    .description(
      "measure the service on the brokers of the settings, with topics of its own; exit status 1 if anything is missing or double",
    );
  withTopics(
    bench
      .command("match")
      .description("calls to jobs, beside merely reading the calls and merely writing the jobs")
      .addOption(counted("--calls <n>", "calls of each round", 200_000, [1, 100_000_000]))
      .addOption(rounds())
      .addOption(processes())
      .addOption(counted("--tenants <n>", "whose calls come in turn", 1000, [1, 100_000]))
      .addOption(counted("--triggers <n>", "of each tenant", 10, [1, 10_000]))
      .addOption(counted("--fires-every <n>", "one call in so many fires", 5, [1, 1_000_000])),
  ).action(async (options: BenchMatchOptions) =>
    (await import("../commands/bench.ts")).benchMatch(context(), options),
  );
  withTopics(
    bench
      .command("deliver")
      .description("jobs to requests to a receiver on loopback, beside merely posting as many")
      .addOption(counted("--jobs <n>", "jobs of each round", 50_000, [1, 100_000_000]))
      .addOption(rounds())
      .addOption(processes())
      .addOption(endpoints())
      .addOption(counted("--bytes <n>", "of a request's body, about", 1000, [250, 100_000])),
  ).action(async (options: BenchDeliverOptions) =>
    (await import("../commands/bench.ts")).benchDeliver(context(), options),
  );
  withTopics(
    bench
      .command("latency")
      .description("from a call to its request, beside a record merely written and read")
      .addOption(counted("--rate <n>", "calls a second", 1000, [1, 100_000]))
      .addOption(counted("--seconds <n>", "of each round", 20, [1, 3600]))
      .addOption(rounds())
      .addOption(endpoints()),
  ).action(async (options: BenchLatencyOptions) =>
    (await import("../commands/bench.ts")).benchLatency(context(), options),
  );
}
