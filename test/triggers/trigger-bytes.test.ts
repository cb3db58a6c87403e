import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MalformedBytes } from "../../src/avro/byte-cursor.ts";
import { createRecordCodec } from "../../src/avro/record-codec.ts";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { emptyKeyRing, readKeyRing } from "../../src/secrets/key-ring.ts";
import type { KeyRing } from "../../src/secrets/key-ring.ts";
import { checkEvent, checkReadEvent } from "../../src/triggers/check-event.ts";
import { glanceAtTrigger, readTrigger, writeTrigger } from "../../src/triggers/trigger-bytes.ts";
import { sealTrigger } from "../../src/triggers/trigger-secrets.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { someTriggers } from "./some-triggers.ts";
import { someTriggerId } from "./trigger-input.ts";

const schema: unknown = JSON.parse(
  readFileSync(new URL("../../schemas/trigger.avsc", import.meta.url), "utf8"),
);
const schemas = { get: () => Promise.reject(new Error("there is one schema only")) };
const codec = createRecordCodec<unknown>({ schema, schemaId: 3, schemas });
const bodyOf = (value: Buffer): Buffer => codec.ownBody(value) as Buffer;
/** Null where they are malformed; any other error is none that may be thrown. */
function whereRead(read: () => Trigger): { readonly decoded: Trigger } | null {
  try {
    return { decoded: read() };
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

const runs = { numRuns: 2000 };

describe("the bytes of a trigger", () => {
  it("are those of its schema, and are read as the codec reads them", async () => {
    await fc.assert(
      fc.asyncProperty(someTriggers, async (trigger) => {
        const value = codec.encode(trigger);
        expect(writeTrigger(trigger)).toEqual(bodyOf(value));
        expect(readTrigger(bodyOf(value))).toEqual(await codec.decode(value));
      }),
      runs,
    );
  });

  it("that are damaged pass at a glance only where the codec reads them, and are read as it does", async () => {
    let passed = 0;
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(someTriggers, damage, async (trigger, damages) => {
        const value = codec.encode(trigger);
        for (const [at, byte] of damages) value[5 + (at % (value.length - 5))] = byte;
        const read = await codec.decode(value).then(
          (decoded) => ({ decoded }),
          () => null,
        );
        const body = bodyOf(value);
        const glanced = whereRead(() => glanceAtTrigger(body)) !== null;
        expect(glanced ? whereRead(() => readTrigger(body)) : null).toEqual(glanced ? read : null);
        if (glanced) passed += 1;
      }),
      runs,
    );
    expect(passed).toBeGreaterThan(100);
  });

  it("hold times of any size", () => {
    const [trigger] = fc.sample(someTriggers, { numRuns: 1, seed: 1 }) as [Trigger];
    for (const createdAt of [
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      2 ** 52,
      -(2 ** 52),
    ]) {
      const dated = { ...trigger, createdAt };
      expect(readTrigger(writeTrigger(dated))).toEqual(dated);
    }
  });

  it("are malformed where they are cut short or go on, or have a name that the codec loses", () => {
    const [trigger] = fc.sample(someTriggers, { numRuns: 1, seed: 1 }) as [Trigger];
    const bytes = writeTrigger(trigger);
    for (let length = 0; length < bytes.length; length += 1)
      expect(() => readTrigger(bytes.subarray(0, length))).toThrow(MalformedBytes);
    expect(() => readTrigger(Buffer.concat([bytes, Buffer.from([0])]))).toThrow(MalformedBytes);
    const customData = { ["__proto__"]: "x" };
    const lossy = { ...trigger, action: { ...trigger.action, customData } };
    expect(() => readTrigger(writeTrigger(lossy))).toThrow(MalformedBytes);
  });
});

describe("an event that is read from its bytes", () => {
  const keyRing = readKeyRing(
    [{ text: `k:${Buffer.alloc(32, "k").toString("base64")}`, where: "k" }],
    null,
  ) as KeyRing;
  const rules = (allowHttp: boolean) => ({
    catalog: createFieldCatalog(callEndedSchema()),
    allowHttp,
  });
  const [https, http] = [rules(false), rules(true)];

  it("is taken and refused exactly as one that is decoded, with the same trigger, keys and problems", () => {
    let [taken, asRead] = [0, 0];
    fc.assert(
      fc.property(
        someTriggers,
        fc.constantFrom(https, http),
        fc.boolean(),
        fc.constantFrom(emptyKeyRing, keyRing),
        fc.boolean(),
        (some, rules, requireEncrypted, ring, seals) => {
          const written = seals ? sealTrigger(some, keyRing) : some;
          const bytes = writeTrigger(written);
          const event = readTrigger(bytes);
          const secrets = { keyRing: ring, requireEncrypted };
          const read = { bytes, glance: glanceAtTrigger(bytes) };
          const checked = checkReadEvent(someTriggerId, read, rules, secrets);
          const { asRead: same, ...others } = checked;
          expect(others).toEqual(checkEvent(someTriggerId, event, rules, secrets));
          const trigger = checked.ok && same ? checked.trigger : event;
          expect(writeTrigger(trigger)).toEqual(writeTrigger(event));
          taken += Number(checked.ok);
          asRead += Number(same);
        },
      ),
      runs,
    );
    // What the test is worth: that there are enough of each.
    expect(taken).toBeGreaterThan(100);
    expect(asRead).toBeGreaterThan(50);
  });
});
