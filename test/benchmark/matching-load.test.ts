import { expect, test } from "vitest";
import { plainFires } from "../../src/audit/plain-evaluator.ts";
import { createMatchingLoad } from "../../src/benchmark/matching-load.ts";
import type { Workload } from "../../src/benchmark/matching-load.ts";

const usual: Workload = {
  tenants: 7,
  tenantsEvery: 1,
  triggersOfEach: 10,
  firesEvery: 5,
  jobsOfEach: 1,
  seed: 7,
};

const calls = 700;

function nextOf(workload: Workload) {
  const load = createMatchingLoad(workload);
  return { load, all: Array.from({ length: calls }, () => load.next()) };
}

test.each<[string, Partial<Workload>]>([
  ["one call of five fires one trigger", {}],
  ["each call fires two", { firesEvery: 1, jobsOfEach: 2 }],
  ["one tenant of three has triggers", { tenantsEvery: 3 }],
  ["no tenant has any", { tenantsEvery: Infinity }],
])("where %s, the triggers are those that the plain evaluator says", (_, changed) => {
  const { load, all } = nextOf({ ...usual, ...changed });
  for (const { call, fires } of all) {
    const fired = load.triggers
      .filter(
        ({ tenantId, filters }) => tenantId === call.tenantId && plainFires(filters, call.cdr),
      )
      .map(({ triggerId }) => triggerId);
    expect(fired.sort()).toEqual([...fires].sort());
  }
});

test("one call in so many fires, and each tenant's turn to fire comes", () => {
  const { all } = nextOf(usual);
  const firing = all.filter(({ fires }) => fires.length > 0);
  expect(firing).toHaveLength(calls / usual.firesEvery);
  expect(new Set(firing.map(({ call }) => call.tenantId)).size).toBe(usual.tenants);
});

test("the same seed makes the same triggers and calls, another one others", () => {
  const [first, again, other] = [usual, usual, { ...usual, seed: 8 }].map((each) => {
    const { load, all } = nextOf(each);
    return { triggers: load.triggers, all };
  });
  expect(again).toEqual(first);
  expect(other?.all[0]?.call.cdr.id).not.toBe(first?.all[0]?.call.cdr.id);
  expect(other?.triggers[0]?.triggerId).not.toBe(first?.triggers[0]?.triggerId);
});
