import { OnhookError } from "../errors.ts";
import { dockerAnswers } from "./docker-daemon.ts";
import { startDockerStack } from "./docker-stack.ts";
import { provideJavaDistribution } from "./java-distribution.ts";
import { startJavaStack } from "./java-stack.ts";
import { findJava } from "./programs.ts";
import { unstoppableParts } from "./unstoppable-parts.ts";
import type { Stack, StackOptions } from "./stack-types.ts";

export type { KafkaExtras, Stack, StackOptions } from "./stack-types.ts";

/**
 * A Kafka and a schema registry that answer: those that are named, else in Docker, else on Java. They end with this
 * process, however it ends. Errors: SANDBOX_* of src/errors.ts; a rejected start leaves nothing running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  options.signal?.throwIfAborted();
  if (options.existing !== undefined) return existingStack(options.existing);
  const choice = options.kafka === undefined ? choiceOf(options) : "java";
  if (choice !== "java") {
    const stack = (await dockerAnswers(options.env)) ? await startDockerStack(options) : undefined;
    if (stack !== undefined) return stack;
    if (choice === "docker") throw new OnhookError("SANDBOX_NEEDS_DOCKER");
  }
  const java = await findJava(options.env);
  if (java === undefined) throw new OnhookError("SANDBOX_NEEDS_JAVA");
  const distribution = await provideJavaDistribution(options);
  return await startJavaStack(options, { java, distribution });
}

function choiceOf({ env }: StackOptions): "docker" | "java" | "any" {
  const value = env["ONHOOK_SANDBOX"] ?? "";
  if (value === "docker" || value === "java") return value;
  if (value === "") return "any";
  throw new OnhookError("SANDBOX_CHOICE", { value });
}

function existingStack(existing: NonNullable<StackOptions["existing"]>): Stack {
  const stop = async (): Promise<void> => {};
  return {
    kind: "existing",
    ...unstoppableParts("existing"),
    ...existing,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
