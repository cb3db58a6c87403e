import { expect, it } from "vitest";
import { ownBytes } from "../../src/kafka/to-log-record.ts";

const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));

it.each([
  ["key", "value"],
  [null, "value"],
  ["key", null],
  ["", "value"],
  ["key", ""],
  ["", ""],
  [null, null],
])("a record with the key %j and the value %j keeps both", (key, value) => {
  const headers = { name: Buffer.from("x") };
  const place = { topic: "t", partition: 3, offset: 7, timestamp: 1_790_000_000_000 };
  const own = ownBytes({ ...place, headers, key: bytes(key), value: bytes(value) });
  expect(own).toMatchObject({ ...place, headers });
  expect([own.key?.toString() ?? null, own.value?.toString() ?? null]).toEqual([key, value]);
});

it("a record's own bytes stay when those that it was read from are used again", () => {
  const fetched = Buffer.from("keyvalue");
  const [key, value] = [fetched.subarray(0, 3), fetched.subarray(3)];
  const at = { topic: "t", partition: 0, offset: 0, timestamp: 0, headers: {} };
  const own = ownBytes({ ...at, key, value });
  fetched.fill("x");
  expect([own.key, own.value].map(String)).toEqual(["key", "value"]);
});
