import { startServiceProcess } from "../../src/benchmark/service-process.ts";
import type { ServiceProcess } from "../../src/benchmark/service-process.ts";
import { withGround } from "../../src/commands/bench-ground.ts";
import type { GroundOptions } from "../../src/commands/bench-ground.ts";
import type { BenchGround } from "../../src/benchmark/ground.ts";
import type { CommandContext } from "../../src/commands/context.ts";
import { loadConfig } from "../../src/config.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { plainEnv } from "../support/e2e-names.ts";
import { cpuSecondsOf } from "./cpu-seconds.ts";
import { mainFile } from "../support/e2e-program.ts";

/** Where a profile of the service goes, if anybody wants one: shows in Chrome's developer tools, or by `node test/bench/profile.ts`. */
const profileFolder = process.env["BENCH_PROFILES"];
const nodeArgs =
  profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];

/** Benchmarks are not stopped, but ended with their process. */
export const never = new AbortController().signal;

const self = { node: process.execPath, main: mainFile };

function contextOf({ brokers, registryUrl }: Stack): CommandContext {
  const env = {
    ...plainEnv(),
    ONHOOK_KAFKA_BROKERS: brokers.join(","),
    ONHOOK_REGISTRY_URL: registryUrl,
  };
  return {
    env,
    stop: never,
    version: "bench",
    config: loadConfig({ env }),
    configFile: undefined,
    self,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    readStdin: () => Promise.resolve(""),
  };
}

/** What `onhook bench` works on, on the sandbox. */
export function withBenchGround<T>(
  stack: Stack,
  options: Omit<GroundOptions, "namePrefix" | "nodeArgs" | "brokerCpu">,
  work: (ground: BenchGround) => Promise<T>,
): Promise<T> {
  const pids = stack.brokerPids();
  const brokerCpu = (): number => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  const own = { namePrefix: "bench", nodeArgs, ...(pids.length > 0 && { brokerCpu }) };
  return withGround(contextOf(stack), { ...options, ...own }, work);
}

/** The service on names of its own; resolves when it is ready. Disposing it kills it, or lets it write its profile and end. */
export function startBenchService(
  env: Readonly<Record<string, string>>,
  roles: readonly string[] = ["match", "deliver"],
  heapMiB = 256,
): Promise<ServiceProcess> {
  const endedBy = profileFolder === undefined ? "SIGKILL" : "SIGTERM";
  return startServiceProcess({ self, env, roles, heapMiB, nodeArgs, endedBy, signal: never });
}
