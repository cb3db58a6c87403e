import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { OnhookError } from "../../src/errors.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import type { LogRecord, OutgoingRecord } from "../../src/log/log-record.ts";
import { createMatchStage } from "../../src/matching/match-stage.ts";
import { readSchema } from "../../src/schema-files.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import { createTypeMismatches } from "../../src/triggers/type-mismatches.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { encodeRich, rich, richCalls } from "../cdr/rich-calls.ts";
import { valuesOf } from "../cdr/schema-values.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { fuzz, hostile } from "./fuzz.ts";
import { privateCall, soundTriggers } from "./some-triggers.ts";
import { createWatchedLog } from "./watched-log.ts";

/** Schema 3 is that of jobs, 7 and 8 are those of calls, 9 is none that can be used; others are not there. */
const registered: Readonly<Record<number, unknown>> = {
  3: readSchema("DeliveryJob"),
  7: rich,
  8: callEndedSchema(),
  9: { type: "record", name: "Other", fields: [] },
};
const schemas = {
  get: async (schemaId: number): Promise<unknown> => {
    const schema = registered[schemaId];
    if (schema === undefined) throw new OnhookError("SCHEMA_UNKNOWN", { schemaId });
    return schema;
  },
};
const jobCodec = createRecordCodec<DeliveryJob>({ schema: registered[3], schemaId: 3, schemas });

const anyTenant = fc.constantFrom("t1", "t1", "t2", "");
const encode = encoder(registered[8], 8);
const soundCalls = fc.oneof(
  fc.constant(encode(privateCall)),
  fc
    .tuple(anyTenant, valuesOf(registered[8]) as fc.Arbitrary<object>)
    .map(([tenantId, call]) => encode({ ...call, tenantId })),
  fc.tuple(anyTenant, richCalls).map(([tenantId, call]) => encodeRich({ ...call, tenantId })),
);

function recordAt(offset: number, value: Buffer | null): LogRecord {
  return { topic: "cdr", partition: 2, offset, timestamp: 1000, key: null, value, headers: {} };
}

function createStage() {
  const log = createWatchedLog();
  const clock = createFakeClock();
  const mismatches = createTypeMismatches();
  const table = createTriggerTable({
    catalog: createFieldCatalog(callEndedSchema()),
    allowHttp: false,
    onTypeMismatch: (field) => mismatches.note(field),
  });
  for (const [offset, value] of soundTriggers.entries())
    expect(table.applyTrigger({ triggerId: value.triggerId, value, offset })).toBe("applied");
  const stage = createMatchStage({
    schemas: createCallSchemas(schemas, clock),
    triggers: { tenant: (tenantId) => table.tenant(tenantId), triggersOffset: 12 },
    encodeJob: (job) => jobCodec.encode(job),
    takeTypeMismatches: () => mismatches.take(),
    topics: { jobs: "jobs", invalid: "invalid" },
    clock,
    emit: log.emit,
  });
  return { stage, log };
}

/** What came of each record, by its offset: `invalid`, or the triggers whose jobs it made. */
async function endings(records: readonly OutgoingRecord[]): Promise<Map<number, string[]>> {
  const ends = new Map<number, string[]>();
  for (const { topic, value, headers } of records) {
    const job = topic === "jobs" ? await jobCodec.decode(value) : undefined;
    const offset = job?.cdrOffset ?? Number(headers?.["onhook-source-offset"]);
    ends.set(offset, [...(ends.get(offset) ?? []), job?.triggerId ?? "invalid"]);
  }
  return ends;
}

test("whatever stands on the calls' topic ends as no match, as jobs or in quarantine, and says nothing private", async () => {
  const { stage, log } = createStage();
  const value = fc.option(hostile(soundCalls), { freq: 50 });
  const sound = encode(privateCall);
  const reached = { jobs: 0, invalid: 0, nothing: 0 };
  await fuzz(
    "calls",
    fc.array(value, { minLength: 4, maxLength: 4 }),
    async (values) => {
      // The last is sound: whatever was before it, it is matched.
      const batch = [...values, sound].map((each, offset) => recordAt(offset, each));
      const done = await stage.transform({ topic: "cdr", partition: 2, records: batch }, 1_000_000);
      done.committed();
      expect(done.consumed).toBe(batch.length);
      const ends = await endings(done.records);
      for (const [offset, ending] of ends) {
        expect(new Set(ending).size).toBe(ending.length);
        expect(ending.includes("invalid") && ending.length > 1).toBe(false);
        expect(batch[offset]).toBeDefined();
      }
      expect(ends.get(values.length)?.length).toBeGreaterThan(3);
      expect(log.takeLeaks()).toEqual([]);
      for (const offset of values.keys()) {
        const ending = ends.get(offset) ?? [];
        reached[ending.length === 0 ? "nothing" : ending[0] === "invalid" ? "invalid" : "jobs"] +=
          1;
      }
    },
    4,
  );
  // All three ways were gone.
  expect(Math.min(...Object.values(reached))).toBeGreaterThan(10);
});
