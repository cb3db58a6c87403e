import * as fc from "fast-check";
// @ts-expect-error kafkajs describes its public parts only.
import encodeByKafkajs from "kafkajs/src/protocol/requests/produce/v7/request.js";
import type { Message } from "kafkajs";
import { afterEach, expect, it, vi } from "vitest";
import { encodeProduce } from "../../src/kafka/produce-encoder.ts";
import type { ProduceRequest } from "../../src/kafka/produce-encoder.ts";

const now = Date.UTC(2026, 0, 5, 9);

afterEach(() => {
  vi.restoreAllMocks();
});

interface KafkajsRequest {
  encode(): Promise<{ readonly buffer: Buffer }>;
}

async function byKafkajs(request: ProduceRequest): Promise<Buffer> {
  vi.spyOn(Date, "now").mockReturnValue(now);
  const made = (encodeByKafkajs as (of: object) => KafkajsRequest)({
    acks: -1,
    timeout: 30_000,
    compression: 0,
    ...request,
  });
  return (await made.encode()).buffer;
}

const bytes = fc.uint8Array({ maxLength: 9000 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const one = fc.oneof(bytes, text);
const headers = fc.dictionary(text, fc.oneof(one, fc.array(one, { minLength: 2, maxLength: 3 })), {
  maxKeys: 3,
  noNullPrototype: true,
});
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ key: fc.option(one), value: fc.option(one) }),
  fc.record({ key: fc.option(one), value: fc.option(one), headers }),
);
const partition = fc.record({
  partition: fc.nat(1000),
  firstSequence: fc.nat(2 ** 31 - 1),
  messages: fc.array(message, { minLength: 1, maxLength: 70 }),
});
const request: fc.Arbitrary<ProduceRequest> = fc.record({
  transactionalId: fc.option(text.filter((id) => id !== "")),
  producerId: fc.oneof(fc.constant("-1"), fc.maxSafeNat().map(String)),
  producerEpoch: fc.nat(2 ** 15 - 1),
  topicData: fc.array(
    fc.record({ topic: text, partitions: fc.array(partition, { minLength: 1, maxLength: 3 }) }),
    { minLength: 1, maxLength: 2 },
  ),
});

it("what is written is encoded to the bytes that kafkajs makes of it", async () => {
  await fc.assert(
    fc.asyncProperty(request, async (each) => {
      expect(encodeProduce(each, now).equals(await byKafkajs(each))).toBe(true);
    }),
    { numRuns: 200 },
  );
});
