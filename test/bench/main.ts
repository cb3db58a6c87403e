import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import "../support/quiet-warnings.ts";
import { startStack } from "../../src/sandbox/stack.ts";
import type { Stack } from "../../src/sandbox/stack.ts";
import { backlog, backlogDefaults } from "./backlog.ts";
import { deliver, deliverDefaults } from "./deliver.ts";
import { delivering, deliveringDefaults } from "./delivering.ts";
import { history, historyDefaults } from "./history.ts";
import { isolation, isolationDefaults } from "./isolation.ts";
import { latency, latencyDefaults } from "./latency.ts";
import { match, matchDefaults } from "./match.ts";
import { rolling, rollingDefaults } from "./rolling.ts";
import { scale, scaleDefaults } from "./scale.ts";
import { state, stateDefaults } from "./state.ts";
import { countStolenTime } from "./stolen-time.ts";
import { triggers, triggersDefaults } from "./triggers.ts";

// npm run bench -- <scenario> [--seconds N] [--jobs N] [--triggers N] [--only VARIANT]: measures on a sandbox of its own, keeps a JSON file in .cache/bench,
// and ends with 1 where a promise did not hold.

interface Result {
  readonly ok: boolean;
}

const cacheDir = fileURLToPath(new URL("../../.cache", import.meta.url));
/** What the scenario that runs has printed so far. */
let lines: string[] = [];
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const out = (line: string): void => {
  lines.push(line);
  print(line);
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string" },
    jobs: { type: "string" },
    calls: { type: "string" },
    processes: { type: "string" },
    only: { type: "string" },
    triggers: { type: "string" },
    attempts: { type: "string" },
  },
});

/** Started by the first scenario that needs it. */
let stack: Promise<Stack> | null = null;
const running = (): Promise<Stack> =>
  (stack ??= startStack({ cacheDir: `${cacheDir}/sandbox`, env: process.env, onProgress: print }));

const scenarios: Readonly<Record<string, () => Promise<Result>>> = {
  isolation: async () =>
    isolation(
      await running(),
      { ...isolationDefaults, ...(values.seconds && { seconds: Number(values.seconds) }) },
      out,
    ),
  backlog: async () =>
    backlog(
      await running(),
      { ...backlogDefaults, ...(values.jobs && { jobs: Number(values.jobs) }) },
      out,
    ),
  deliver: async () =>
    deliver(
      await running(),
      {
        ...deliverDefaults,
        ...(values.jobs && { jobs: Number(values.jobs) }),
        ...(values.only && { only: values.only }),
      },
      out,
    ),
  latency: async () =>
    latency(
      await running(),
      { ...latencyDefaults, ...(values.seconds && { seconds: Number(values.seconds) }) },
      out,
    ),
  history: () =>
    history(
      { ...historyDefaults, ...(values.attempts && { attempts: Number(values.attempts) }) },
      out,
    ),
  delivering: () => delivering(deliveringDefaults, out),
  triggers: () => triggers(triggersDefaults, out),
  state: async () =>
    state(
      await running(),
      { ...stateDefaults, ...(values.triggers && { triggers: Number(values.triggers) }) },
      out,
    ),
  match: async () =>
    match(
      await running(),
      {
        ...matchDefaults,
        ...(values.calls && { calls: Number(values.calls) }),
        ...(values.processes && { processes: Number(values.processes) }),
      },
      out,
    ),
  rolling: async () =>
    rolling(
      await running(),
      { ...rollingDefaults, ...(values.seconds && { seconds: Number(values.seconds) }) },
      out,
    ),
  scale: async () =>
    scale(
      await running(),
      {
        ...scaleDefaults,
        ...(values.calls && { calls: Number(values.calls) }),
        ...(values.jobs && { jobs: Number(values.jobs) }),
      },
      out,
    ),
};

/** Of all processor time; with more, figures of time are to be taken with care. */
const noticeable = 0.02;

const chosen = positionals.length > 0 ? positionals : Object.keys(scenarios);
const unknown = chosen.filter((name) => !(name in scenarios));
if (unknown.length > 0) {
  print(
    `There is no benchmark ${unknown.join(", ")}; there are ${Object.keys(scenarios).join(", ")}.`,
  );
  process.exit(2);
}
await using _ = { [Symbol.asyncDispose]: async () => (await stack)?.stop() };
mkdirSync(`${cacheDir}/bench`, { recursive: true });
for (const name of chosen) {
  print(`— ${name}`);
  lines = [];
  const stolenTime = countStolenTime();
  const result = await (scenarios[name] as () => Promise<Result>)();
  const stolen = stolenTime();
  if (stolen > noticeable)
    out(`the host gave ${(100 * stolen).toFixed(0)} % of the processor time to other machines`);
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? "", node: process.version };
  const kept = { name, at: new Date().toISOString(), machine, stolen, lines, ...result };
  writeFileSync(`${cacheDir}/bench/${name}.json`, `${JSON.stringify(kept, null, 2)}\n`);
  print(result.ok ? "held" : "NOT HELD");
  if (!result.ok) process.exitCode = 1;
}
