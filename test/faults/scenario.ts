import { mkdirSync, writeFileSync } from "node:fs";
import { expect, inject, test } from "vitest";
import type { Finding } from "../../src/audit/audit-report.ts";
import type { StackAddress } from "../support/e2e-names.ts";
import type { ScenarioName } from "./catalogue.ts";
import type { Row } from "./rows.ts";
import { seedsOf } from "./seeds.ts";
import { createWorld } from "./world.ts";
import type { World, WorldOptions } from "./world.ts";

export interface Scenario extends Partial<Omit<WorldOptions, "scenario" | "seed" | "stack">> {
  readonly stack: () => StackAddress;
  /** Runs the load and does what is wrong; returns when nothing is left to come but what is on its way. */
  readonly story: (world: World) => Promise<void>;
  /** False where the service's clocks go wrong by more than its audit allows for. */
  readonly audited?: boolean;
}

/** Beyond the waits that have an end of their own. */
const longestMs = 300_000;

const seeds = seedsOf(process.env);

function keepRow(row: Row): void {
  const folder = inject("faultRows");
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${row.scenario}-${row.seed}.json`, `${JSON.stringify(row)}\n`);
}

/** What the service's own audit finds wrong, but for what the scenario has done to the topics itself. */
async function faultsInTheBooks(world: World): Promise<readonly Finding[]> {
  const { findings, omitted, calls, jobs } = await world.audit();
  console.log(JSON.stringify({ calls, jobs, findings: findings.length }));
  expect(omitted).toBe(0);
  return findings.filter(({ kind, jobId }) => {
    if (kind === "ended-twice") return false;
    const ofDeleted = kind === "end-without-job" || kind === "job-missing";
    return !(ofDeleted && world.deleted.has(jobId ?? ""));
  });
}

/** Runs a scenario once for each seed, and settles its account. */
export function faultTest(
  name: ScenarioName,
  { stack, story, audited = true, ...options }: Scenario,
): void {
  test.each(seeds)(
    `${name}, seed %i`,
    async (seed) => {
      console.log(`${name}: ONHOOK_FAULT_SEED=${seed}`);
      await using world = await createWorld({ ...options, scenario: name, seed, stack: stack() });
      await story(world);
      await world.quiet();
      for (const member of world.fleet.running) expect(await world.fleet.stop(member)).toBe(0);
      const { lost: missing, doubled, problems, unexplained, ...counts } = await world.account();
      const lost = missing.filter((id) => !world.destroyed.has(id));
      const row: Row = {
        scenario: name,
        seed,
        ...counts,
        lost: lost.length,
        doubled: doubled.length,
        destroyed: world.destroyed.size,
      };
      // Before it is judged: the table must not leave out what went wrong.
      keepRow(row);
      console.log(JSON.stringify({ ...row, unexplained: unexplained.length }));
      expect({ lost, doubled, problems }).toEqual({ lost: [], doubled: [], problems: [] });
      expect(new Set(missing)).toEqual(world.destroyed);
      const inTheBooks = audited ? await faultsInTheBooks(world) : [];
      expect(inTheBooks).toEqual([]);
      expect(row.repeated).toBeLessThanOrEqual(row.inFlight);
      await world.deleteTopics();
    },
    longestMs,
  );
}
