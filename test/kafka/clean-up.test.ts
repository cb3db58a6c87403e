import type { Admin, Kafka } from "kafkajs";
import { describe, expect, test } from "vitest";
import { removeGroups, removeTopics } from "../../src/kafka/clean-up.ts";
import { createFakeClock } from "../support/fake-clock.ts";

/** kafkajs with brokers that only do what is here. */
function kafkaWith(admin: Partial<Admin>): Kafka {
  const connection = { connect: async () => undefined, disconnect: async () => undefined };
  return { admin: () => ({ ...connection, ...admin }) } as unknown as Kafka;
}

const away = async (): Promise<never> => {
  throw new Error("no broker answers");
};

const patienceMs = 1000;

describe("topics that are to be deleted", () => {
  test("are, those that exist, and nothing is left once brokers do not list them", async () => {
    let known = ["a", "b", "somebody's"];
    const deleted: string[] = [];
    const kafka = kafkaWith({
      listTopics: async () => known,
      deleteTopics: async ({ topics }) => {
        deleted.push(...topics);
        known = known.filter((name) => !topics.includes(name));
      },
    });
    const names = ["a", "b", "never made"];
    expect(await removeTopics(kafka, { names, patienceMs }, createFakeClock())).toEqual([]);
    expect(deleted).toEqual(["a", "b"]);
  });

  test("are named with the reason where brokers refuse", async () => {
    const clock = createFakeClock();
    const kafka = kafkaWith({
      listTopics: async () => ["a", "b"],
      deleteTopics: async () => {
        throw new Error("Not authorized");
      },
    });
    const removing = removeTopics(kafka, { names: ["a", "b"], patienceMs }, clock);
    await clock.advance(2 * patienceMs);
    expect(await removing).toEqual([
      { name: "a", problem: "Not authorized" },
      { name: "b", problem: "Not authorized" },
    ]);
  });

  test("are all named where no broker answers", async () => {
    const kafka = kafkaWith({ listTopics: away });
    const removing = removeTopics(kafka, { names: ["a"], patienceMs }, createFakeClock());
    expect(await removing).toEqual([{ name: "a", problem: "no broker answers" }]);
  });
});

/** kafkajs's error for one group. Source: Kafka's protocol guide, error codes. */
const refusal = (errorCode: number, message: string) =>
  Object.assign(new Error("Error in DeleteGroups"), {
    groups: [{ groupId: "g", errorCode, error: new Error(message) }],
  });

describe("groups that are to be deleted", () => {
  test("are waited for while they have members; one that never was is none", async () => {
    const clock = createFakeClock();
    let tries = 0;
    const kafka = kafkaWith({
      deleteGroups: async ([name]) => {
        if (name === "never made") throw refusal(69, "not found");
        tries += 1;
        if (tries < 3) throw refusal(68, "not empty");
        return [];
      },
    });
    const removing = removeGroups(kafka, { names: ["g", "never made"], patienceMs }, clock);
    await clock.advance(patienceMs);
    expect(await removing).toEqual([]);
    expect(tries).toBe(3);
  });

  test("are named where their members stay, and where brokers refuse", async () => {
    const clock = createFakeClock();
    const kafka = kafkaWith({
      deleteGroups: async ([name]) => {
        throw name === "full" ? refusal(68, "not empty") : refusal(30, "Not authorized");
      },
    });
    const removing = removeGroups(kafka, { names: ["full", "closed"], patienceMs }, clock);
    await clock.advance(2 * patienceMs);
    expect(await removing).toEqual([
      { name: "full", problem: "it has members yet" },
      { name: "closed", problem: "Not authorized" },
    ]);
  });
});
