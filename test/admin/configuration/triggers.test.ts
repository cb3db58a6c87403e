import { describe, expect, test } from "vitest";
import { OnhookError } from "../../../src/errors.ts";
import { MemoryConfig, openAdmin } from "../../support/memory-admin.ts";
import { someTriggerId, triggerInput } from "../../triggers/trigger-input.ts";

const path = "/tenants/t1/triggers";
const one = `${path}/${someTriggerId}`;
const secret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const action = { url: "https://example.com/hook" };

/** One trigger of t1, with a secret. */
async function withTrigger(changes: object = {}) {
  const topics = new MemoryConfig();
  const value = triggerInput({
    name: "Calls",
    action: { ...action, secrets: [secret] },
    ...changes,
  });
  await topics.append("triggers", someTriggerId, value);
  return openAdmin(topics);
}

describe("creating", () => {
  test("a trigger can be read at once, under an id of its own, by the location that was answered", async () => {
    const { ask, topics } = await openAdmin();
    const created = await ask("t1", "POST", path, { name: "A", action });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      name: "A",
      tenantId: "t1",
      status: "active",
      secret: null,
    });
    const { location } = created.headers;
    const read = await ask("t1", "GET", String(location).replace("/api/v1", ""));
    expect(read.status).toBe(200);
    expect(read.headers.etag).toBe(created.headers.etag);
    expect(topics.changes).toMatchObject([
      { action: "trigger.created", tenantId: "t1", by: { id: "token:tenant-admin-of-t1" } },
    ]);
    expect(topics.changes[0]?.properties).toContain("action.url");
  });

  test("a secret that is to be made is shown this once, and masked from then on", async () => {
    const { ask } = await openAdmin();
    const created = await ask("t1", "POST", path, { action, generateSecret: true });
    expect(created.json["secret"]).toMatch(/^whsec_/);
    expect(created.json["action"]).toMatchObject({ secrets: ["whsec_***"] });
    const read = await ask("t1", "GET", `${path}/${String(created.json["triggerId"])}`);
    expect(read.text).not.toContain(String(created.json["secret"]));
  });

  test("an id is an operator's to choose: others would learn which ids are taken", async () => {
    const { ask, topics } = await withTrigger();
    for (const triggerId of [someTriggerId, "7c9e6679-7425-40de-944b-000000000099", null]) {
      const answer = await ask("t1", "POST", path, { triggerId, action });
      expect([answer.status, answer.json["code"]]).toEqual([400, "REQUEST_INVALID"]);
      expect(answer.json["problems"]).toEqual([
        { path: "triggerId", message: "only operators may choose it" },
      ]);
    }
    expect(topics.records.triggers).toHaveLength(1);
  });

  test("all that is wrong is named by its path in the body, and nothing is quoted", async () => {
    const { ask, topics } = await openAdmin();
    const answer = await ask("t1", "POST", path, {
      nam: "typo",
      filters: [{ field: "dur", op: "contains", values: ["hunter2"] }],
      action: { url: "http://hunter2.example.com", retries: 11, oldSecretsUntil: "hunter2" },
      createdAt: "2020-01-01T00:00:00Z",
    });
    expect([answer.status, answer.json["code"]]).toEqual([400, "TRIGGER_INVALID"]);
    const paths = (answer.json["problems"] as unknown as { path: string }[]).map(
      ({ path }) => path,
    );
    expect(paths.toSorted()).toEqual(
      ["action.oldSecretsUntil", "action.retries", "action.url", "filters[0].op", "nam"].toSorted(),
    );
    expect(answer.text).not.toContain("hunter2");
    expect(topics.records.triggers).toEqual([]);
  });

  test("a body cannot name another tenant, nor when it was created", async () => {
    const { ask, clock } = await openAdmin();
    const foreign = await ask("t1", "POST", path, { tenantId: "t2", action });
    expect(foreign.json["problems"]).toEqual([
      { path: "tenantId", message: "is another than that of the path" },
    ]);
    const made = await ask("t1", "POST", path, { createdAt: "2001-01-01T00:00:00Z", action });
    expect(made.json["createdAt"]).toBe(new Date(clock.now()).toISOString());
  });
});

describe("replacing and patching", () => {
  test("what was read can be written back as it is, and keeps its secrets", async () => {
    const { ask, topics } = await withTrigger();
    const read = await ask("t1", "GET", one);
    const written = await ask("t1", "PUT", one, { ...read.json, name: "Other" }, read.ifMatch);
    expect(written.status).toBe(200);
    expect(written.json).toMatchObject({ name: "Other", createdAt: read.json["createdAt"] });
    expect(topics.records.triggers.at(-1)?.value).toMatchObject({ action: { secrets: [secret] } });
    expect(topics.changes).toMatchObject([{ action: "trigger.replaced", properties: ["name"] }]);
  });

  test("what is left out is the default", async () => {
    const { ask } = await withTrigger();
    const { ifMatch } = await ask("t1", "GET", one);
    const written = await ask("t1", "PUT", one, { action }, ifMatch);
    expect(written.json).toMatchObject({ name: "", action: { secrets: [], retries: 1 } });
  });

  test("a patch merges objects, takes out what is null and replaces lists", async () => {
    const { ask, topics } = await withTrigger({
      action: { ...action, secrets: [secret], customData: { a: "1", b: "2" } },
    });
    const { ifMatch } = await ask("t1", "GET", one);
    const patch = { action: { customData: { a: null, c: "3" } }, filters: [], name: null };
    const type = { "content-type": "application/merge-patch+json" };
    const patched = await ask("t1", "PATCH", one, patch, { ...ifMatch, ...type });
    expect(patched.json).toMatchObject({ name: "", action: { customData: { b: "2", c: "3" } } });
    expect(topics.records.triggers.at(-1)?.value).toMatchObject({
      action: { secrets: [secret], customData: { b: "2", c: "3" } },
    });
  });

  test.each(["PUT", "PATCH", "DELETE"] as const)(
    "%s of something that is there needs If-Match",
    async (method) => {
      const { ask, topics } = await withTrigger();
      const body = method === "DELETE" ? undefined : { action };
      const answer = await ask("t1", method, one, body);
      expect([answer.status, answer.json["code"]]).toEqual([428, "PRECONDITION_REQUIRED"]);
      expect(topics.records.triggers).toHaveLength(1);
    },
  );

  test("the second of two administrators is told who was first, and overwrites nothing", async () => {
    const { ask, topics } = await withTrigger();
    const { ifMatch } = await ask("t1", "GET", one);
    const first = await ask("operator", "PUT", one, { name: "First", action }, ifMatch);
    const second = await ask("t1", "PUT", one, { name: "Second", action }, ifMatch);
    expect([second.status, second.json["code"]]).toEqual([412, "TRIGGER_CHANGED"]);
    expect(second.headers.etag).toBe(first.headers.etag);
    expect(second.json["detail"]).toContain("by operator");
    expect(topics.records.triggers).toHaveLength(2);
    expect((await ask("t1", "GET", one)).json["name"]).toBe("First");
  });

  test("of many at the same time with the same If-Match one wins", async () => {
    const { ask } = await withTrigger();
    const { ifMatch } = await ask("t1", "GET", one);
    const answers = await Promise.all(
      ["a", "b", "c", "d"].map((name) => ask("t1", "PUT", one, { name, action }, ifMatch)),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 412, 412, 412,
    ]);
  });

  test("a list of tags, a weak one and one without quotes are refused by the header's name", async () => {
    const { ask } = await withTrigger();
    for (const given of ['"1", "2"', 'W/"1"', "1"]) {
      const answer = await ask("t1", "DELETE", one, undefined, { "if-match": given });
      expect(answer.status).toBe(400);
      expect(answer.json["problems"]).toMatchObject([{ path: "If-Match" }]);
    }
  });
});

describe("switching and secrets", () => {
  test("switching on what is on already writes nothing", async () => {
    const { ask, topics } = await withTrigger();
    expect((await ask("t1", "POST", `${one}/enable`)).status).toBe(200);
    expect(topics.records.triggers).toHaveLength(1);
  });

  test("switching on takes away why it was switched off", async () => {
    const { ask } = await withTrigger({ enabled: false, disabledReason: "gone" });
    expect((await ask("t1", "GET", one)).json["disabledReason"]).toBe("gone");
    expect((await ask("t1", "POST", `${one}/enable`)).json["disabledReason"]).toBeNull();
  });

  test("a new secret signs first, the old one for as long as was said", async () => {
    const { ask, topics, clock } = await withTrigger();
    const answer = await ask("t1", "POST", `${one}/secret`, { kind: "ed25519", keepOldHours: 2 });
    expect(answer.json["publicKey"]).toMatch(/^whpk_/);
    const saved = topics.records.triggers.at(-1)?.value as { action: { secrets: string[] } };
    expect(saved.action.secrets).toEqual([answer.json["secret"], secret]);
    expect(answer.json["trigger"]).toMatchObject({
      action: {
        secrets: ["whsk_***", "whsec_***"],
        oldSecretsUntil: new Date(clock.now() + 7_200_000).toISOString(),
      },
    });
    const dropped = await ask("t1", "DELETE", `${one}/secret/old`);
    expect(dropped.json["action"]).toMatchObject({ secrets: ["whsk_***"], oldSecretsUntil: null });
    expect(topics.changes.map(({ action }) => action)).toEqual([
      "trigger.secret-rotated",
      "trigger.old-secrets-dropped",
    ]);
  });

  test("a version that was refused later is shown, and nothing older is written over it but by a whole new one", async () => {
    const { ask, topics } = await withTrigger();
    await topics.append("triggers", someTriggerId, triggerInput({ action: {} }));
    const read = await ask("t1", "GET", one);
    expect(read.json["refused"]).toMatchObject({ offset: 1, problems: [{ path: "action.url" }] });
    expect(read.headers.etag).toBe('"0-1"');
    const switched = await ask("t1", "POST", `${one}/disable`);
    expect([switched.status, switched.json["code"]]).toEqual([409, "TRIGGER_REFUSED_NEWER"]);
    const written = await ask("t1", "PUT", one, { action }, read.ifMatch);
    expect(written.json).toMatchObject({ refused: null });
  });
});

describe("deleting", () => {
  test("takes it away for good, and tells so", async () => {
    const { ask, topics } = await withTrigger();
    const { ifMatch } = await ask("t1", "GET", one);
    const deleted = await ask("t1", "DELETE", one, undefined, ifMatch);
    expect([deleted.status, deleted.text]).toEqual([204, ""]);
    expect((await ask("t1", "GET", one)).status).toBe(404);
    expect(topics.records.triggers.at(-1)).toEqual({ key: someTriggerId, value: null });
    expect(topics.changes).toMatchObject([{ action: "trigger.deleted", triggerId: someTriggerId }]);
  });
});

describe("checking", () => {
  test("says all that is wrong with an unsaved trigger, and saves nothing", async () => {
    const { ask, topics } = await withTrigger();
    const at = "/tenants/t1/trigger-check";
    const wrong = await ask("t1", "POST", at, { trigger: { action: { url: "nowhere" } } });
    expect(wrong.json).toMatchObject({ ok: false, problems: [{ path: "action.url" }] });
    const masked = { action: { ...action, secrets: ["whsec_***"] } };
    expect((await ask("t1", "POST", at, { trigger: masked })).json["ok"]).toBe(false);
    const saved = await ask("t1", "POST", at, { triggerId: someTriggerId, trigger: masked });
    expect(saved.json).toEqual({ ok: true, problems: [] });
    expect(topics.records.triggers).toHaveLength(1);
  });
});

test("while the brokers are away a change is refused as what may be tried again, and nothing is changed", async () => {
  const { ask, topics } = await withTrigger();
  topics.failure = new OnhookError("CONFIG_UNWRITTEN", { topic: "onhook.triggers" });
  const answer = await ask("t1", "POST", `${one}/disable`);
  expect([answer.status, answer.json["code"]]).toEqual([503, "CONFIG_UNWRITTEN"]);
  expect(answer.headers["retry-after"]).toBe("2");
  expect((await ask("t1", "GET", one)).json["enabled"]).toBe(true);
});
