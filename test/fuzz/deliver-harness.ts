import { expect } from "vitest";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import type { Decision } from "../../src/delivery/decision.ts";
import { createDeliverJob } from "../../src/delivery/deliver-job.ts";
import { createFinisher } from "../../src/delivery/finisher.ts";
import type { HttpSender } from "../../src/delivery/http-request.ts";
import { createRetryLadder } from "../../src/delivery/retry-ladder.ts";
import { OnhookError } from "../../src/errors.ts";
import type { DeliveryAttempt } from "../../src/jobs/delivery-attempt.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import type { LogRecord, OutgoingRecord } from "../../src/log/log-record.ts";
import { readSchema } from "../../src/schema-files.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { callEndedSchema, encoder } from "../cdr/call-bytes.ts";
import { someJob, someTaken } from "../delivery/some-jobs.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { privateCall } from "./some-triggers.ts";
import { createWatchedLog } from "./watched-log.ts";

/** Schema 3 is that of jobs, 4 that of attempts, 7 that of calls; others are not there. */
const registered: Readonly<Record<number, unknown>> = {
  3: readSchema("DeliveryJob"),
  4: readSchema("DeliveryAttempt"),
  7: callEndedSchema(),
};
const schemas = {
  get: async (schemaId: number): Promise<unknown> => {
    const schema = registered[schemaId];
    if (schema === undefined) throw new OnhookError("SCHEMA_UNKNOWN", { schemaId });
    return schema;
  },
};
const jobs = createRecordCodec<DeliveryJob>({ schema: registered[3], schemaId: 3, schemas });
const attempts = createRecordCodec<DeliveryAttempt>({
  schema: registered[4],
  schemaId: 4,
  schemas,
});
const call = encoder(registered[7], 7)(privateCall);

/** A sound job of a trigger, with a private call in it. */
export function soundJob(triggerId: string): Buffer {
  return jobs.encode(someJob({ triggerId, call }));
}

/** The deliver role around one job: real parts but for Kafka, and the real log. */
export function createDeliverHarness(sender: HttpSender, triggers: ReadonlyMap<string, Trigger>) {
  const clock = createFakeClock();
  const log = createWatchedLog();
  const written: OutgoingRecord[] = [];
  const ladder = createRetryLadder("retry.", [2000, 4000, 20_000]);
  const deliver = createDeliverJob({
    triggers: {
      triggersOffset: 1000,
      reached: async () => undefined,
      trigger(triggerId) {
        const trigger = triggers.get(triggerId);
        return trigger && { trigger, status: "active" };
      },
      inDoubt: () => undefined,
      settle: async () => undefined,
    },
    endpoints: {
      // Some are set aside, as those of a suspended endpoint are.
      admits: (_, headers) => (headers["strange"] === undefined ? "send" : "set-aside"),
      ended: () => undefined,
    },
    sender,
    jobs,
    calls: createCallSchemas(schemas, clock),
    ladder,
    deadTopic: "dead",
    clock,
    maxRetryAfterMs: 60_000,
    userAgent: "onhook/test",
  });
  const finish = createFinisher({
    writer: { write: async (record) => void written.push(record) },
    attempts,
    attemptsTopic: "attempts",
    jobs,
    deadTopic: "dead",
    clock,
    emit: log.emit,
  });
  const topics = new Set(["dead", ...ladder.rungs.map(({ topic }) => topic)]);
  const never = new AbortController().signal;

  /** Takes a record to its end; its decision, and that it is finished, with what it promises written. */
  async function handle(record: LogRecord): Promise<Decision> {
    const decision = await deliver(record, never, (wait) => wait(never));
    if (decision === null) throw new Error("nobody has stopped it");
    let finished = 0;
    await finish(
      someTaken(record, () => void (finished += 1)),
      decision,
    );
    expect(finished).toBe(1);
    const [first, second] = written.splice(0);
    const [onward, attempt] = first?.topic === "attempts" ? [undefined, first] : [first, second];
    if (onward !== undefined) expect(topics).toContain(onward.topic);
    if (attempt === undefined) expect(onward).toBeDefined();
    else await attempts.decode(attempt.value);
    return decision;
  }

  return { handle, takeLeaks: () => log.takeLeaks() };
}
