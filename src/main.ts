#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { accessCommands } from "./command-line/access-commands.ts";
import { auditCommands } from "./command-line/audit-commands.ts";
import { benchCommands } from "./command-line/bench-commands.ts";
import { configurationCommands } from "./command-line/configuration-commands.ts";
import { deadCommands } from "./command-line/dead-commands.ts";
import { explainCommands } from "./command-line/explain-commands.ts";
import { replayCommands } from "./command-line/replay-commands.ts";
import { secretCommands } from "./command-line/secret-commands.ts";
import { serviceCommands } from "./command-line/service-commands.ts";
import type { CommandContext } from "./commands/context.ts";
import { loadConfig, printConfig } from "./config.ts";
import type { Config } from "./config.ts";
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

/**
 * kafkajs computes a timer below zero on Node 24 and later, harmlessly, once per request; and what takes the types out of
 * the portal's modules calls itself experimental. All other warnings are shown.
 */
function filterWarnings(): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    const isKnown =
      warning.name === "TimeoutNegativeWarning" ||
      warning.message.startsWith("stripTypeScriptTypes is an experimental feature");
    if (!isKnown) process.stderr.write(`${warning.stack ?? warning.message}\n`);
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
  serviceCommands(program, context, process.stdout);
  configurationCommands(program, context);
  secretCommands(program, context);
  accessCommands(program, context);
  deadCommands(program, context);
  replayCommands(program, context, process.stderr);
  explainCommands(program, context);
  auditCommands(program, context);
  benchCommands(program, context);
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
