// @ts-expect-error kafkajs describes its public parts only; the shape used here is BrokerClass below.
import brokerClass from "kafkajs/src/broker/index.js";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ProduceRequest } from "../../src/kafka/produce-encoder.ts";
import { kafkaLog, ownName } from "./log-under-test.ts";

interface BrokerClass {
  readonly prototype: { readonly produce: (request: ProduceRequest) => Promise<unknown> };
}

test("a writer writes to a partition while another waits for its answer, which kafkajs's producer does not", async () => {
  const log = kafkaLog();
  const topic = ownName("writer");
  await log.createTopic(topic, 2);
  await using writer = log.writer();
  const write = async (key: string): Promise<number> =>
    (await writer.write({ topic, key, value: null })).partition;
  const keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const partitions = await Promise.all(keys.map(write));
  const [held = "", free = ""] = [0, 1].map((partition) => keys[partitions.indexOf(partition)]);
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const { prototype } = brokerClass as BrokerClass;
  const { produce: own } = prototype;
  const produce = vi.spyOn(prototype, "produce");
  onTestFinished(() => produce.mockRestore());
  produce.mockImplementationOnce(async function answeredLate(this: object, request) {
    await answered;
    return await own.call(this, request);
  });
  const writing = write(held);
  await expect.poll(() => produce.mock.calls.length).toBe(1);
  expect(await write(free)).toBe(1);
  answer();
  expect(await writing).toBe(0);
});
