import { describe, expect, it } from "vitest";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { OnhookError } from "../../src/errors.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { callEndedSchema } from "./call-bytes.ts";

describe("ids that the registry does not have", () => {
  it("are remembered up to a number; beyond it the oldest is forgotten, not all", async () => {
    const asked: number[] = [];
    const source = {
      async get(schemaId: number): Promise<unknown> {
        asked.push(schemaId);
        throw new OnhookError("SCHEMA_UNKNOWN", { schemaId });
      },
    };
    const schemas = createCallSchemas(source, createFakeClock());
    for (let id = 0; id <= 10_000; id += 1) await schemas.load(id);
    expect(schemas.peek(0)).toBeUndefined();
    expect(schemas.peek(1)).toMatchObject({ code: "SCHEMA_UNKNOWN" });
    asked.length = 0;
    for (const id of [1, 5000, 10_000, 0]) await schemas.load(id);
    expect(asked).toEqual([0]);
  });
});

it("the registry is asked once for all that wait for a schema, and again after it could not answer", async () => {
  const answers = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
  let asked = 0;
  const source = { get: async () => answers[asked++]?.promise };
  const schemas = createCallSchemas(source, createFakeClock());
  const loads = [1, 2, 3].map(() => schemas.load(7));
  answers[0]?.reject(new OnhookError("REGISTRY_UNREACHABLE", { url: "", problem: "" }));
  const settled = await Promise.allSettled(loads);
  expect([settled.map(({ status }) => status), asked]).toEqual([Array(3).fill("rejected"), 1]);
  const again = [1, 2].map(() => schemas.load(7));
  answers[1]?.resolve(callEndedSchema());
  await Promise.all(again);
  expect(asked).toBe(2);
  expect(schemas.peek(7)).toHaveProperty("whole");
});

it("an id that the registry did not have is asked for again after a while", async () => {
  const clock = createFakeClock();
  let known = false;
  const source = {
    async get(schemaId: number): Promise<unknown> {
      if (!known) throw new OnhookError("SCHEMA_UNKNOWN", { schemaId });
      return callEndedSchema();
    },
  };
  const schemas = createCallSchemas(source, clock);
  await schemas.load(7);
  known = true;
  await schemas.load(7);
  expect(schemas.peek(7)).toMatchObject({ code: "SCHEMA_UNKNOWN" });
  await clock.advance(30_000);
  expect(schemas.peek(7)).toBeUndefined();
  await schemas.load(7);
  expect(schemas.peek(7)).toHaveProperty("whole");
});
