import { describe, expect, it } from "vitest";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { OnhookError } from "../../src/errors.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { matchBatch } from "../../src/matching/match-batch.ts";
import type { MatchContext } from "../../src/matching/match-batch.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import type { TenantTriggers, TriggerTable } from "../../src/triggers/trigger-table.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { triggerInput } from "../triggers/trigger-input.ts";
import { tracingOfPass } from "../../src/matching/match-tracing.ts";
import { traceparent } from "../jobs/some-trace.ts";

const at = { topic: "onhook.cdr", partition: 2 };
const schema = callEndedSchema();
const encode = encoder(schema, 7);
const calls = createCallSchema(7, schema);
const idOf = (number: number) => `7c9e6679-7425-40de-944b-${String(number).padStart(12, "0")}`;

function record(
  offset: number,
  value: Buffer | null,
  headers: LogRecord["headers"] = {},
): LogRecord {
  return { ...at, offset, timestamp: 1000 + offset, key: Buffer.from("k"), value, headers };
}

const callOf = (id: string, cdr: object = {}, tenantId = "t1"): Buffer =>
  encode({ tenantId, id: null, cdr: { id, ...cdr } });

/** A table in which trigger `n` of tenant t1 has the n-th of these filters. */
function tableWith(...filters: (readonly object[])[]): TriggerTable {
  const onTypeMismatch = (): void => undefined;
  const catalog = createFieldCatalog(schema);
  const table = createTriggerTable({ catalog, allowHttp: false, onTypeMismatch });
  for (const [index, each] of filters.entries()) {
    const triggerId = idOf(index + 1);
    const value = triggerInput({ triggerId, filters: each });
    table.applyTrigger({ triggerId, value, offset: index });
  }
  return table;
}

/** Matches, with jobs that can be read as they are: their bytes are JSON. */
function match(
  records: readonly LogRecord[],
  tenant: (id: string) => TenantTriggers | undefined,
  schemaOf: MatchContext["schemaOf"] = () => calls,
  limits: Partial<MatchContext> = {},
) {
  const result = matchBatch(
    { ...at, records },
    {
      triggers: { tenant, triggersOffset: 12 },
      schemaOf,
      encodeJob: (job) => Buffer.from(JSON.stringify({ ...job, call: job.call.toString("hex") })),
      tracing: tracingOfPass(undefined),
      jobsTopic: "jobs",
      invalidTopic: "invalid",
      maxRecordBytes: 1_000_000,
      maxOutputBytes: 10_000_000,
      ...limits,
    },
  );
  const jobs = result.records
    .filter(({ topic }) => topic === "jobs")
    .map(({ value }) => JSON.parse(String(value)) as Omit<DeliveryJob, "call"> & { call: string });
  return { ...result, jobs, jobCount: result.jobs };
}

describe("a call", () => {
  it("makes a job for each trigger that it fires, under the trigger's key, with its own bytes", () => {
    const table = tableWith([], [{ field: "dur", op: "gt", values: ["10"] }]);
    const value = callOf("call-1", { dur: 11 });
    const traced = record(5, value, { traceparent: Buffer.from(traceparent), x: Buffer.from("y") });
    const { records, jobs, ...counts } = match([traced], (id) => table.tenant(id));
    expect(records.map(({ key }) => key)).toEqual([idOf(1), idOf(2)]);
    expect(records.map(({ headers }) => headers)).toEqual([{ traceparent }, { traceparent }]);
    expect(jobs[0]).toEqual({
      jobId: expect.stringMatching(/^[\da-f-]{36}$/),
      triggerId: idOf(1),
      tenantId: "t1",
      cdrId: "call-1",
      call: value.toString("hex"),
      cdrTopic: "onhook.cdr",
      cdrPartition: 2,
      cdrOffset: 5,
      cdrTimestamp: 1005,
      triggersOffset: 12,
    });
    expect(counts).toMatchObject({ calls: 1, matched: 1, jobCount: 2, invalid: [] });
  });

  it("has its headers read where it fires, once for all its jobs, and else not at all", () => {
    const table = tableWith([], [{ field: "dur", op: "gt", values: ["10"] }]);
    let reads = 0;
    const counted = (each: LogRecord): LogRecord =>
      Object.defineProperty({ ...each }, "headers", {
        get: () => {
          reads += 1;
          return {};
        },
      });
    const readsOf = (value: Buffer): number => {
      reads = 0;
      match([counted(record(0, value))], (id) => table.tenant(id));
      return reads;
    };
    expect(readsOf(callOf("1", { dur: 11 }))).toBe(1);
    expect(readsOf(callOf("2", { dur: 11 }, "t2"))).toBe(0);
  });

  it("makes nothing where no trigger of its tenant fires, or its tenant has none", () => {
    const table = tableWith([{ field: "dur", op: "gt", values: ["10"] }]);
    const records = [record(0, callOf("1", { dur: 10 })), record(1, callOf("2", {}, "t2"))];
    const result = match(records, (id) => table.tenant(id));
    expect(result).toMatchObject({ calls: 2, matched: 0, jobCount: 0, records: [], invalid: [] });
  });

  it("is not decoded beyond its tenant's id where that has no triggers", () => {
    const result = match([record(0, callOf("1").subarray(0, 9))], () => undefined);
    expect(result).toMatchObject({ records: [], invalid: [] });
  });
});

describe("a call that can't be matched", () => {
  const table = tableWith([]);
  const tenant = (id: string) => table.tenant(id);

  it("goes to quarantine with what it was read with, the reason, and where it stood", () => {
    const value = callOf("1").subarray(0, -1);
    const headers = { source: Buffer.from("pbx"), "onhook-error-code": Buffer.from("theirs") };
    const { records, invalid } = match([record(4, value, headers)], tenant);
    expect(records).toEqual([
      {
        topic: "invalid",
        key: Buffer.from("k"),
        value,
        headers: {
          source: Buffer.from("pbx"),
          "onhook-error-code": "AVRO_DECODE",
          "onhook-error": expect.stringContaining("schema 7"),
          "onhook-source-topic": "onhook.cdr",
          "onhook-source-partition": "2",
          "onhook-source-offset": "4",
          "onhook-source-timestamp": "1004",
        },
      },
    ]);
    expect(invalid.map(({ offset, error }) => [offset, error.code])).toEqual([[4, "AVRO_DECODE"]]);
  });

  it("does not hold up those before and behind it, and all stay in the order of the calls", () => {
    const poison = [null, Buffer.from("x"), Buffer.from([1, 0, 0, 0, 7])];
    const all = [callOf("a"), ...poison, callOf("b")].map((value, offset) => record(offset, value));
    const { records, jobs, invalid, matched, jobCount } = match(all, tenant);
    expect(records.map(({ topic }) => topic)).toEqual([
      "jobs",
      "invalid",
      "invalid",
      "invalid",
      "jobs",
    ]);
    expect(jobs.map(({ cdrId }) => cdrId)).toEqual(["a", "b"]);
    expect(invalid.map(({ error }) => error.code)).toEqual(Array(3).fill("WIRE_FORMAT"));
    expect([matched, jobCount]).toEqual([2, 2]);
  });

  it("is one whose schema can't be used, for the reason that this has", () => {
    const unusable = new OnhookError("CALL_SCHEMA_UNUSABLE", { problem: "it is not a record" });
    const { invalid } = match([record(0, callOf("1"))], tenant, () => unusable);
    expect(invalid).toEqual([{ offset: 0, error: unusable }]);
  });

  it("is one that trips over a mistake in this program, and makes no job at all", () => {
    const fine = { trigger: { triggerId: idOf(1) }, fires: () => true };
    const broken = {
      trigger: { triggerId: idOf(2) },
      fires: () => {
        throw new TypeError("a mistake");
      },
    };
    const triggers = {
      cdrFields: new Set(),
      triggers: [fine, broken],
      firedBy: () => [fine, broken].filter(({ fires }) => fires()),
    } as unknown as TenantTriggers;
    const { records, invalid, matched } = match([record(0, callOf("1"))], () => triggers);
    expect(records.map(({ topic }) => topic)).toEqual(["invalid"]);
    expect(invalid.map(({ error }) => error.code)).toEqual(["CALL_UNMATCHABLE"]);
    expect(matched).toBe(0);
  });
});

describe("what is too large for the log", () => {
  const table = tableWith([]);
  const tenant = (id: string) => table.tenant(id);
  const large = callOf("1", { cliName: "x".repeat(3000) });

  it("is a job: its call goes to quarantine as it is where that takes it", () => {
    const encodeJob = () => Buffer.from(JSON.stringify("x".repeat(5000)));
    const limits = { maxRecordBytes: 4000, encodeJob };
    const { records, invalid, calls } = match([record(4, large)], tenant, undefined, limits);
    expect(calls).toBe(1);
    expect(invalid).toMatchObject([{ offset: 4, error: { code: "RECORD_TOO_LARGE" } }]);
    expect(records).toMatchObject([
      { topic: "invalid", value: large, headers: { "onhook-error-code": "RECORD_TOO_LARGE" } },
    ]);
  });

  it("is quarantined without its value, with its key and headers, and where it stood", () => {
    const headers = { source: Buffer.from("pbx") };
    const limits = { maxRecordBytes: 2000 };
    const { records } = match([record(4, large, headers)], tenant, undefined, limits);
    expect(records).toMatchObject([
      {
        topic: "invalid",
        key: Buffer.from("k"),
        value: null,
        headers: {
          source: Buffer.from("pbx"),
          "onhook-error-code": "RECORD_TOO_LARGE",
          "onhook-source-offset": "4",
        },
      },
    ]);
  });

  it("is quarantined with what the service says of it alone where its headers are too large, too", () => {
    const headers = { source: Buffer.alloc(3000) };
    const limits = { maxRecordBytes: 2000 };
    const { records } = match([record(4, Buffer.from("x"), headers)], tenant, undefined, limits);
    expect(records).toMatchObject([{ key: null, value: null }]);
    expect(Object.keys(records[0]?.headers ?? {}).every((name) => name.startsWith("onhook-"))).toBe(
      true,
    );
  });
});

describe("a batch whose output is too much for memory", () => {
  it("is matched only so far, behind a whole call, and never not at all", () => {
    const table = tableWith([], [], []);
    const encodeJob = () => Buffer.from(JSON.stringify("x".repeat(1000)));
    const records = [0, 1, 2, 3, 4].map((offset) => record(offset, callOf(String(offset))));
    const counts = (maxOutputBytes: number) => {
      const limits = { encodeJob, maxOutputBytes };
      const result = match(records.slice(), (id) => table.tenant(id), undefined, limits);
      return [result.calls, result.jobCount];
    };
    expect([counts(1), counts(4000), counts(1_000_000)]).toEqual([
      [1, 3],
      [2, 6],
      [5, 15],
    ]);
  });
});
