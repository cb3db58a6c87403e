import { describe, expect, it } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { checkFileTrigger } from "../../src/configuration/file-trigger.ts";
import { shownTrigger } from "../../src/configuration/trigger-shown.ts";
import { readKeyRing } from "../../src/secrets/key-ring.ts";
import type { KeyRing } from "../../src/secrets/key-ring.ts";
import { sealTrigger } from "../../src/triggers/trigger-secrets.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";
import { triggerInput } from "../triggers/trigger-input.ts";

const text = `k:${Buffer.alloc(32, 7).toString("base64")}`;
const keyRing = readKeyRing([{ text, where: "here" }], null) as KeyRing;
const rules = {
  catalog: createFieldCatalog(callEndedSchema()),
  allowHttp: false,
  keyRing,
  saved: undefined,
  now: 1_735_689_600_000,
};
const url = "https://example.com/";
const [hmac, otherHmac] = [`whsec_${"A".repeat(32)}`, `whsec_${"B".repeat(32)}`];
const ed25519 = `whsk_${"A".repeat(43)}=`;
const masked = "is masked, and no secret is saved that it could stand for";

function checked(action: object, saved?: Trigger): Trigger {
  const result = checkFileTrigger(triggerInput({ action: { url, ...action } }), {
    ...rules,
    saved,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.trigger;
}

function problems(action: object, saved?: Trigger): Record<string, string> {
  const result = checkFileTrigger(triggerInput({ action: { url, ...action } }), {
    ...rules,
    saved,
  });
  if (result.ok) return {};
  return Object.fromEntries(result.problems.map(({ path, message }) => [path, message]));
}

const saved = checked({
  secrets: [hmac, ed25519, otherHmac],
  headers: { "X-Key": "a value" },
  auth: { scheme: "basic", username: "onhook", password: "a password" },
});

describe("a trigger as it is shown", () => {
  it("has every secret masked, and says what kind each is of", () => {
    expect(shownTrigger(saved)).toMatchObject({
      action: {
        secrets: ["whsec_***", "whsk_***", "whsec_***"],
        headers: { "X-Key": "***" },
        auth: { scheme: "basic", username: "onhook", password: "***" },
      },
    });
    const bearer = checked({ auth: { scheme: "bearer", token: "abc" } });
    expect(shownTrigger(bearer)).toMatchObject({
      action: { auth: { scheme: "bearer", token: "***" } },
    });
    expect(shownTrigger(checked({}))).toMatchObject({ action: { auth: null, headers: {} } });
  });

  it("is what is saved once it is put back", () => {
    const shown = shownTrigger(saved) as { readonly action: object };
    expect(checked(shown.action, saved)).toEqual(saved);
  });
});

describe("a mask", () => {
  it("stands for the next secret of its kind that is saved", () => {
    const secrets = [ed25519, "whsk_***", "whsec_***"];
    expect(checked({ secrets }, saved).action.secrets).toEqual([ed25519, ed25519, hmac]);
    expect(problems({ secrets: ["whsk_***", "whsk_***"] }, saved)).toEqual({
      "action.secrets[1]": masked,
    });
  });

  it("stands for the value of the header of that name, in whatever letters", () => {
    expect(checked({ headers: { "x-key": "***", new: "n" } }, saved).action.headers).toEqual({
      "x-key": "a value",
      new: "n",
    });
    expect(problems({ headers: { "x-other": "***" } }, saved)).toEqual({
      "action.headers.x-other": masked,
    });
  });

  it("stands for the password of that user, and no other", () => {
    const of = (username: string) => ({ auth: { scheme: "basic", username, password: "***" } });
    expect(checked(of("onhook"), saved).action.auth?.secret).toBe("a password");
    expect(problems(of("another"), saved)).toEqual({ "action.auth.password": masked });
    expect(problems({ auth: { scheme: "bearer", token: "***" } }, saved)).toEqual({
      "action.auth.token": masked,
    });
  });

  it("stands for nothing where nothing is saved", () => {
    expect(problems({ secrets: ["whsec_***"], headers: { a: "***" } })).toEqual({
      "action.secrets[0]": masked,
      "action.headers.a": masked,
    });
  });
});

describe("credentials in a file", () => {
  it.each([
    [{ scheme: "basic", username: "a" }, { "action.auth.password": "is missing" }],
    [{ scheme: "bearer" }, { "action.auth.token": "is missing" }],
    [
      { scheme: "basic", username: "a", password: "x", token: "y" },
      { "action.auth.token": "is not a known property" },
    ],
    [
      { scheme: "bearer", token: "x", secret: "y" },
      { "action.auth.secret": "is not a known property" },
    ],
  ])("are not %j", (auth, expected) => {
    expect(problems({ auth })).toEqual(expected);
  });
});

it("secrets that were copied out of the topic are those that they were", () => {
  const { secrets } = sealTrigger(saved, keyRing).action;
  expect(checked({ secrets }, saved).action.secrets).toEqual(saved.action.secrets);
  const of = checkFileTrigger(triggerInput({ action: { url, secrets } }), {
    ...rules,
    keyRing: { active: null, keys: new Map() },
  });
  expect(of).toMatchObject({ ok: false, problems: [{ path: "action.secrets[0]" }, {}, {}] });
});

it("what is saved keeps its time of creation; what is new gets its id and the time", () => {
  expect(checked({}, { ...saved, createdAt: 5 }).createdAt).toBe(5);
  const made = checkFileTrigger({ tenantId: "t1", action: { url } }, rules);
  expect(made).toMatchObject({
    ok: true,
    trigger: { createdAt: rules.now, triggerId: expect.stringMatching(/^[\da-f-]{36}$/) },
  });
});
