import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { killedWithParent } from "../../src/sandbox/programs.ts";
import { type StackOptions, startStack } from "../../src/sandbox/stack.ts";
import { cacheDir, useOwnSandbox } from "../support/own-sandbox.ts";

const canDieWithKeeper = (await killedWithParent(process.env)).length > 0;

const own = useOwnSandbox();

/** A process of its own that starts a sandbox and prints where the registry answers. */
function spawnParent(env: StackOptions["env"]) {
  const program = fileURLToPath(new URL("../support/sandbox-parent.ts", import.meta.url));
  return spawn(process.execPath, [program, cacheDir], { env, stdio: ["ignore", "pipe", "pipe"] });
}

test.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
  "nothing is left when the parent ends by %s",
  async (signal) => {
    const parent = spawnParent(own.options().env);
    const [registryUrl] = (await once(createInterface(parent.stdout), "line")) as [string];
    expect((await fetch(`${registryUrl}/subjects`)).status).toBe(200);
    expect(await own.processes()).toHaveLength(3);
    parent.kill(signal);
    await own.nothingIsLeft();
  },
);

test("nothing is left when the parent is killed while its sandbox starts", async () => {
  const parent = spawnParent(own.options().env);
  await vi.waitFor(async () => expect(await own.processes()).toHaveLength(3), 20_000);
  parent.kill("SIGKILL");
  await own.nothingIsLeft();
});

test("a Docker that does not give the images is said in one line, and Java takes over", async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/_ping" ? 200 : 500;
    response.end("no");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const DOCKER_HOST = `tcp://127.0.0.1:${port}`;
  const parent = spawnParent({ ...own.options().env, ONHOOK_SANDBOX: "", DOCKER_HOST });
  const said = text(parent.stderr);
  await once(createInterface(parent.stdout), "line");
  expect(await own.processOf(/kafka\.Kafka/)).toBeDefined();
  parent.kill("SIGKILL");
  expect(await said).toMatch(/^Docker is not used: .+$/m);
  server.close();
  await own.nothingIsLeft();
});

test("the keeper is out of reach of a Ctrl-C at the parent's terminal", async () => {
  await using _stack = await startStack(own.options());
  const keeper = await own.processOf(/keeper\.ts/);
  // A terminal signals its foreground process group; the keeper leads one of its own.
  expect(() => process.kill(-keeper.pid, 0)).not.toThrow();
});

test.runIf(canDieWithKeeper)("the brokers do not outlive a keeper that is killed", async () => {
  await using stack = await startStack(own.options());
  process.kill((await own.processOf(/keeper\.ts/)).pid, "SIGKILL");
  expect(await stack.died).toMatchObject({ code: "SANDBOX_DIED" });
  await own.nothingIsLeft();
});
