import { expect, test } from "vitest";
import { differences } from "../../src/commands/apply-topics.ts";

const wanted = { topic: "t", partitions: 6, settings: { "cleanup.policy": "delete" } };
const existing = { ...wanted, replicas: 2 };

test("a topic with fewer or more copies than the settings say differs, and both numbers are told", () => {
  expect(differences(existing, wanted, 3)).toEqual([
    "its replication factor is 2, the settings say 3",
  ]);
  expect(differences(existing, wanted, 1)).toHaveLength(1);
  expect(differences(existing, wanted, 2)).toEqual([]);
});

test("where the brokers choose the copies, any number is right", () => {
  expect(differences(existing, wanted, -1)).toEqual([]);
});

test("partitions and settings that differ are told beside it", () => {
  const other = { ...existing, partitions: 3, settings: { "cleanup.policy": "compact" } };
  expect(differences(other, wanted, 3)).toEqual([
    "it has 3 partitions, the settings say 6",
    "its replication factor is 2, the settings say 3",
    "its cleanup.policy is compact, the settings say delete",
  ]);
});
