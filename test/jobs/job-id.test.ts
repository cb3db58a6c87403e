import * as fc from "fast-check";
import { v5 } from "uuid";
import { expect, it } from "vitest";
import { jobIdOf } from "../../src/jobs/job-id.ts";

const of = { tenantId: "t1", cdrId: "call-1", triggerId: "7c9e6679-7425-40de-944b-e07fc1f90ae7" };

it("a job's id is a UUIDv5 that never changes: receivers and replays rely on it", () => {
  expect(jobIdOf(of)).toBe("6449f9c6-1421-586b-ad1f-f09bed0b651b");
});

it("a job's id differs as soon as its tenant, call or trigger does", () => {
  const ids = [of, { ...of, tenantId: "t2" }, { ...of, cdrId: "2" }, { ...of, triggerId: "3" }];
  expect(new Set(ids.map(jobIdOf)).size).toBe(4);
  const name = fc.string({ unit: fc.constantFrom("a", "b", "-", ":"), maxLength: 3 });
  const parts = fc.record({ tenantId: name, cdrId: name, triggerId: name });
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect(jobIdOf(one) === jobIdOf(other)).toBe(same);
    }),
  );
});

it("a job's id is what the package for UUIDs makes of the same name", () => {
  const namespace = v5("onhook.delivery-job", v5.DNS);
  const text = fc.string({ unit: "grapheme" });
  fc.assert(
    fc.property(text, text, text, (tenantId, cdrId, triggerId) => {
      const name = `${tenantId}\n${cdrId}\n${triggerId}`;
      expect(jobIdOf({ tenantId, cdrId, triggerId })).toBe(v5(name, namespace));
    }),
  );
});
