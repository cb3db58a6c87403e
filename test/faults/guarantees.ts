import type { ScenarioText } from "./catalogue.ts";
import type { Row } from "./rows.ts";

/** Sums over the runs of one scenario. */
export interface Total extends Omit<Row, "seed"> {
  readonly seeds: readonly number[];
}

const summed = [
  "calls",
  "jobs",
  "delivered",
  "dead",
  "cancelled",
  "destroyed",
  "lost",
  "doubled",
  "repeated",
  "inFlight",
] as const satisfies readonly (keyof Row)[];

function totalOf(scenario: string, runs: readonly Row[]): Total {
  const sums = Object.fromEntries(
    summed.map((name) => [name, runs.reduce((sum, run) => sum + run[name], 0)]),
  ) as Record<(typeof summed)[number], number>;
  return { scenario, seeds: runs.map(({ seed }) => seed).sort((a, b) => a - b), ...sums };
}

export function totalsOf(rows: readonly Row[]): readonly Total[] {
  const byScenario = Map.groupBy(rows, ({ scenario }) => scenario);
  return [...byScenario].map(([scenario, runs]) => totalOf(scenario, runs));
}

const head = [
  "scenario",
  "runs",
  "calls",
  "jobs",
  "delivered",
  "dead",
  "cancelled",
  "destroyed",
  "lost",
  "committed doubles",
  "repeated requests",
  "in flight at the faults",
];

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
const table = (names: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [line(names), line(names.map(() => "---")), ...rows.map(line)].join("\n");

const number = (value: number): string => value.toLocaleString("en-GB");

/** docs/guarantees.md, from what every scenario does and what its runs came to. */
export function renderGuarantees(
  scenarios: Readonly<Record<string, ScenarioText>>,
  totals: readonly Total[],
): string {
  const place = new Map(Object.keys(scenarios).map((name, index) => [name, index]));
  const sorted = [...totals].sort(
    (a, b) => (place.get(a.scenario) ?? 0) - (place.get(b.scenario) ?? 0),
  );
  const results = sorted.map((total) => [
    total.scenario,
    total.seeds.length,
    ...summed.map((name) => number(total[name])),
  ]);
  const described = Object.entries(scenarios).map(([name, { file, what }]) => [
    `\`${name}\``,
    what,
    `[${file}](../test/faults/scenarios/${file})`,
  ]);
  const seeds = sorted.map(({ scenario, seeds }) => [scenario, seeds.join(", ")]);
  return `${preface}
## What the scenarios do

${table(["scenario", "what happens", "file"], described)}

## What they came to

${table(head, results)}

${table(["scenario", "seeds"], seeds)}
`;
}

const preface = `# Guarantees

Made by \`npm run guarantees\` from the results of the last \`npm run test:faults\`: run both to write it anew.

What Onhook promises is tried under faults. Each scenario runs real processes of the service against a real Kafka and registry,
streams seeded calls through them, does what its name says at seeded moments, waits until nothing is left to do, and settles the
account from outside:

- **calls** are those that stand in the calls' topic; **jobs** those in the jobs' topic, committed. Which webhooks the calls must cause is
  computed by a plain evaluator that shares no code with the service's.
- **delivered**: a receiver has answered 2xx, and the attempt is recorded. **dead**: the job stands in the topic of dead jobs with its
  record, and its receiver gave no other choice. **cancelled**: its trigger was deleted while it waited for a retry.
- **lost**: due, and neither of those as the receiver's behaviour demands. **committed doubles**: one call and trigger that made two
  jobs. Both must be 0. **destroyed**: webhooks that the scenario itself made impossible, by deleting what nobody had read; the service
  must have told of exactly these.
- **repeated requests**: those whose \`webhook-id\` and \`onhook-attempt\` came before. They must be no more than the requests **in
  flight at the faults**: those that had arrived and were not answered when a fault struck, or whose attempt was not recorded yet, or
  had been in the 100 ms before it, when their offset was being committed; on a busy machine that takes longer, so three times as much
  is added as the slowest write of the test's own took in the two seconds before. A fault that lasts (brokers that are away) counts from begin to
  end; each rebalance of the groups that deliver is a fault of its own, since work changes hands, and so is the time in which a process
  has lost its group and can't commit (it begins nothing then).

**Lost before, and mended.** \`clock-back\` has lost one job in some fifty runs: two records of one job were each passed over for the other
([decision 17](decisions/0017-hand-ons-have-names.md)). \`broker-restart\` has made jobs twice: a broker that was shut down called a transaction complete
and had marked it nowhere ([decision 24](decisions/0024-markers-written-again.md)). \`cluster-loses-two\` (two of three brokers killed in the same moment) has lost jobs in three of its first
thirty runs, of one batch of calls those that went to some of the partitions, and none since. That is what unmarked
transactions look like, too, but nobody has seen the markers missing there.

**Not on any machine.** \`registry-down-at-start\` and \`freeze-deliver\` have held in the runs below, and may repeat more than the
bound on a machine that is busy besides: an attempt is then recorded later than a test's own write takes, and a job that
made a detour by two processes has two records that name different ones, and is done by both.

\`npm run test:faults\` runs all of them with a random seed, which it prints. \`ONHOOK_FAULT_SEED=7 npm run test:faults\` repeats one,
\`ONHOOK_FAULT_ROUNDS=10\` takes that many seeds, one after the other, and \`-- -t kill-match\` runs one scenario alone. Logs of the
processes, and every request that was seen, are then in \`.cache/faults/logs\`. \`npm test\` includes some of the scenarios.
`;
