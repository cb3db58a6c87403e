import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { activeTriggers } from "../../src/audit/active-triggers.ts";
import { plainFires } from "../../src/audit/plain-evaluator.ts";
import { licenceOf, sampleTenants } from "../../src/sandbox/sample-tenants.ts";
import { receiverOfTrigger, sampleTriggers } from "../../src/sandbox/sample-triggers.ts";
import { createSimulator, demoStart } from "../../src/sandbox/simulator.ts";
import { checkTenant } from "../../src/triggers/tenant.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";

const base = "http://127.0.0.1:1";
const triggers = sampleTriggers({
  ok: `${base}/ok`,
  flaky: `${base}/flaky`,
  broken: `${base}/broken`,
  hang: `${base}/hang`,
  gone: `${base}/gone`,
});
const active = activeTriggers(triggers, sampleTenants);

const activeNames = [...active.values()].flat().map(({ name }) => name);

/** How often each trigger fires in the first `count` calls of the demo, by its name. */
function fired(count: number): Map<string, number> {
  const simulator = createSimulator({ ...demoStart, tenants: sampleTenants });
  const counts = new Map<string, number>();
  for (let sent = 0; sent < count; sent += 1) {
    const { tenantId, cdr } = simulator.next();
    for (const { name, filters } of active.get(tenantId) ?? []) {
      if (plainFires(filters, cdr)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

test("every sample tenant and trigger is one that the service accepts", () => {
  const rules = { catalog: createFieldCatalog(callEndedSchema()), allowHttp: true };
  for (const trigger of triggers) {
    expect(checkTrigger(trigger, rules)).toEqual({ ok: true, trigger });
  }
  for (const tenant of sampleTenants.map(licenceOf)) {
    expect(checkTenant(tenant)).toEqual({ ok: true, tenant });
  }
});

test("the example trigger of the documentation is one that the service accepts", () => {
  const path = new URL("../../docs/examples/trigger.yaml", import.meta.url);
  const rules = { catalog: createFieldCatalog(callEndedSchema()), allowHttp: false };
  expect(checkTrigger(parse(readFileSync(path, "utf8")), rules)).toMatchObject({ ok: true });
});

test("each trigger belongs to a sample tenant and points at its kind of receiver", () => {
  const tenantIds = sampleTenants.map(({ tenantId }) => tenantId);
  for (const { triggerId, tenantId, action } of triggers) {
    expect(tenantIds).toContain(tenantId);
    expect(action.url).toMatch(`${base}/${receiverOfTrigger.get(triggerId)}/`);
  }
});

test("a trigger that is disabled or beyond the licence is not active, all others are", () => {
  const names = new Set(activeNames);
  const idle = triggers.map(({ name }) => name).filter((name) => !names.has(name));
  expect(idle).toEqual(["Beyond the licence", "Switched off"]);
});

test("each active trigger fires soon, so that a short demo shows all that can happen", () => {
  const counts = fired(300);
  expect(activeNames.filter((name) => !counts.has(name))).toEqual([]);
});

describe("a finite demo ends soon", () => {
  const timeOut = 10;

  test("the last attempt of any job ends within 14 s of its call", () => {
    for (const { triggerId, action } of triggers) {
      const perAttempt = receiverOfTrigger.get(triggerId) === "hang" ? timeOut : 0;
      const retries = receiverOfTrigger.get(triggerId) === "flaky" ? 2 : action.retries;
      const waits = Array.from({ length: retries }, (_, index) => 2 * (index + 1));
      const tail = waits.reduce((sum, wait) => sum + wait, perAttempt * (retries + 1));
      expect(tail).toBeLessThanOrEqual(14);
    }
  });

  test("few calls reach the receiver that never answers", () => {
    expect(fired(3_000).get("Emergency pager")).toBeLessThan(0.03 * 3_000);
  });
});
