import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isSecretOf, newTokenText, readTokenText } from "../../src/access/token-text.ts";

describe("a new token", () => {
  it("is read back, and its secret fits its hash", () => {
    const { text, tokenId, hash } = newTokenText();
    const read = readTokenText(text);
    expect(read?.tokenId).toBe(tokenId);
    expect(isSecretOf(read?.secret ?? "", hash)).toBe(true);
  });

  it("has 256 random bits that no other has, and of which only the hash is kept", () => {
    const made = Array.from({ length: 200 }, () => newTokenText());
    expect(new Set(made.map(({ text }) => text)).size).toBe(200);
    expect(new Set(made.map(({ tokenId }) => tokenId)).size).toBe(200);
    for (const { text, hash } of made) {
      const secret = readTokenText(text)?.secret ?? "";
      expect(Buffer.from(secret, "base64url")).toHaveLength(32);
      expect(hash).toBe(createHash("sha256").update(secret).digest("hex"));
    }
  });
});

describe("what is no token", () => {
  const { text } = newTokenText();
  const short = text.slice(0, -1);
  it.each([
    ["nothing", ""],
    ["one that is cut", short],
    ["one that goes on", `${text}A`],
    ["another prefix", text.replace("onhk_", "onhx_")],
    ["no id", `onhk__${text.slice(-43)}`],
    ["capitals in its id", text.replace(/_[a-f0-9]+_/, "_ABC_")],
    ["a line more", `${text}\n`],
    ["a space before", ` ${text}`],
  ])("%s is not read", (_, given) => {
    expect(readTokenText(given)).toBeNull();
  });

  it("fits no hash: not another token's, not none, not one that is broken", () => {
    const secret = readTokenText(text)?.secret ?? "";
    for (const hash of [newTokenText().hash, null, "", "00", "g".repeat(64)])
      expect(isSecretOf(secret, hash)).toBe(false);
  });
});
