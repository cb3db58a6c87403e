#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import { deadList } from "./commands/dead.ts";
import { demo } from "./commands/demo.ts";
import type { CommandContext } from "./commands/context.ts";
import { run } from "./commands/run.ts";
import { sandbox } from "./commands/sandbox.ts";
import { topicsApply } from "./commands/topics.ts";
import { triggerDelete, triggerGet, triggerList, triggerPut } from "./commands/triggers.ts";
import { loadConfig, printConfig } from "./config.ts";
import type { Config, Role } from "./config.ts";
import { OnhookError } from "./errors.ts";

// This file is the only one that touches `process`: arguments, environment, streams, signals, exit status.

interface GlobalOptions {
  readonly config?: string;
  readonly printConfig?: boolean;
}

const version = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  }
).version;

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (stop.signal.aborted) process.exit(signal === "SIGINT" ? 130 : 143);
      stop.abort();
    });
  }
  // A parent that opened a channel to us wants us to end with it, however it ends.
  process.on("disconnect", () => stop.abort());
  return stop.signal;
}

/** kafkajs computes a timer below zero on Node 24 and later, harmlessly, once per request; all other warnings are shown. */
function filterWarnings(): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "TimeoutNegativeWarning")
      process.stderr.write(`${warning.stack ?? warning.message}\n`);
  });
}

function contextOf(options: GlobalOptions): CommandContext {
  return {
    env: process.env,
    stop: stopSignal(),
    version,
    config: configOf(options),
    configFile: options.config,
    self: { node: process.execPath, main: fileURLToPath(import.meta.url) },
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    readStdin: () => text(process.stdin),
  };
}

function number(min: number, max: number) {
  return (given: string): number => {
    const value = Number(given);
    if (!/^\d+$/.test(given) || value < min || value > max)
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    return value;
  };
}

function roles(given: string): Role[] {
  const known: readonly string[] = ["match", "deliver", "admin"];
  const named = given.split(",").map((each) => each.trim());
  const unknown = named.filter((each) => !known.includes(each));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `There is no role ${unknown.join(", ")}; there are ${known.join(", ")}.`,
    );
  return named as Role[];
}

function serviceCommands(program: Command, context: () => CommandContext): void {
  program
    .command("run")
    .description("run the service until it is told to stop")
    .addOption(
      new Option(
        "--roles <list>",
        "what this process does, instead of the setting `roles`",
      ).argParser(roles),
    )
    .action((options: { roles?: Role[] }) => {
      const made = context();
      return run(made, options.roles ?? [...made.config.roles], process.stdout);
    });
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
    .action((options: { calls?: number; rate: number; seed: number; exit?: boolean }) =>
      demo(context(), options, process.stdout),
    );
  program
    .command("sandbox")
    .description("start a local Kafka and schema registry, and keep them until stopped")
    .addOption(
      new Option("--kafka-port <port>", "a free one without it").argParser(number(1, 65_535)),
    )
    .addOption(
      new Option("--registry-port <port>", "a free one without it").argParser(number(1, 65_535)),
    )
    .action((options: { kafkaPort?: number; registryPort?: number }) =>
      sandbox(context(), options),
    );
}

function configurationCommands(program: Command, context: () => CommandContext): void {
  const topics = program
    .command("topics")
    .description("the topics and the schemas of their records");
  topics
    .command("apply")
    .description("create and register what is missing; say what differs, without changing it")
    .action(() => topicsApply(context()));
  const trigger = program
    .command("trigger")
    .description("the triggers: which calls make which request");
  trigger
    .command("list")
    .description("all triggers, a line each")
    .option("--tenant <id>", "only this tenant's")
    .option("--json", "a JSON object a line")
    .action((options: { tenant?: string; json?: boolean }) => triggerList(context(), options));
  trigger
    .command("get <triggerId>")
    .description("one trigger as YAML, which `put` takes back; secrets are masked")
    .action((triggerId: string) => triggerGet(context(), triggerId));
  trigger
    .command("put <file>")
    .description(
      "check a trigger in a YAML or JSON file (`-`: standard input) and publish it; docs/examples/trigger.yaml is one",
    )
    .action((file: string) => triggerPut(context(), file));
  trigger
    .command("delete <triggerId>")
    .description("delete a trigger; its pending jobs end as cancelled")
    .action((triggerId: string) => triggerDelete(context(), triggerId));
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
      (options: {
        tenant?: string;
        trigger?: string;
        reason?: string;
        limit: number;
        json?: boolean;
      }) => deadList(context(), options),
    );
}

function createProgram(): Command {
  const program = new Command("onhook")
    .description("When a call goes on-hook, its webhooks fire: a Kafka stream-processing service.")
    .version(version)
    .option(
      "--config <file>",
      "settings file; config/onhook.yaml lists every setting (or ONHOOK_CONFIG)",
    )
    .option("--print-config", "print the settings in force, secrets masked, and end")
    .showHelpAfterError()
    .addHelpText("after", helpText);
  const context = (): CommandContext => contextOf(program.opts<GlobalOptions>());
  serviceCommands(program, context);
  configurationCommands(program, context);
  // An action of its own makes commander take an unknown command for an argument too many.
  program.allowExcessArguments().action(() => {
    const [unknown] = program.args;
    if (unknown !== undefined) program.error(`error: unknown command '${unknown}'`);
    program.help({ error: true });
  });
  program.hook("preAction", () => {
    if (program.opts<GlobalOptions>().printConfig !== true) return;
    process.stdout.write(printConfig(configOf(program.opts<GlobalOptions>())));
    throw new Finished();
  });
  return program;
}

/** Ends the program in order from within commander. */
class Finished extends Error {}

function configOf({ config: file }: GlobalOptions): Config {
  return loadConfig({ env: process.env, ...(file !== undefined && { file }) });
}

const helpText = `
From here to your own Kafka:
  1. Name your cluster: export ONHOOK_KAFKA_BROKERS=… ONHOOK_REGISTRY_URL=…, or a file: --config onhook.yaml.
     Every setting, its default and its variable: config/onhook.yaml, docs/settings.md.
  2. onhook topics apply                               creates the topics and registers the schemas
  3. onhook trigger put docs/examples/trigger.yaml     tells which calls make which request
  4. onhook run                                        starts the service; write calls to onhook.cdr

Without a Kafka at hand: onhook sandbox. To see it all at work: onhook demo.
`;

/** Whoever reads our output may have seen enough (`| head`): that is the end of it, and no failure. */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
}

async function main(): Promise<void> {
  filterWarnings();
  endWithReader();
  try {
    await createProgram().parseAsync();
  } catch (error) {
    if (error instanceof Finished) return;
    const text =
      error instanceof OnhookError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`onhook: ${text}\n`);
    process.exitCode = 1;
  }
}

await main();
// All is done by now. What still hangs (a socket to a broker that does not answer) must not keep the process alive.
process.stdout.write("", () => process.exit());
