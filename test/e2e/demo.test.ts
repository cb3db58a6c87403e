import { expect, test } from "vitest";
import { plainEnv } from "../support/e2e-names.ts";
import { startProgram } from "../support/e2e-lines.ts";
import { runProgram } from "../support/e2e-program.ts";
import { useOwnSandbox } from "../support/own-sandbox.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const own = useOwnSandbox();
/** The receiver that never answers is given up soon, so that nobody waits for it. */
const demoEnv = { ...plainEnv(), ONHOOK_DELIVERY_TIMEOUT_MS: "2000" };
const sandboxEnv = () => ({ ...demoEnv, ONHOOK_SANDBOX: "java", TMPDIR: own.folder });

test("a finite demo ends with one line that says that nothing was lost, and succeeds", async () => {
  const env = {
    ...demoEnv,
    ONHOOK_KAFKA_BROKERS: stack.brokers.join(","),
    ONHOOK_REGISTRY_URL: stack.registryUrl,
  };
  const args = ["demo", "--calls", "120", "--rate", "40", "--exit"];
  const { status, stdout, stderr } = await runProgram(args, { env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const [, matched, delivered, retried, dead] =
    /^calls=120 matched=(\d+) delivered=(\d+) retried=(\d+) dead=(\d+) lost=0\n$/m.exec(stdout) ??
    [];
  expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^calls=120 /);
  expect(stdout).not.toContain("did not arrive");
  for (const count of [matched, delivered, retried, dead]) expect(Number(count)).toBeGreaterThan(0);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a demo that is stopped by a Ctrl-C leaves neither its service nor its sandbox", async () => {
  await using demo = startProgram(["demo"], sandboxEnv());
  const [, pid] = await demo.line(/service runs as pid (\d+)/);
  await demo.line(/delivered=[1-9]/);
  expect(isAlive(Number(pid))).toBe(true);
  expect(await demo.stop("SIGINT")).toBe(0);
  expect(await demo.stderr).toBe("");
  expect(isAlive(Number(pid))).toBe(false);
  await own.nothingIsLeft();
});

test("a sandbox says how it is used, and leaves nothing after a Ctrl-C", async () => {
  await using sandbox = startProgram(["sandbox"], sandboxEnv());
  const [, brokers = ""] = await sandbox.line(/export ONHOOK_KAFKA_BROKERS=(\S+)/);
  const [, registryUrl = ""] = await sandbox.line(/export ONHOOK_REGISTRY_URL=(\S+)/);
  await sandbox.line(/Ctrl-C/);
  const env = {
    ...plainEnv(),
    ONHOOK_KAFKA_BROKERS: brokers,
    ONHOOK_REGISTRY_URL: registryUrl,
  };
  expect((await runProgram(["topics", "apply"], { env })).status).toBe(0);
  expect(await sandbox.stop("SIGINT")).toBe(0);
  expect(await sandbox.stderr).toBe("");
  await own.nothingIsLeft();
});
