import { describe, expect, it } from "vitest";
import { TransactionalWriter } from "../../src/kafka/transactional-writer.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { createBrokers } from "../support/fake-brokers.ts";

const offset = { topic: "calls", partition: 0, offset: 7 };
const offsets = [{ groupId: "match", ...offset }];
const records = [{ topic: "jobs", key: "k", value: Buffer.from("v") }];

/** One that has no last transaction to see to, unless that is `mark`. */
function writerOf(mark: () => void = () => undefined) {
  const { kafka, brokers } = createBrokers();
  const options = {
    source: { topic: "calls", partition: 0 },
    transactionalIdPrefix: "t",
    transactionTimeoutMs: 1000,
    outputs: ["jobs"],
  };
  const last = { mark: async () => mark() };
  return { writer: new TransactionalWriter(kafka, options, createFakeClock(), last), brokers };
}

describe("a writer", () => {
  it("commits when it was settled, not before, and not after it was closed", async () => {
    const { writer, brokers } = writerOf();
    const closed = { code: "LANE_CLOSED" };
    await expect(writer.commit(records, offsets)).rejects.toMatchObject(closed);
    await writer.settle(["match"]);
    await writer.commit(records, offsets);
    await writer.close();
    await expect(writer.commit(records, offsets)).rejects.toMatchObject(closed);
    expect(brokers.asked.filter((request) => request.startsWith("end"))).toEqual(["end true"]);
    expect(brokers.open).toBe(0);
  });

  it("that is given up while it sees to the last transaction asks for no id", async () => {
    const { writer, brokers } = writerOf(() => void writer.close());
    await expect(writer.settle(["match"])).rejects.toMatchObject({ code: "LANE_CLOSED" });
    expect(brokers.asked).toEqual([]);
  });

  it("that is given up while its session begins closes that, whose partition is another's by now", async () => {
    const { writer, brokers } = writerOf();
    brokers.answer = (request) => {
      if (request === "init") void writer.close();
    };
    await expect(writer.settle(["match"])).rejects.toMatchObject({ code: "LANE_CLOSED" });
    expect(brokers.open).toBe(0);
    await expect(writer.commit(records, offsets)).rejects.toMatchObject({ code: "LANE_CLOSED" });
  });
});
