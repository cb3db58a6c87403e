import { connect } from "node:net";
import type { Socket } from "node:net";
import kafkajs from "kafkajs";
import { expect, test } from "vitest";
import type { KafkaEvent } from "../../src/kafka/kafka-events.ts";
import { useStack } from "../support/stack.ts";
import { Collected } from "./collected.ts";
import { createGroup } from "./group-under-test.ts";
import { kafkaLog } from "./log-under-test.ts";

/** A request is its size, and then the key of its kind. Source: Kafka protocol guide. */
const keyAt = 4;
const syncGroup = 14;

/** A client that freezes behind its second SyncGroup: answers wait unread, as those of a process do that is frozen. */
function freezingClient(frozen: () => void = () => undefined) {
  const sockets: Socket[] = [];
  let syncs = 0;
  const kafka = new kafkajs.Kafka({
    clientId: "freezing",
    brokers: [...useStack().brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    requestTimeout: 60_000,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      sockets.push(socket);
      const write = socket.write.bind(socket);
      socket.write = (bytes: unknown): boolean => {
        const request = bytes as Buffer;
        const isWritten = write(request);
        if (request.readInt16BE(keyAt) === syncGroup && ++syncs === 2) {
          for (const each of sockets) each.pause();
          frozen();
        }
        return isWritten;
      };
      return socket;
    },
  });
  /** `read` is called behind each piece of an answer that is read from then on. */
  function thaw(read: () => void): void {
    for (const socket of sockets) {
      socket.on("data", () => void setImmediate(read));
      socket.resume();
    }
  }
  return { kafka, thaw };
}

test("an answer that was given before its partitions went to another does not make a member sure of them", async () => {
  const sure: boolean[] = [];
  const { kafka, thaw } = freezingClient(() => sure.push(consumer.isConfirmed));
  const group = await createGroup(kafkaLog(), 2);
  const { consumer, collected } = group.member(new Collected(), kafkaLog({ kafka }));
  await collected.until(() => collected.assignments.length === 1);
  await expect.poll(() => consumer.isConfirmed).toBe(true);
  const { collected: others } = group.member();
  await others.until(() => others.assignments.at(-1)?.length === 2);
  expect(collected.assignments).toHaveLength(1);
  expect(sure).toEqual([false]);
  thaw(() => {
    if (collected.assignments.length <= 2) sure.push(consumer.isConfirmed);
  });
  await collected.until(() => collected.assignments.length === 3);
  expect(sure.length).toBeGreaterThan(1);
  expect(sure).not.toContain(true);
  await consumer.confirmed();
});

test("a member that can't learn where its group stands joins anew, and is told then", async () => {
  const { kafka, thaw } = freezingClient();
  const admin = kafka.admin.bind(kafka);
  let refusals = 0;
  const failing = Object.assign(kafka, {
    admin: (...options: Parameters<typeof admin>) => {
      const own = admin(...options);
      return {
        ...own,
        fetchOffsets: (...of: Parameters<typeof own.fetchOffsets>) => {
          const isFirst = collected.assignments.length === 2 && refusals === 0;
          if (!isFirst) return own.fetchOffsets(...of);
          refusals += 1;
          return Promise.reject(
            new kafkajs.KafkaJSConnectionError("gone", { broker: "", code: "" }),
          );
        },
      };
    },
  });
  const events: KafkaEvent[] = [];
  const group = await createGroup(kafkaLog(), 2);
  const { collected } = group.member(new Collected(), kafkaLog({ kafka: failing, events }));
  await collected.until(() => collected.assignments.length === 1);
  const { collected: others } = group.member();
  await others.until(() => others.assignments.at(-1)?.length === 2);
  thaw(() => undefined);
  await collected.until(() => collected.assignments.length === 3);
  expect(refusals).toBe(1);
  expect(events.map(({ type }) => type)).toContain("consumer.crashed");
  expect(collected.standings[2]).toBeInstanceOf(Map);
});
