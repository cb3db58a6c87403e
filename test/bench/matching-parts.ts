import { callSource, firing, mixedFilters } from "../../src/benchmark/matching-load.ts";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import type { MatchContext } from "../../src/matching/match-batch.ts";
import { readSchema } from "../../src/schema-files.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import type { TriggerTable } from "../../src/triggers/trigger-table.ts";
import { avroTypeOf, schemaFile, wireBytes } from "../support/e2e-platform.ts";
import { triggerOf } from "../support/e2e-samples.ts";
import { tracingOfPass } from "../../src/matching/match-tracing.ts";

const callSchemaId = 1;
export const callSchema = createCallSchema(callSchemaId, schemaFile("call-ended"));

const callType = avroTypeOf(schemaFile("call-ended"));

/** As many calls' values as asked for, their tenants in turn; one in `firesEvery` fires the first trigger of `tableOf`. */
export function valuesOf(
  tenantIds: readonly string[],
  count: number,
  firesEvery = Infinity,
): Buffer[] {
  const next = callSource(tenantIds);
  return Array.from({ length: count }, (_, number) => {
    const call = next();
    const value = number % firesEvery === 0 ? firing(call) : call;
    return wireBytes(callSchemaId, callType.toBuffer(value));
  });
}

/** The same number of triggers for each tenant; see `mixedFilters`. */
export function tableOf(tenantIds: readonly string[], triggersOfEach: number): TriggerTable {
  const table = createTriggerTable({
    catalog: createFieldCatalog(schemaFile("call-ended")),
    allowHttp: false,
    onTypeMismatch: () => undefined,
  });
  let offset = 0;
  for (const tenantId of tenantIds) {
    for (let n = 0; n < triggersOfEach; n += 1) {
      const filters = mixedFilters(n);
      const value = triggerOf({ tenantId, url: "https://example.com/hook", filters });
      const applied = table.applyTrigger({ triggerId: value.triggerId, value, offset: offset++ });
      if (applied !== "applied") throw new Error(JSON.stringify(applied));
    }
  }
  return table;
}

export const jobCodec = createRecordCodec<DeliveryJob>({
  schema: readSchema("DeliveryJob"),
  schemaId: 2,
  schemas: { get: () => Promise.reject(new Error("nothing is decoded here")) },
});

/** The job of a call's value, the `number`-th of its partition. */
export function jobOf(call: Buffer, number: number): DeliveryJob {
  return {
    jobId: "5f55a2f4-0b67-5a0c-9a53-0d3c7f1f6f7e",
    triggerId: "0b8f3c8e-2f0f-4a39-9f0e-4f0a5a2e7a11",
    tenantId: `tenant-${number}`,
    cdrId: `call-${number}`,
    call,
    cdrTopic: "onhook.cdr",
    cdrPartition: 3,
    cdrOffset: number,
    cdrTimestamp: 1_764_000_000_000,
    triggersOffset: 12_345,
  };
}

/** What matching needs, of the table alone. */
export function contextOf(table: TriggerTable): MatchContext {
  return {
    triggers: { tenant: (id) => table.tenant(id), triggersOffset: 0 },
    schemaOf: () => callSchema,
    encodeJob: (job) => jobCodec.encode(job),
    tracing: tracingOfPass(undefined),
    jobsTopic: "onhook.jobs",
    invalidTopic: "onhook.cdr.invalid",
    maxRecordBytes: 1e6,
    maxOutputBytes: 1e9,
  };
}
