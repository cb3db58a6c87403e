import { expect, onTestFinished, test } from "vitest";
import type { Change } from "../../src/configuration/audited-writer.ts";
import { createAuditedWriter } from "../../src/kafka/kafka-audited-writer.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { kafkaClient, kafkaLog, ownName } from "./log-under-test.ts";

const by = { id: "token:a", name: "A", role: "operator" } as const;
const change: Change = { by, action: "trigger.created", tenantId: "t1", triggerId: "x" };

/** A writer of its own topics on the real brokers. */
async function writing() {
  const log = kafkaLog();
  const [changes, triggers] = [ownName("changes"), ownName("triggers")];
  await log.createTopic(changes, 1);
  await log.createTopic(triggers, 1, { "max.message.bytes": "2000" });
  const open = () => {
    const writer = createAuditedWriter(
      kafkaClient(),
      {
        changesTopic: changes,
        outputs: [triggers],
        transactionalIdPrefix: ownName("audited"),
        patienceMs: 20_000,
      },
      {
        clock: systemClock,
        emit: () => undefined,
        encode: (record) => Buffer.from(JSON.stringify(record)),
      },
    );
    onTestFinished(() => writer[Symbol.asyncDispose]());
    return writer;
  };
  const keysOf = async (): Promise<string[]> =>
    (await log.read(triggers)).map(({ key }) => String(key));
  const told = async (): Promise<Record<string, unknown>[]> =>
    (await log.read(changes)).map(
      ({ value }) => JSON.parse(String(value)) as Record<string, unknown>,
    );
  return { open, triggers, keysOf, told, log };
}

test("a change stands with who made it, and its offset is the one that was told", async () => {
  const { open, triggers, log, told } = await writing();
  const writer = open();
  const [first] = await writer.write(
    [{ topic: triggers, key: "a", value: Buffer.from("1") }],
    change,
  );
  const [second] = await writer.write([{ topic: triggers, key: "a", value: null }], change);
  const read = await log.read(triggers);
  expect(read.map(({ offset }) => offset)).toEqual([first?.offset, second?.offset]);
  expect(read[1]?.value).toBeNull();
  expect(await told()).toMatchObject([
    {
      actorId: "token:a",
      action: "trigger.created",
      tenantId: "t1",
      triggerId: "x",
      subject: null,
    },
    { actorRole: "operator" },
  ]);
});

test("many at the same time, of two writers, are all written, each once", async () => {
  const { open, triggers, keysOf, told } = await writing();
  const [even, odd] = [open(), open()];
  const keys = Array.from({ length: 60 }, (_, index) => `k${index}`);
  await Promise.all(
    keys.map((key, index) => {
      const writer = index % 2 === 0 ? even : odd;
      return writer.write([{ topic: triggers, key, value: Buffer.from(key) }], change);
    }),
  );
  expect((await keysOf()).toSorted()).toEqual(keys.toSorted());
  expect(await told()).toHaveLength(60);
});

test("a record that is larger than its topic takes is refused, and neither it nor who made it is there; others are", async () => {
  const { open, triggers, keysOf, told } = await writing();
  const writer = open();
  const write = (key: string, bytes: number) =>
    writer.write([{ topic: triggers, key, value: Buffer.alloc(bytes) }], change);
  const works = [write("a", 10), write("b", 10), write("large", 5000), write("c", 10)];
  const results = await Promise.allSettled(works);
  expect(results.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(results[2]).toMatchObject({ reason: { code: "RECORD_TOO_LARGE" } });
  expect(await keysOf()).toEqual(["a", "b", "c"]);
  expect(await told()).toHaveLength(3);
});
