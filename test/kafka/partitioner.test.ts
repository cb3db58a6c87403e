import * as fc from "fast-check";
import { Partitioners } from "kafkajs";
import { expect, it } from "vitest";
import { javaPartitioner, murmur2 } from "../../src/kafka/partitioner.ts";

// Source: Kafka's UtilsTest.testMurmur2.
it.each([
  ["21", -973_932_308],
  ["foobar", -790_332_482],
  ["a-little-bit-long-string", -985_981_536],
  ["a-little-bit-longer-string", -1_486_304_829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971],
  ["abc", 479_470_107],
])("the hash of %s is that of the Java clients", (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

it("a key's partition is the one that kafkajs chooses, whatever it holds", () => {
  const [own, theirs] = [javaPartitioner(), Partitioners.DefaultPartitioner()];
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      ),
      fc.integer({ min: 1, max: 100 }),
      (key, partitions) => {
        const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
          partitionId,
          leader: 0,
        })) as Parameters<typeof own>[0]["partitionMetadata"];
        const of = { topic: "t", partitionMetadata, message: { key, value: null } };
        expect(own(of)).toBe(theirs(of));
        expect(own({ ...of, message: { ...of.message, partition: 7 } })).toBe(7);
      },
    ),
    { numRuns: 2000 },
  );
});

it("records without a key go round", () => {
  const choose = javaPartitioner();
  const partitionMetadata = [0, 1, 2].map((partitionId) => ({ partitionId, leader: 0 }));
  const chosen = [1, 2, 3].map(() =>
    choose({
      topic: "t",
      partitionMetadata: partitionMetadata as Parameters<typeof choose>[0]["partitionMetadata"],
      message: { key: null, value: null },
    }),
  );
  expect(new Set(chosen)).toEqual(new Set([0, 1, 2]));
});
