import { sampleTenants } from "../../src/sandbox/sample-tenants.ts";
import { createSimulator, demoStart } from "../../src/sandbox/simulator.ts";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Condition } from "../../src/triggers/trigger.ts";
import { when } from "../support/e2e-samples.ts";

/** Calls as the simulator makes them up, always the same ones; their tenants are given in turn. Each asking goes on. */
export function callSource(
  tenantIds: readonly string[],
): (count: number) => readonly CallEndedRecord[] {
  const simulator = createSimulator({ ...demoStart, tenants: sampleTenants });
  let number = 0;
  const next = (): CallEndedRecord => {
    const tenantId = tenantIds[number++ % tenantIds.length] as string;
    return { ...simulator.next(), tenantId };
  };
  return (count) => Array.from({ length: count }, next);
}

/**
 * The conditions of the n-th of a tenant's many triggers: equality, prefix, numeric range and negation in turn, each
 * beside conditions that most calls meet, as people write them. The first fires for calls that `firing` has changed, the
 * others for none.
 */
export function mixedFilters(n: number): readonly Condition[] {
  const external = when("type", "ne", "9");
  switch (n % 4) {
    case 0:
      return [external, when("ansGroupName", "eq", `Desk ${n}`), when("talk", "gte", "0")];
    case 1:
      return [external, when("ddiNum", "prefix", `+99${String(n).padStart(7, "0")}`)];
    case 2:
      return [
        when("dur", "gte", String(1_000_000 + n)),
        when("dur", "lt", String(1_000_001 + n)),
        when("cliName", "ne", "Spam"),
      ];
    default:
      return [
        external,
        when("rteName", "in", `Route ${n}`, `Route ${n} b`),
        when("cause", "notIn", "x"),
      ];
  }
}

/** The call, changed so that it meets `mixedFilters(n)`, `n` being 0 or another multiple of 4, and none of the others. */
export function firing(call: CallEndedRecord, n = 0): CallEndedRecord {
  return { ...call, cdr: { ...call.cdr, type: 2, ansGroupName: `Desk ${n}`, talk: 60 } };
}
