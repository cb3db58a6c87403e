import type { Kafka } from "kafkajs";
import { describe, expect, it } from "vitest";
import { TransactionSession } from "../../src/kafka/transaction-session.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { Refused, createBrokers } from "../support/fake-brokers.ts";

const open = (kafka: Kafka): Promise<TransactionSession> =>
  TransactionSession.open(
    kafka,
    { transactionalId: "t", transactionTimeoutMs: 1000, topic: "calls" },
    systemClock,
  );

const keys = Array.from({ length: 60 }, (_, number) => `key-${number}`);
const records = keys.map((key) => ({ topic: "jobs", key, value: Buffer.from(key) }));
const offset = { topic: "calls", partition: 0, offset: 7 };
const offsets = [{ groupId: "match", ...offset }];

const kinds = (asked: readonly string[]): string[] =>
  asked.map((request) => request.split(" ")[0] ?? "");

describe("a transaction", () => {
  it("announces all partitions of all brokers at once, and ends when each has answered", async () => {
    const { kafka, brokers } = createBrokers();
    const session = await open(kafka);
    await session.commit(records, offsets);
    const [, , group, partitions, ...rest] = brokers.asked;
    expect([group, partitions]).toEqual(["add group match", "add 0 1 2 3 4 5"]);
    expect(kinds(rest).toSorted()).toEqual(["end", "find", "offset", "write", "write", "write"]);
    expect(rest.at(-1)).toBe("end true");
  });

  it("looks coordinators up once, and counts on where the one before has ended", async () => {
    const { kafka, brokers } = createBrokers();
    const session = await open(kafka);
    await session.commit(records, offsets);
    const before = brokers.asked.splice(0);
    await session.commit(records, offsets);
    expect(kinds(brokers.asked)).not.toContain("find");
    const counted = (asked: readonly string[]): [number, number][] =>
      asked
        .flatMap((request) => [...request.matchAll(/\d@(\d+)\+(\d+)/g)])
        .map(([, first, count]) => [Number(first), Number(count)] as [number, number])
        .toSorted(([, a], [, b]) => a - b);
    expect(counted(before).every(([first]) => first === 0)).toBe(true);
    expect(counted(brokers.asked)).toEqual(counted(before).map(([, count]) => [count, count]));
  });

  it("without records commits the offsets alone; without offsets the records", async () => {
    const { kafka, brokers } = createBrokers();
    const session = await open(kafka);
    await session.commit([], offsets);
    expect(kinds(brokers.asked.splice(0)).slice(2)).toEqual(["add", "find", "offset", "end"]);
    await session.commit(records.slice(0, 1), []);
    expect(kinds(brokers.asked)).toEqual(["add", "write", "end"]);
  });

  it.each([0, 4])("is not committed where an answer leaves partition %i out", async (partition) => {
    const { kafka, brokers } = createBrokers();
    brokers.leavesOut = (each) => each === partition;
    const session = await open(kafka);
    await expect(session.commit(records, offsets)).rejects.toMatchObject({
      code: "WRITE_UNCONFIRMED",
    });
    expect(kinds(brokers.asked)).not.toContain("end");
  });

  it("is not committed where one write or offset is refused, and that is told when nothing is under way any more", async () => {
    for (const refused of ["write 1", "offset"]) {
      const { kafka, brokers } = createBrokers();
      const session = await open(kafka);
      brokers.answer = (request) => {
        if (request.startsWith(refused)) throw new Refused("NOT_LEADER_FOR_PARTITION");
      };
      await expect(session.commit(records, offsets)).rejects.toMatchObject({
        type: "NOT_LEADER_FOR_PARTITION",
      });
      expect(kinds(brokers.asked)).not.toContain("end");
      expect(kinds(brokers.asked).filter((kind) => kind === "write")).toHaveLength(3);
    }
  });

  it("begins when the one before is settled, and asks for that again and again", async () => {
    const { kafka, brokers } = createBrokers();
    let left = 3;
    brokers.answer = (request) => {
      if (request.startsWith("add") && left-- > 0) throw new Refused("CONCURRENT_TRANSACTIONS");
    };
    const session = await open(kafka);
    await session.commit(records, offsets);
    expect(kinds(brokers.asked).filter((kind) => kind === "add")).toHaveLength(5);
  });
});

describe("a session that has ended", () => {
  it("asks for nothing more, though its transaction is under way: that would connect it again", async () => {
    const { kafka, brokers } = createBrokers();
    const session = await open(kafka);
    brokers.answer = (request) => {
      if (request.startsWith("write")) void session.close();
    };
    await expect(session.commit(records, offsets)).rejects.toMatchObject({ code: "LANE_CLOSED" });
    expect(kinds(brokers.asked)).not.toContain("end");
  });

  it("takes no transaction after one that has failed, nor a second one beside the first", async () => {
    const { kafka, brokers } = createBrokers();
    const session = await open(kafka);
    const first = session.commit(records, offsets);
    await expect(session.commit(records, offsets)).rejects.toThrow("under way");
    await first;
    brokers.answer = (request) => {
      if (request.startsWith("end")) throw new Refused("NOT_COORDINATOR_FOR_GROUP");
    };
    await expect(session.commit(records, offsets)).rejects.toMatchObject({
      type: "NOT_COORDINATOR_FOR_GROUP",
    });
    brokers.answer = () => undefined;
    await expect(session.commit(records, offsets)).rejects.toMatchObject({ code: "LANE_CLOSED" });
    expect(kinds(brokers.asked).filter((kind) => kind === "end")).toHaveLength(2);
  });
});

describe("the id of a producer", () => {
  it("is asked for again where the coordinator has moved, of the one that it is now", async () => {
    const { kafka, brokers } = createBrokers();
    const refusals = ["NOT_COORDINATOR_FOR_GROUP", "GROUP_LOAD_IN_PROGRESS"];
    brokers.answer = () => {
      const type = refusals.shift();
      if (type !== undefined) throw new Refused(type);
    };
    await open(kafka);
    expect(kinds(brokers.asked)).toEqual(["find", "init", "find", "init", "find", "init"]);
  });

  it("is not asked for again when it is refused for good", async () => {
    const { kafka, brokers } = createBrokers();
    brokers.answer = () => {
      throw new Refused("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
    };
    await expect(open(kafka)).rejects.toMatchObject({
      type: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    });
    expect(kinds(brokers.asked)).toEqual(["find", "init"]);
  });
});
