import type { Kafka } from "kafkajs";
import { describe, expect, it } from "vitest";
import { LastTransaction } from "../../src/kafka/last-transaction.ts";

type Step = "initProducerId" | "addOffsetsToTxn" | "addPartitionsToTxn" | "endTxn";
const steps = ["initProducerId", "addOffsetsToTxn", "addPartitionsToTxn", "endTxn"] as const;

/** A transaction coordinator, as far as it is asked; `fails` is a step that goes wrong once, before or after it is done. */
function coordinatorIn(
  begin: string,
  fails?: { readonly step: Step; readonly type: string; readonly isDone: boolean },
) {
  const said: string[] = [];
  let [state, epoch, isToFail] = [begin, 0, fails !== undefined];
  const does = (step: Step, work: () => void): void => {
    const fail = step === fails?.step && isToFail;
    if (!fail || fails.isDone) work();
    if (!fail) return;
    isToFail = false;
    throw Object.assign(new Error(step), { type: fails.type });
  };
  const broker = {
    versions: { 65: { maxVersion: 0 } },
    async initProducerId() {
      does("initProducerId", () => {
        if (state === "Ongoing") said.push("given up");
        state = "Empty";
        epoch += 1;
      });
      return { producerId: "1", producerEpoch: epoch };
    },
    async addOffsetsToTxn() {
      does("addOffsetsToTxn", () => (state = "Ongoing"));
    },
    async addPartitionsToTxn() {
      does("addPartitionsToTxn", () => (state = "Ongoing"));
    },
    async endTxn({ transactionResult }: { readonly transactionResult: boolean }) {
      does("endTxn", () => {
        said.push(transactionResult ? "commit" : "abort");
        state = transactionResult ? "CompleteCommit" : "CompleteAbort";
      });
    },
    async [Symbol("private:Broker:sendRequest")]() {
      const answer = state;
      if (state.startsWith("Prepare")) state = state.replace("Prepare", "Complete");
      return { answer };
    },
  };
  // kafkajs's private methods are found on the prototype.
  const asked = Object.create(broker) as object;
  const cluster = {
    connect: async () => undefined,
    disconnect: async () => undefined,
    addTargetTopic: async () => undefined,
    findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 1 }],
    findGroupCoordinator: async () => asked,
  };
  const kafka = { [Symbol("private:Kafka:createCluster")]: () => cluster } as unknown as Kafka;
  const about = { transactionalId: "t", transactionTimeoutMs: 1000, topics: ["jobs"] };
  return { said, last: new LastTransaction(kafka, about) };
}

describe("the last transaction of a transactional id", () => {
  it.each([
    ["CompleteCommit", ["commit"]],
    ["CompleteAbort", ["abort"]],
    ["PrepareCommit", ["commit"]],
    ["PrepareAbort", ["abort"]],
    ["Ongoing", ["given up", "abort"]],
    ["Empty", []],
    ["Dead", []],
  ])("that is %s is ended so once more: %j", async (state, wanted) => {
    const { said, last } = coordinatorIn(state);
    await last.mark(["group"]);
    expect(said).toEqual(wanted);
  });

  const failures = steps.flatMap((step) =>
    [true, false].map((isDone) => ({ step, isDone, when: isDone ? "answer" : "request" })),
  );

  it.each(failures)(
    "ends as it had to where the coordinator moves and the $when of $step is lost",
    async ({ step, isDone }) => {
      const fails = { step, isDone, type: "NOT_COORDINATOR_FOR_GROUP" };
      const { said, last } = coordinatorIn("CompleteCommit", fails);
      await last.mark(["group"]);
      expect(said.at(-1)).toBe("commit");
      expect(new Set(said)).toEqual(new Set(["commit"]));
    },
  );

  it.each(failures)(
    "ends as it had to at the next opening where the connection is lost and with it the $when of $step",
    async ({ step, isDone }) => {
      const fails = { step, isDone, type: "CONNECTION" };
      const { said, last } = coordinatorIn("CompleteCommit", fails);
      await expect(last.mark(["group"])).rejects.toMatchObject({ type: "CONNECTION" });
      await last.mark(["group"]);
      expect(new Set(said)).toEqual(new Set(["commit"]));
    },
  );

  it("is left to whoever has fenced this one off", async () => {
    const fails = { step: "endTxn", isDone: false, type: "INVALID_PRODUCER_EPOCH" } as const;
    const { said, last } = coordinatorIn("CompleteCommit", fails);
    await expect(last.mark([])).rejects.toMatchObject({ type: "INVALID_PRODUCER_EPOCH" });
    expect(said).toEqual([]);
  });
});
