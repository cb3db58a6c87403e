import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Stack, startStack } from "../../src/sandbox/stack.ts";
import { useOwnSandbox } from "../support/own-sandbox.ts";
import { recordsIn, registerSchema, writeTopic } from "../support/sandbox-probes.ts";
import { processesNaming } from "../support/sandbox-processes.ts";

const own = useOwnSandbox();

test("a broker that dies by itself is reported with the end of its log", async () => {
  await using stack = await startStack(own.options());
  process.kill((await own.processOf(/kafka\.Kafka/)).pid, "SIGKILL");
  const error = await stack.died;
  expect(error).toMatchObject({
    code: "SANDBOX_DIED",
    details: { part: "kafka-1", how: "SIGKILL" },
  });
  expect(error.message).toContain("INFO");
});

test("a broker that can not start is reported with the end of its log", async () => {
  const broken = { ...own.options().env, JAVA_TOOL_OPTIONS: "-Xmx1m" };
  const starting = startStack(own.options({ env: broken }));
  await expect(starting).rejects.toMatchObject({ code: "SANDBOX_DIED" });
  await expect(starting).rejects.toThrow(/heap/i);
  await own.nothingIsLeft();
});

describe("one that stays", () => {
  let stack: Stack;
  let home: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "sandbox-test-"));
    stack = await startStack(own.options({ env: { ...own.options().env, TMPDIR: home } }));
  });

  afterAll(async () => {
    await stack.stop();
    await rm(home, { recursive: true });
  });

  test.each(["SIGKILL", "SIGTERM"] as const)(
    "a broker that ends by %s comes back with its data at its port",
    async (how) => {
      const topic = `before-${how}`;
      await writeTopic(stack, topic);
      await stack.stopBroker(0, how);
      expect(await processesNaming(home)).toHaveLength(2);
      await stack.startBroker(0);
      expect(await recordsIn(stack, topic)).toBe(1);
    },
  );

  test("a registry that was stopped comes back with its schemas at its port", async () => {
    const id = await registerSchema(stack, "kept-value");
    await stack.stopRegistry();
    await expect(fetch(`${stack.registryUrl}/subjects`)).rejects.toThrow("fetch failed");
    await stack.startRegistry();
    const response = await fetch(`${stack.registryUrl}/subjects/kept-value/versions/1`);
    expect(await response.json()).toMatchObject({ id });
  });

  test("a stop that was asked for is no death", async () => {
    await stack.stopRegistry();
    await stack.startRegistry();
    expect(await Promise.race([stack.died, Promise.resolve("alive")])).toBe("alive");
  });

  test("stopping a broker that there is not is refused", async () => {
    await expect(stack.stopBroker(7, "SIGKILL")).rejects.toMatchObject({ code: "SANDBOX_CANNOT" });
  });
});

test("three brokers form one cluster that lives on without one of them", async () => {
  await using stack = await startStack(own.options({ brokers: 3 }));
  expect(stack.brokers).toHaveLength(3);
  await writeTopic(stack, "copied");
  await stack.stopBroker(0, "SIGKILL");
  await vi.waitFor(async () => expect(await recordsIn(stack, "copied")).toBe(1), 30_000);
  await stack.startBroker(0);
});
