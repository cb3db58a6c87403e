import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProgram } from "../support/e2e-lines.ts";
import { ownNames } from "../support/e2e-names.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
/** Names that the benchmarks must not touch: nobody has made them. */
const { env } = ownNames(stack, "real");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bench-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** All topics, groups and subjects that there are, but for those of Kafka itself. */
async function everything(): Promise<readonly string[]> {
  const admin = new Kafka({ brokers: stack.brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((name) => !name.startsWith("__"));
    const { groups } = await admin.listGroups();
    const subjects = (await (await fetch(`${stack.registryUrl}/subjects`)).json()) as string[];
    return [...topics, ...groups.map(({ groupId }) => groupId), ...subjects].sort();
  } finally {
    await admin.disconnect();
  }
}

/** Other tests' groups may go meanwhile, as nobody is in them. */
async function addedTo(before: readonly string[]): Promise<readonly string[]> {
  return (await everything()).filter((name) => !before.includes(name));
}

test("`onhook bench match` counts each job, says what reading and writing alone come to, and leaves nothing behind", async () => {
  const before = await everything();
  const json = join(folder, "match.json");
  const args = ["bench", "match", "--calls", "300", "--rounds", "2", "--tenants", "10"];
  const printed = await mustRun(
    [...args, "--fires-every", "3", "--partitions", "2", "--processes", "2", "--json", json],
    { env },
  );
  expect(printed).toMatch(
    /^match at .+: topics onhook-bench-[0-9a-f]{8}-…, 2 partitions of calls, 2 of jobs$/m,
  );
  // A tenant's turn comes every tenth call: of the 900, each third fires one trigger.
  expect(printed).toMatch(/^jobs expected 300, found 300: missing 0, double 0, unexpected 0$/m);
  for (const line of ["matching  ", "merely reading", "merely writing"])
    expect(printed).toMatch(new RegExp(`^${line}.* calls/s`, "m"));
  expect(printed).toMatch(/^! A round took .* raise --calls$/m);
  const kept = JSON.parse(await readFile(json, "utf8")) as Record<string, unknown>;
  expect(kept).toMatchObject({
    name: "match",
    ok: true,
    options: { calls: 300, seed: 7, partitions: 2 },
    figures: {
      jobs: { expected: 300, found: 300, missing: 0, double: 0, unexpected: 0 },
      own: { perSecond: expect.any(Array) as unknown },
    },
  });
  expect(await addedTo(before)).toEqual([]);
});

test("`onhook bench deliver` counts each request, and leaves nothing behind", async () => {
  const before = await everything();
  const args = ["bench", "deliver", "--jobs", "200", "--rounds", "1", "--endpoints", "5"];
  const printed = await mustRun([...args, "--name-prefix", "ours"], { env });
  expect(printed).toMatch(/^deliver at .+: topics ours-[0-9a-f]{8}-…, 6 partitions/m);
  expect(printed).toMatch(/^requests expected 400, found 400: missing 0, double 0, unexpected 0$/m);
  expect(printed).toMatch(/^not recorded 0, /m);
  expect(printed).toMatch(/^merely posting .* requests\/s; delivering is \d+ % of that$/m);
  expect(await addedTo(before)).toEqual([]);
});

test("`onhook bench latency` has each request arrive, and leaves nothing behind", async () => {
  const before = await everything();
  const args = ["bench", "latency", "--rate", "50", "--seconds", "1", "--rounds", "1"];
  const printed = await mustRun(args, { env });
  // 5 s to warm up and one that is measured.
  expect(printed).toMatch(/^requests expected 300, found 300: missing 0, double 0, unexpected 0$/m);
  expect(printed).toMatch(/^a record merely written and read: p50 \d+ ms/m);
  expect(await addedTo(before)).toEqual([]);
});

test.each([
  ["writing", ["match", "--calls", "100000"]],
  ["merely reading", ["match", "--calls", "3000"]],
  ["delivering as many jobs", ["deliver", "--jobs", "3000", "--rounds", "1"]],
])("Ctrl-C while it is %s ends it, and what it had made is deleted", async (doing, args) => {
  const before = await everything();
  await using program = startProgram(["bench", ...args], env);
  await program.line(new RegExp(`^… ${doing}`));
  expect(await program.stop("SIGINT")).toBe(1);
  expect(await program.stderr).toBe(
    "Stopping; what was made is being deleted. Ctrl-C again ends at once and leaves it.\n" +
      "onhook: Stopped before the end\n",
  );
  expect(await addedTo(before)).toEqual([]);
});

test.each([
  [["match", "--processes", "7"], /--processes 7 is more than the 6 partitions.*--partitions/],
  [["match", "--replication-factor", "3"], /Replication-factor is invalid/],
  [["match", "--json", "/nowhere/match.json"], /\/nowhere\/match\.json can not be written/],
  [["match", "--calls", "0"], /option '--calls <n>' argument '0' is invalid/],
  [["deliver", "--bytes", "10"], /option '--bytes <n>' argument '10' is invalid/],
  [["latency", "--rate", "fast"], /option '--rate <n>' argument 'fast' is invalid/],
  [["latency", "--name-prefix", "a b"], /option '--name-prefix <text>' argument 'a b' is invalid/],
])("`onhook bench %s` fails, says why, and leaves nothing behind", async (args, message) => {
  const before = await everything();
  const { status, stdout, stderr } = await runProgram(["bench", ...args], { env });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(message);
  expect(await addedTo(before)).toEqual([]);
});
