import { expect, test } from "vitest";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import { goesRound } from "../../src/delivery/decision.ts";
import { createFinisher } from "../../src/delivery/finisher.ts";
import { createRetryLadder } from "../../src/delivery/retry-ladder.ts";
import type { DeliveryJob } from "../../src/jobs/delivery-job.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { readSchema } from "../../src/schema-files.ts";
import { kafkaLog, ownName } from "../contracts/log-under-test.ts";
import { someJob, someRecord, someState, someTaken } from "../delivery/some-jobs.ts";

test("a job that its rung does not take ends as dead without its call, and the next one goes on", async () => {
  const schema = readSchema("DeliveryJob");
  const jobs = createRecordCodec<DeliveryJob>({
    schema,
    schemaId: 1,
    schemas: { get: async () => schema },
  });
  const log = kafkaLog();
  const [prefix, deadTopic, attemptsTopic] = [ownName("r"), ownName("dead"), ownName("attempts")];
  const ladder = createRetryLadder(prefix, [2000]);
  const rung = ladder.rungs[0]?.topic ?? "";
  for (const topic of [rung, deadTopic])
    await log.createTopic(topic, 1, { "max.message.bytes": "100000" });
  await using writer = log.writer();
  const finish = createFinisher({
    writer,
    attempts: { encode: () => Buffer.alloc(0) },
    attemptsTopic,
    jobs,
    deadTopic,
    clock: systemClock,
    emit: () => undefined,
  });
  const finished: number[] = [];
  const done = [Buffer.alloc(300_000), Buffer.from("small")].map((call, offset) => {
    const record = someRecord({ offset, value: jobs.encode(someJob({ call })) });
    const decision = goesRound(record, someState(), ladder, systemClock.now());
    return finish(
      someTaken(record, () => void finished.push(offset)),
      decision,
    );
  });
  await Promise.all(done);
  expect(finished.toSorted((a, b) => a - b)).toEqual([0, 1]);
  const [passed, ...more] = await log.read(rung);
  expect([String((await jobs.decode(passed?.value ?? null)).call), more]).toEqual(["small", []]);
  const [dead] = await log.read(deadTopic);
  expect(await jobs.decode(dead?.value ?? null)).toEqual(someJob({ call: Buffer.alloc(0) }));
  expect(String(dead?.headers["onhook-dead-reason"])).toBe("too-large");
});
