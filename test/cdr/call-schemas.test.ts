import { describe, expect, it } from "vitest";
import { createCallSchemas } from "../../src/cdr/call-schemas.ts";
import { OnhookError } from "../../src/errors.ts";
import { createFakeClock } from "../support/fake-clock.ts";

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
