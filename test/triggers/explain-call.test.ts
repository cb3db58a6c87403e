import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { compileTrigger } from "../../src/triggers/compile-trigger.ts";
import { blocks, explainCall, obstaclesOf } from "../../src/triggers/explain-call.ts";
import type { TriggerStanding } from "../../src/triggers/explain-call.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { anyCdr, conditionOn } from "./any-conditions.ts";
import { triggerInput } from "./trigger-input.ts";

const catalog = createFieldCatalog(callEndedSchema());

function compiled(filters: readonly object[], changes: object = {}) {
  const checked = checkTrigger(triggerInput({ filters, ...changes }), {
    catalog,
    allowHttp: false,
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return compileTrigger(checked.trigger, catalog, () => undefined);
}

function verdictsOf(filters: readonly object[], cdr: object) {
  const trigger = compiled(filters);
  const verdicts = explainCall(trigger, { id: "c", ...cdr });
  expect(trigger.fires({ id: "c", ...cdr })).toBe(verdicts.every(({ holds }) => holds));
  return verdicts.map(({ holds, values, mismatch }) => ({ holds, values, mismatch }));
}

describe("the explanation of a call", () => {
  it("has each condition in its order, with what the call has there", () => {
    const filters = [
      { field: "dur", op: "gt", values: ["30"] },
      { field: "cliNum", op: "prefix", values: ["+1"] },
      { field: "recordingIds", op: "in", values: ["a", "b"] },
    ];
    expect(verdictsOf(filters, { dur: 12, cliNum: "+1555", recordingIds: ["c", "b"] })).toEqual([
      { holds: false, values: [12], mismatch: false },
      { holds: true, values: ["+1555"], mismatch: false },
      { holds: true, values: ["c", "b"], mismatch: false },
    ]);
  });

  it("has no value where the call does not have the field", () => {
    const filters = [
      { field: "cliNum", op: "ne", values: ["+1"] },
      { field: "tags.Support", op: "exists" },
      { field: "tags.Support", op: "absent" },
    ];
    expect(verdictsOf(filters, { cliNum: null, tags: {} })).toEqual([
      { holds: true, values: [], mismatch: false },
      { holds: false, values: [], mismatch: false },
      { holds: true, values: [], mismatch: false },
    ]);
  });

  it("says where a value is of another type or shape than the field", () => {
    const filters = [
      { field: "dur", op: "gt", values: ["30"] },
      { field: "start", op: "gt", values: ["2026-01-01T00:00:00Z"] },
      { field: "recordingIds", op: "eq", values: ["a"] },
      { field: "directoryMatches.fields.fullName", op: "absent" },
    ];
    const cdr = { dur: "40", start: "soon", recordingIds: "a", directoryMatches: "x" };
    expect(verdictsOf(filters, cdr)).toEqual([
      { holds: false, values: ["40"], mismatch: true },
      { holds: false, values: ["soon"], mismatch: true },
      { holds: false, values: [], mismatch: true },
      { holds: true, values: [], mismatch: true },
    ]);
  });

  it("agrees with the trigger, whatever its conditions and the call are", () => {
    const conditions = fc.array(conditionOn(catalog), { maxLength: 4 });
    fc.assert(
      fc.property(conditions, anyCdr, (filters, cdr) => {
        const verdicts = verdictsOf(filters, cdr);
        expect(verdicts).toHaveLength(filters.length);
      }),
    );
  });

  it("of a trigger without conditions is empty", () => {
    expect(verdictsOf([], { dur: 1 })).toEqual([]);
  });
});

describe("what is in the way besides the conditions", () => {
  const { trigger } = compiled([], { createdAt: 1000 });
  const standing: TriggerStanding = { trigger, status: "active", refused: undefined };
  const call = { tenantId: trigger.tenantId, timestamp: 2000 };

  it("is nothing for a call of its tenant while the trigger is active", () => {
    expect(obstaclesOf(standing, call)).toEqual([]);
    expect(obstaclesOf(standing, { ...call, timestamp: 1000 })).toEqual([]);
  });

  it.each(["disabled", "over-licence", "suspended"] as const)("is that it is %s", (status) => {
    const obstacles = obstaclesOf({ ...standing, status }, call);
    expect(obstacles.map(({ kind }) => kind)).toEqual([status]);
    expect(obstacles.every(blocks)).toBe(true);
  });

  it("is that the service has disabled it, with the reason", () => {
    const disabled = { ...trigger, enabled: false, disabledReason: "410 Gone" };
    expect(obstaclesOf({ ...standing, trigger: disabled, status: "disabled" }, call)).toEqual([
      { kind: "disabled", reason: "410 Gone" },
    ]);
  });

  it("is that the call is another tenant's, and that it came before there was the trigger", () => {
    const obstacles = obstaclesOf(standing, { tenantId: "another", timestamp: 999 });
    expect(obstacles).toEqual([
      { kind: "other-tenant" },
      { kind: "created-later", createdAt: 1000 },
    ]);
    expect(obstacles.every(blocks)).toBe(true);
  });

  it("is not that a newer version was refused, which is only said", () => {
    const problems = [{ path: "action.url", message: "is not https" }];
    const refused = { triggerId: trigger.triggerId, tenantId: null, offset: 7, problems };
    const obstacles = obstaclesOf({ ...standing, refused }, call);
    expect(obstacles).toEqual([{ kind: "newer-version-refused", offset: 7, problems }]);
    expect(obstacles.some(blocks)).toBe(false);
  });
});
