import { describe, expect, it } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { readKeyRing } from "../../src/secrets/key-ring.ts";
import type { KeyRing } from "../../src/secrets/key-ring.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { openTrigger, sealTrigger } from "../../src/triggers/trigger-secrets.ts";
import { createTriggerTable } from "../../src/triggers/trigger-table.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { someTriggerId as triggerId, triggerInput } from "./trigger-input.ts";

const catalog = createFieldCatalog(callEndedSchema());

function ringOf(...ids: string[]): KeyRing {
  const written = ids.map((id) => ({
    text: `${id}:${Buffer.alloc(32, id).toString("base64")}`,
    where: id,
  }));
  return readKeyRing(written, null) as KeyRing;
}

const keyRing = ringOf("new", "old");
const plainSecrets = {
  secrets: [`whsec_${"A".repeat(32)}`, `whsec_${"B".repeat(32)}`],
  headers: { "X-Key": "a header's value", "x-empty": "" },
  auth: { scheme: "basic", username: "onhook", secret: "a password" },
};

function triggerWith(action: object = plainSecrets, changes: object = {}): Trigger {
  const checked = checkTrigger(
    triggerInput({ ...changes, action: { url: "https://example.com/", ...action } }),
    { catalog, allowHttp: false },
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.trigger;
}

const rules = { keyRing, requireEncrypted: false };
const problemsOf = (event: unknown, used = rules) =>
  openTrigger(triggerId, event, used).problems.map(({ path, message }) => `${path} ${message}`);

describe("a trigger with encrypted secrets", () => {
  const trigger = triggerWith();
  const sealed = sealTrigger(trigger, keyRing);

  it("has none of them in plain, and all else as it was", () => {
    const text = JSON.stringify(sealed);
    for (const secret of ["AAAA", "BBBB", "a header's value", "a password"])
      expect(text).not.toContain(secret);
    expect(sealed).toMatchObject({
      triggerId,
      action: { url: trigger.action.url, auth: { scheme: "basic", username: "onhook" } },
    });
    expect(Object.keys(sealed.action.headers)).toEqual(["X-Key", "x-empty"]);
  });

  it("is what it was once it is opened", () => {
    expect(openTrigger(triggerId, sealed, rules)).toEqual({
      value: trigger,
      keys: new Set(["new"]),
      problems: [],
    });
  });

  it("may have some in plain, unless all have to be encrypted", () => {
    const mixed = { ...sealed, action: { ...sealed.action, secrets: trigger.action.secrets } };
    const opened = openTrigger(triggerId, mixed, rules);
    expect(opened).toEqual({ value: trigger, keys: new Set(["new", null]), problems: [] });
    const why = "is not encrypted, which secrets.requireEncrypted asks for";
    expect(problemsOf(mixed, { keyRing, requireEncrypted: true })).toEqual([
      `action.secrets[0] ${why}`,
      `action.secrets[1] ${why}`,
    ]);
  });

  it("keeps them when one is put in front", () => {
    const [first, second] = sealed.action.secrets;
    const secrets = [second, first];
    const opened = openTrigger(
      triggerId,
      { ...sealed, action: { ...sealed.action, secrets } },
      rules,
    );
    expect(opened.problems).toEqual([]);
  });

  it("can't have those of another trigger, or of another property", () => {
    const other = "7c9e6679-7425-40de-944b-000000000002";
    const stolen = { ...sealed, triggerId: other };
    expect(openTrigger(other, stolen, rules).problems.map(({ path }) => path)).toEqual([
      "action.secrets[0]",
      "action.secrets[1]",
      "action.headers.X-Key",
      "action.headers.x-empty",
      "action.auth.secret",
    ]);
    const { headers, auth } = sealed.action;
    const moved = {
      ...sealed,
      action: { ...sealed.action, headers: { "x-other": headers["X-Key"], "x-key": auth?.secret } },
    };
    expect(problemsOf(moved)).toEqual([
      expect.stringMatching(/^action\.headers\.x-other can not be decrypted: /),
      expect.stringMatching(/^action\.headers\.x-key can not be decrypted: /),
    ]);
  });

  it("has each of them named whose key is not there", () => {
    expect(problemsOf(sealed, { keyRing: ringOf("old"), requireEncrypted: false })).toContain(
      "action.auth.secret is encrypted with the key new, which the key ring does not have",
    );
  });

  it("is not encrypted twice when what the topic has is written back, changed or not", () => {
    const [first = ""] = sealed.action.secrets;
    const added = `whsk_${"A".repeat(43)}=`;
    const action = { ...sealed.action, secrets: [added, first] };
    const again = sealTrigger({ ...sealed, enabled: false, action }, ringOf("old", "new"));
    expect(again.action).toMatchObject({
      headers: sealed.action.headers,
      auth: sealed.action.auth,
    });
    const opened = openTrigger(triggerId, again, rules);
    expect(opened).toMatchObject({ keys: new Set(["old", "new"]), problems: [] });
    expect(opened.value).toMatchObject({
      enabled: false,
      action: { secrets: [added, trigger.action.secrets[0]] },
    });
  });

  it("is left as it is where there is no key", () => {
    expect(sealTrigger(trigger, ringOf())).toBe(trigger);
  });
});

it("what is no trigger at all stays what it is", () => {
  for (const event of [
    null,
    5,
    "x",
    [],
    {},
    { action: 5 },
    { action: { secrets: 5, headers: [] } },
  ])
    expect(openTrigger(triggerId, event, rules)).toEqual({
      value: event,
      keys: new Set(),
      problems: [],
    });
});

describe("the table", () => {
  const tableWith = (ring: KeyRing, requireEncrypted = false) =>
    createTriggerTable({
      catalog,
      allowHttp: false,
      onTypeMismatch: () => undefined,
      secrets: { keyRing: ring, requireEncrypted },
    });
  const event = (value: unknown, offset: number) => ({ triggerId, value, offset });

  it("holds secrets in plain, and knows with which keys they came", () => {
    const table = tableWith(keyRing);
    const trigger = triggerWith();
    expect(table.applyTrigger(event(sealTrigger(trigger, ringOf("old")), 3))).toBe("applied");
    expect(table.trigger(triggerId)?.trigger).toEqual(trigger);
    expect(table.origin(triggerId)).toMatchObject({ offset: 3, keys: new Set(["old"]) });
    table.applyTrigger(event(null, 4));
    expect(table.origin(triggerId)).toBeUndefined();
  });

  it("keeps the last valid version where a newer one can't be decrypted", () => {
    const table = tableWith(ringOf("old"));
    const trigger = triggerWith();
    table.applyTrigger(event(trigger, 0));
    const newer = sealTrigger(triggerWith(plainSecrets, { name: "newer" }), keyRing);
    const applied = table.applyTrigger(event(newer, 1));
    expect(applied).toMatchObject({
      refused: expect.arrayContaining([
        {
          path: "action.secrets[0]",
          message: "is encrypted with the key new, which the key ring does not have",
        },
      ]),
    });
    expect(table.trigger(triggerId)?.trigger).toEqual(trigger);
    expect(table.refused(triggerId)?.offset).toBe(1);
    // It is no event that a later schema of calls could make valid, nor one that a job may go out by.
    expect(table.inDoubt(triggerId, 1)).toBeUndefined();
    expect(table.useCatalog(catalog)).toEqual([]);
  });

  it("judges what it has decrypted by the rules of every trigger", () => {
    const table = tableWith(keyRing);
    const bad = { ...triggerWith(), action: { ...triggerWith().action, secrets: ["whsec_short"] } };
    expect(table.applyTrigger(event(sealTrigger(bad, keyRing), 0))).toEqual({
      refused: [
        {
          path: "action.secrets[0]",
          message: "is not whsec_ and the base64 of 24 to 64 bytes",
        },
      ],
    });
  });

  it("goes on with an encrypted trigger when a later schema comes, though plain ones are refused", () => {
    const table = tableWith(keyRing, true);
    const { tenantId } = triggerWith();
    table.applyTrigger(event(sealTrigger(triggerWith(), keyRing), 0));
    table.useCatalog(createFieldCatalog(callEndedSchema()));
    expect(table.tenant(tenantId)?.triggers).toHaveLength(1);
    expect(table.applyTrigger(event(triggerWith(), 1))).toHaveProperty("refused");
  });
});
