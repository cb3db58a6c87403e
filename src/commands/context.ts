import type { Connections, Surroundings } from "../app/connections.ts";
import { createConnections } from "../app/connections.ts";
import type { Config } from "../config.ts";
import { errandFailure } from "../kafka/broker-failure.ts";
import type { AnyEvent } from "../observability/any-event.ts";
import { systemClock } from "../runtime/clock.ts";

/** Where a command's words go. Each takes whole lines. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
}

/** What main.ts hands to every command; nothing else reaches the process. */
export interface CommandContext extends Output {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ctrl-C, SIGTERM, or the end of the parent that asked to be outlived by nobody. */
  readonly stop: AbortSignal;
  readonly version: string;
  readonly config: Config;
  /** The settings file that the command line names, if it does. */
  readonly configFile: string | undefined;
  /** How to start this program once more: Node and the path of main.ts. */
  readonly self: { readonly node: string; readonly main: string };
  /** The whole of standard input, for files named `-`. */
  readStdin(): Promise<string>;
}

export function userAgent(context: Pick<CommandContext, "version">): string {
  return `onhook/${context.version}`;
}

/** What goes wrong once or twice passes by itself mostly, a leader that is just being elected for one. */
const worthTelling = 3;

/** Tells, while a command waits, what goes on going wrong outside, once each. All else is the service's business. */
function troubles(output: Output): (event: AnyEvent) => void {
  const seen = new Map<string, number>();
  return (event) => {
    if (!("error" in event)) return;
    const { error } = event;
    const text = error instanceof Error ? error.message : String(error);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    if (times === worthTelling) output.err(`onhook: ${text}`);
  };
}

/** The surroundings of a command that does one thing and ends. */
export function surroundingsOf(context: CommandContext): Surroundings {
  return {
    config: context.config,
    clock: systemClock,
    emit: troubles(context),
    kafkaLog: () => undefined,
    userAgent: userAgent(context),
  };
}

/**
 * Does a command's work with the outside systems. What fails at the brokers is said with the settings to look at:
 * KAFKA_UNREACHABLE, KAFKA_CLOSED, KAFKA_AUTH, KAFKA_TLS or KAFKA_REFUSED.
 */
export async function withConnections<T>(
  context: CommandContext,
  work: (connections: Connections, around: Surroundings) => Promise<T>,
): Promise<T> {
  const around = surroundingsOf(context);
  try {
    return await work(createConnections(around), around);
  } catch (error) {
    throw errandFailure(error, context.config.kafka.brokers.join(", "));
  }
}
