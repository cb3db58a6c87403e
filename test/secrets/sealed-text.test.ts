import { createDecipheriv } from "node:crypto";
import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { readKeyRing } from "../../src/secrets/key-ring.ts";
import type { KeyRing, RingKey } from "../../src/secrets/key-ring.ts";
import { isSealed, open, seal } from "../../src/secrets/sealed-text.ts";

const bytesOf = (fill: number): Buffer => Buffer.alloc(32, fill);
const keyText = (id: string, fill: number): string => `${id}:${bytesOf(fill).toString("base64")}`;

function ringOf(...texts: string[]): KeyRing {
  const ring = readKeyRing(
    texts.map((text, index) => ({ text, where: `number ${index + 1}` })),
    null,
  );
  if ("problem" in ring) throw new Error(ring.problem);
  return ring;
}

const ring = ringOf(keyText("k2", 2), keyText("k1", 1));
const active = ring.active as RingKey;

describe("a sealed text", () => {
  it("opens to what it was, where it belongs", () => {
    assert(
      property(string({ unit: "grapheme" }), string(), (plain, place) => {
        expect(open(seal(plain, active, place), ring, place)).toEqual({ plain, keyId: "k2" });
      }),
    );
  });

  it("has the form that others can open: iv, ciphertext and tag of AES-256-GCM in base64", () => {
    const sealed = seal("a password", active, "here");
    const [, , id, base64 = ""] = sealed.split(":");
    const bytes = Buffer.from(base64, "base64");
    expect([isSealed(sealed), id, bytes.length]).toEqual([true, "k2", 12 + 10 + 16]);
    const opening = createDecipheriv("aes-256-gcm", bytesOf(2), bytes.subarray(0, 12));
    opening.setAAD(Buffer.from("here")).setAuthTag(bytes.subarray(-16));
    const plain = [opening.update(bytes.subarray(12, -16)), opening.final()];
    expect(Buffer.concat(plain).toString()).toBe("a password");
  });

  it("is another each time", () => {
    const sealed = Array.from({ length: 100 }, () => seal("the same", active, "here"));
    expect(new Set(sealed).size).toBe(100);
  });

  it("opens with a key that is not active any more", () => {
    const older = ring.keys.get("k1") as RingKey;
    expect(open(seal("old", older, "x"), ring, "x")).toEqual({ plain: "old", keyId: "k1" });
  });

  it("opens nowhere else, and with no other key of the same id", () => {
    const sealed = seal("a password", active, "here");
    for (const opened of [
      open(sealed, ring, "there"),
      open(sealed, ringOf(keyText("k2", 9)), "here"),
    ])
      expect(opened).toEqual({ problem: expect.stringMatching(/^can not be decrypted: .* k2$/) });
  });

  it("that was changed in any byte does not open", () => {
    const sealed = seal("a password", active, "here");
    const bytes = Buffer.from(sealed.split(":")[3] ?? "", "base64");
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(open(`enc:v1:k2:${changed.toString("base64")}`, ring, "here")).toHaveProperty(
        "problem",
      );
    }
  });

  it("of a key that is not there says which", () => {
    const stranger = ringOf(keyText("k9", 9)).active as RingKey;
    expect(open(seal("x", stranger, "here"), ring, "here")).toEqual({
      problem: "is encrypted with the key k9, which the key ring does not have",
    });
  });

  it.each(["enc:v1:", "enc:v1:k2:", "enc:v1:k2:AAAA", "enc:v1::AAAA", "enc:v1:k2:?", "enc:v1:k2"])(
    "is not %s",
    (text) => {
      expect(isSealed(text)).toBe(true);
      expect(open(text, ring, "here")).toEqual({
        problem: "is encrypted in no form that is known",
      });
    },
  );
});

describe("a key ring", () => {
  const read = (texts: string[], active: string | null = null) =>
    readKeyRing(
      texts.map((text, index) => ({ text, where: `number ${index + 1}` })),
      active,
    );

  it("encrypts with the first key, or the one that is named", () => {
    expect(read([])).toMatchObject({ active: null });
    expect(read([keyText("a", 1), keyText("b", 2)])).toMatchObject({ active: { id: "a" } });
    expect(read([keyText("a", 1), keyText("b", 2)], "b")).toMatchObject({ active: { id: "b" } });
  });

  it("says what is wrong with it, and repeats no key", () => {
    expect(read([keyText("a", 1), "b:c2hvcnQ="])).toEqual({
      problem: "number 2 is not an id, a colon and the base64 of 32 bytes",
    });
    expect(read([keyText("a", 1), keyText("a", 2)])).toEqual({
      problem: "number 2 has the id of another key, a",
    });
    expect(read([keyText("a", 1)], "b")).toEqual({
      problem: "secrets.activeKey names none of the keys",
    });
  });

  it("shows none of its keys to what prints it", () => {
    const shown = JSON.stringify([...ring.keys.values()]);
    expect(shown).toContain("k1");
    expect(shown).not.toContain(bytesOf(1).toString("base64"));
  });
});
