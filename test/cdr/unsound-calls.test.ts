import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headerLength } from "../../src/avro/wire-format.ts";
import type { CallEnded } from "../../src/cdr/call-ended.ts";
import { createCallSchema } from "../../src/cdr/call-schema.ts";
import type { OnhookError } from "../../src/errors.ts";
import { callEndedSchema, encoder, laterSchema } from "./call-bytes.ts";
import { encodeRich, errorOf, richCalls, richReader } from "./rich-calls.ts";

const plain = callEndedSchema();
const encode = encoder(plain);
const reader = createCallSchema(7, plain);
const smallCall = { tenantId: "t1", id: "u1", cdr: { id: "c1", dur: 10 } };

function outcomeOf(action: () => CallEnded): unknown {
  try {
    return { call: action() };
  } catch (error) {
    return { error: (error as OnhookError).code };
  }
}

describe("bytes that are no call", () => {
  it("are refused wherever a sound call is cut", () => {
    const value = encode({ ...smallCall, cdr: { ...smallCall.cdr, tags: { a: "b" } } });
    for (let length = 0; length < value.length; length += 1) {
      const cut = value.subarray(0, length);
      expect(errorOf(() => reader.whole(cut)).code).toBe("AVRO_DECODE");
      expect(errorOf(() => reader.scan(cut).project(new Set())).code).toBe("AVRO_DECODE");
    }
  });

  it("are refused when something follows the call", () => {
    const error = errorOf(() => reader.whole(Buffer.concat([encode(smallCall), Buffer.from([0])])));
    expect(error.message).toBe("The bytes do not fit schema 7: 1 bytes follow the record");
  });

  it("are refused alike by every reader, or give the same values, whatever they are", () => {
    const bytes = fc.tuple(richCalls, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }));
    const wanted = new Set(["tags", "survey", "callKey"]);
    fc.assert(
      fc.property(bytes, ([call, changes]) => {
        const value = encodeRich(call);
        for (const [place, byte] of changes) {
          value[headerLength + (place % (value.length - headerLength))] = byte;
        }
        const whole = outcomeOf(() => richReader.whole(value)) as { call?: CallEnded };
        const part = outcomeOf(() => richReader.scan(value).project(wanted)) as {
          call?: CallEnded;
        };
        expect(part.call === undefined ? part : part.call.cdr["tags"]).toEqual(
          whole.call === undefined ? { error: "AVRO_DECODE" } : whole.call.cdr["tags"],
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("can not claim a list that is longer than they are", () => {
    const schema = laterSchema({ name: "nothings", type: { type: "array", items: "null" } });
    const sound = encoder(schema)({ ...smallCall, cdr: { id: "c1", nothings: [] } });
    const manyItems = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00]);
    const value = Buffer.concat([sound.subarray(0, -1), manyItems]);
    const poison = createCallSchema(7, schema);
    expect(errorOf(() => poison.whole(value)).message).toContain("longer than the record");
    expect(errorOf(() => poison.scan(value).project(new Set())).code).toBe("AVRO_DECODE");
  });

  it("can not nest so deep that the stack ends", () => {
    const node = {
      type: "record",
      name: "Node",
      fields: [{ name: "next", type: ["null", "Node"] }],
    };
    const schema = laterSchema({ name: "chain", type: ["null", node], default: null });
    const sound = encoder(schema)(smallCall);
    const value = Buffer.concat([
      sound.subarray(0, -1),
      Buffer.alloc(100_000, 2),
      Buffer.from([0]),
    ]);
    expect(errorOf(() => createCallSchema(7, schema).whole(value)).message).toContain("deep");
  });
});
