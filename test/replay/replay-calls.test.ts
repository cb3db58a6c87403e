import { describe, expect, it } from "vitest";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { OnhookError } from "../../src/errors.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import { jobIdOf } from "../../src/jobs/job-id.ts";
import type { LogRecord } from "../../src/log/log-record.ts";
import { pickCalls } from "../../src/replay/replay-calls.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { compileTrigger } from "../../src/triggers/compile-trigger.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { someTriggerId, triggerInput } from "../triggers/trigger-input.ts";
import { traceparent } from "../jobs/some-trace.ts";

const schema = callEndedSchema();
const catalog = createFieldCatalog(schema);
const encode = encoder(schema, 7);

function trigger() {
  const filters = [{ field: "dur", op: "gt", values: ["30"] }];
  const checked = checkTrigger(triggerInput({ filters }), { catalog, allowHttp: false });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return compileTrigger(checked.trigger, catalog, () => undefined);
}

const value = (dur: number, tenantId = "t1"): Buffer =>
  encode({ tenantId, id: null, cdr: { id: "call-1", dur } });

const recordOf = (bytes: Buffer | null, changes: Partial<LogRecord> = {}): LogRecord => ({
  topic: "cdr",
  partition: 3,
  offset: 9,
  timestamp: 1500,
  key: null,
  value: bytes,
  headers: { traceparent: Buffer.from(traceparent), own: Buffer.from("x") },
  ...changes,
});

function pick(
  record: LogRecord,
  maxRecordBytes = 10_000,
  get = async (): Promise<unknown> => schema,
) {
  const jobs: DeliveryJob[] = [];
  const picked = pickCalls(
    { id: "r", trigger: trigger(), triggersOffset: 4, from: 1000, to: 2000 },
    {
      cdrTopic: "cdr",
      jobsTopic: "jobs",
      maxRecordBytes,
      schemas: createCallSchemas({ get }, systemClock),
      encodeJob: (job) => {
        jobs.push(job);
        return Buffer.from("job");
      },
    },
  )(record);
  return picked.then((result) => ({ ...result, jobs }));
}

describe("a call that the trigger fires for", () => {
  it("becomes the job that match would make, with the id of the replay", async () => {
    const bytes = value(31);
    const { jobs, ...picked } = await pick(recordOf(bytes));
    expect(picked).toEqual({
      kind: "job",
      job: {
        topic: "jobs",
        key: someTriggerId,
        value: Buffer.from("job"),
        headers: { traceparent, "onhook-replay": "r" },
      },
    });
    const ids = { tenantId: "t1", cdrId: "call-1", triggerId: someTriggerId };
    expect(jobs).toEqual([
      {
        ...ids,
        jobId: jobIdOf(ids),
        call: bytes,
        cdrTopic: "cdr",
        cdrPartition: 3,
        cdrOffset: 9,
        cdrTimestamp: 1500,
        triggersOffset: 4,
      },
    ]);
  });

  it("is skipped where its job is more than the topic takes", async () => {
    expect(await pick(recordOf(value(31)), 150)).toMatchObject({
      kind: "skipped",
      reason: "too-large",
    });
  });
});

describe("no job", () => {
  it.each([
    ["it does not fire for", recordOf(value(30))],
    ["is another tenant's", recordOf(value(31, "t2"))],
    ["came before the time", recordOf(value(31), { timestamp: 999 })],
    ["came after it", recordOf(value(31), { timestamp: 2000 })],
  ])("comes of a call that %s", async (_, record) => {
    expect(await pick(record)).toEqual({ kind: "other", jobs: [] });
  });

  it.each([
    ["has no value", recordOf(null)],
    ["is no call", recordOf(Buffer.from("no call"))],
    ["is cut short", recordOf(value(31).subarray(0, 12))],
  ])("comes of a record that %s, which counts as skipped", async (_, record) => {
    expect(await pick(record)).toEqual({ kind: "skipped", reason: "undecodable", jobs: [] });
  });

  it("comes of a call whose schema can't be had now: it is tried again", async () => {
    const away = new OnhookError("REGISTRY_UNREACHABLE", { url: "u", problem: "p" });
    await expect(pick(recordOf(value(31)), 1000, () => Promise.reject(away))).rejects.toBe(away);
  });
});
