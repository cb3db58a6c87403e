import { once } from "node:events";
import { readdir, symlink } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { findProgram } from "../../src/sandbox/programs.ts";
import { startStack } from "../../src/sandbox/stack.ts";
import { useOwnSandbox } from "../support/own-sandbox.ts";
import { registerSchema, topicsOf, writeTopic } from "../support/sandbox-probes.ts";

const own = useOwnSandbox();

test("two sandboxes run side by side and know nothing of each other", async () => {
  const [one, two] = await Promise.all([startStack(own.options()), startStack(own.options())]);
  await using _one = one;
  await using _two = two;
  expect([one.kind, two.kind]).toEqual(["java", "java"]);
  expect(new Set([...one.brokers, ...two.brokers])).toHaveProperty("size", 2);
  await writeTopic(one, "mine");
  expect(await topicsOf(one)).toContain("mine");
  expect(await topicsOf(two)).not.toContain("mine");
  await registerSchema(one, "mine-value");
  expect(await (await fetch(`${two.registryUrl}/subjects`)).json()).toEqual([]);
});

test("stop leaves neither a process nor a file, and may be called again", async () => {
  const stack = await startStack(own.options());
  expect(await own.processes()).toHaveLength(3);
  await Promise.all([stack.stop(), stack.stop()]);
  await stack.stop();
  expect(await own.processes()).toEqual([]);
  expect(await readdir(own.folder)).toEqual([]);
});

test("given ports are used", async () => {
  await using free = await startStack(own.options());
  const kafkaPort = Number(free.brokers[0]?.split(":")[1]);
  const registryPort = Number(new URL(free.registryUrl).port);
  await free.stop();
  await using stack = await startStack(own.options({ kafkaPort, registryPort }));
  expect(stack.brokers).toEqual([`127.0.0.1:${kafkaPort}`]);
  expect(stack.registryUrl).toBe(free.registryUrl);
});

test("a given port that is in use is named, and nothing is started", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const starting = startStack(own.options({ kafkaPort: port }));
  await expect(starting).rejects.toMatchObject({ code: "SANDBOX_PORT_TAKEN", details: { port } });
  server.close();
  await own.nothingIsLeft();
});

test("a start that is called off leaves nothing behind", async () => {
  const off = new AbortController();
  const failure = startStack(own.options({ signal: off.signal })).catch((error: unknown) => error);
  await vi.waitFor(async () => expect(await own.processes()).toHaveLength(3), 20_000);
  const reason = new Error("enough");
  off.abort(reason);
  expect(await failure).toBe(reason);
  await own.nothingIsLeft();
});

test("named brokers and registry are used as they are, and nothing is started", async () => {
  const existing = { brokers: ["10.0.0.1:9092"], registryUrl: "http://10.0.0.1:8081" };
  await using stack = await startStack(own.options({ existing }));
  expect(stack).toMatchObject({ kind: "existing", ...existing });
  await expect(stack.stopBroker(0, "SIGKILL")).rejects.toMatchObject({ code: "SANDBOX_CANNOT" });
});

describe("what is missing is said in one sentence", () => {
  test("neither Docker nor Java", async () => {
    const env = { PATH: own.folder, DOCKER_HOST: `unix://${own.folder}/none.sock` };
    const starting = startStack(own.options({ env }));
    await expect(starting).rejects.toMatchObject({ code: "SANDBOX_NEEDS_JAVA" });
    await expect(starting).rejects.toThrow(/^[^\n]*Java 17[^\n]*install[^\n]*$/);
  });

  test("Java, but nothing in the cache and no Maven", async () => {
    await symlink((await findProgram("java", process.env)) ?? "", join(own.folder, "java"));
    const env = { PATH: own.folder, DOCKER_HOST: `unix://${own.folder}/none.sock` };
    const starting = startStack(own.options({ env, cacheDir: join(own.folder, "cache") }));
    await expect(starting).rejects.toMatchObject({ code: "SANDBOX_NEEDS_MAVEN" });
    await expect(starting).rejects.toThrow(/^[^\n]*install Apache Maven[^\n]*$/);
  });

  test("Docker, where the settings force it", async () => {
    const env = { ONHOOK_SANDBOX: "docker", DOCKER_HOST: `unix://${own.folder}/none.sock` };
    const starting = startStack(own.options({ env }));
    await expect(starting).rejects.toMatchObject({ code: "SANDBOX_NEEDS_DOCKER" });
  });

  test("a choice that does not exist", async () => {
    const starting = startStack(own.options({ env: { ONHOOK_SANDBOX: "podman" } }));
    await expect(starting).rejects.toMatchObject({ code: "SANDBOX_CHOICE" });
  });
});
