import { expect, test } from "vitest";
import { hideAborted } from "../../src/kafka/aborted-records.ts";
import type { AbortedTransaction, FetchedMessage } from "../../src/kafka/aborted-records.ts";

const [abort, commit] = [Buffer.from([0, 0, 0, 0]), Buffer.from([0, 0, 0, 1])];

/** A log from offset 10 on, a word each: producer, and what it does: `A:write`, `A:abort`, `A:commit`, `A:plain`. */
function log(words: string): FetchedMessage[] {
  return words.split(" ").map((word, index) => {
    const [producerId = "", what] = word.split(":");
    const isControlRecord = what === "abort" || what === "commit";
    const key = what === "abort" ? abort : what === "commit" ? commit : Buffer.from("key");
    const batchContext = { producerId, inTransaction: what !== "plain" };
    return { offset: String(10 + index), key, isControlRecord, batchContext };
  });
}

/** Offsets of what is handed out. */
function visible(messages: FetchedMessage[], ...aborted: (readonly [string, number])[]): number[] {
  const abortedTransactions: AbortedTransaction[] = aborted.map(([producerId, firstOffset]) => ({
    producerId,
    firstOffset: String(firstOffset),
  }));
  hideAborted({ messages, abortedTransactions });
  return messages.filter((message) => !message.isControlRecord).map(({ offset }) => Number(offset));
}

test("without aborted transactions nothing but control records is hidden", () => {
  expect(visible(log("A:write A:commit B:plain"))).toEqual([10, 12]);
});

test("the records of an aborted transaction are hidden up to its marker, and no others", () => {
  const messages = log("A:write B:write A:write A:abort A:write B:commit A:commit");
  expect(visible(messages, ["A", 10])).toEqual([11, 14]);
});

test("transactions may be listed in the order of their ends", () => {
  const messages = log("A:write B:write A:write B:abort A:abort C:plain");
  expect(visible(messages, ["B", 11], ["A", 10])).toEqual([15]);
});

test("several that began before the first record are all known at once", () => {
  const messages = log("A:write B:write C:write A:abort B:abort C:abort D:plain");
  expect(visible(messages, ["A", 1], ["B", 2], ["C", 3])).toEqual([16]);
});

test("one that follows another of the same producer is hidden too", () => {
  const messages = log("A:write A:abort A:write A:abort A:write A:commit");
  expect(visible(messages, ["A", 10], ["A", 12])).toEqual([14]);
});

test("a fetch that ends within an aborted transaction hides what it has of it", () => {
  expect(visible(log("A:write A:write"), ["A", 5])).toEqual([]);
});

test("a record whose key looks like a marker ends no transaction", () => {
  const messages = log("A:write A:write A:abort");
  messages[0] = { ...(messages[0] as FetchedMessage), key: abort };
  expect(visible(messages, ["A", 10])).toEqual([]);
});

test("a producer's records outside of transactions are never hidden", () => {
  expect(visible(log("A:plain A:abort"), ["A", 1])).toEqual([10]);
});

test("messages of the oldest formats, which know no transactions, pass", () => {
  const messages = [{ offset: "10", key: null, isControlRecord: false }];
  expect(visible(messages, ["A", 1])).toEqual([10]);
});
