import { describe, expect, it } from "vitest";
import { createFieldCatalog } from "../../src/cdr/field-catalog.ts";
import { checkTrigger } from "../../src/triggers/check-trigger.ts";
import { callEndedSchema, laterSchema } from "../cdr/call-bytes.ts";
import { someTriggerId, triggerInput } from "./trigger-input.ts";

const catalog = createFieldCatalog(callEndedSchema());
const rules = { catalog, allowHttp: false };

function problemsOf(input: unknown, changed = rules): Record<string, string> {
  const checked = checkTrigger(input, changed);
  if (checked.ok) return {};
  return Object.fromEntries(checked.problems.map(({ path, message }) => [path, message]));
}

function actionProblems(action: object, changed = rules): Record<string, string> {
  const url = "https://example.com/hook";
  return problemsOf(triggerInput({ action: { url, ...action } }), changed);
}

function conditionProblems(condition: object): Record<string, string> {
  return problemsOf(triggerInput({ filters: [condition] }));
}

describe("a trigger", () => {
  it("gets the defaults of what is left out", () => {
    expect(checkTrigger(triggerInput(), rules)).toEqual({
      ok: true,
      trigger: {
        triggerId: someTriggerId,
        tenantId: "t1",
        name: "",
        enabled: true,
        disabledReason: null,
        createdAt: null,
        filters: [],
        action: {
          url: "https://example.com/hook",
          method: "POST",
          format: "json",
          customData: {},
          retries: 1,
          secrets: [],
          oldSecretsUntil: null,
          headers: {},
          auth: null,
        },
      },
    });
  });

  it("stays as it is written where it is whole", () => {
    const whole = {
      triggerId: someTriggerId.toUpperCase(),
      tenantId: "t1",
      name: "Sales",
      enabled: false,
      disabledReason: "the endpoint is gone",
      createdAt: 1_716_971_855_000,
      filters: [{ field: "cliNum", op: "prefix", values: ["+44"], ignoreCase: true }],
      action: {
        url: "https://example.com:8443/a?b=c",
        method: "PUT",
        format: "multipart",
        customData: { hook: "post-call" },
        retries: 10,
        secrets: [`whsec_${"A".repeat(32)}`, `whsk_${"A".repeat(43)}=`],
        oldSecretsUntil: 1_716_971_855_000,
        headers: { "X-Api-Version": "2" },
        auth: { scheme: "basic", username: "onhook", secret: "a password" },
      },
    };
    expect(checkTrigger(whole, rules)).toEqual({ ok: true, trigger: whole });
  });

  it("has all its problems named at once, by path", () => {
    const input = {
      triggerId: "7c9e",
      tenantId: "",
      enabled: "yes",
      colour: "red",
      createdAt: 1.5,
      filters: [
        { field: "nosuch", op: "eq", values: ["1"] },
        { field: "dur", op: "eq", values: ["ten"], ignoreCase: true, extra: 1 },
        5,
        { field: "nosuch", op: "matches" },
        { op: "eq", values: [1] },
      ],
      action: { url: "http://example.com", method: "DELETE", format: "xml", retries: 11, retry: 1 },
    };
    expect(problemsOf(input)).toEqual({
      triggerId: "is not a GUID",
      tenantId: "is empty",
      enabled: "is neither true nor false",
      colour: "is not a known property",
      createdAt: "is not a time in whole milliseconds since the epoch",
      "filters[0].field": "is not a property of the CDR",
      "filters[1].extra": "is not a known property",
      "filters[1].values": "number 1 is not a decimal number",
      "filters[1].ignoreCase": "is for text, and dur is number",
      "filters[2]": "is not a condition",
      "filters[3].field": "is not a property of the CDR",
      "filters[3].op": expect.stringContaining("is none of eq, ne, in, "),
      "filters[4].field": "is missing",
      "filters[4].values": "number 1 is not text",
      "action.url":
        "is not an absolute https address; http needs the operator's delivery.dangerousAllowHttp",
      "action.method": "is none of GET, POST, PUT",
      "action.format": "is none of json, form, multipart",
      "action.retries": "is not a whole number from 0 to 10",
      "action.retry": "is not a known property",
    });
  });

  it.each([null, 5, "text", []])("is refused when it is %j", (input) => {
    expect(problemsOf(input)).toEqual({ "": "is not a trigger" });
  });

  it("needs its ids and an action", () => {
    expect(problemsOf({})).toEqual({
      triggerId: "is missing",
      tenantId: "is missing",
      action: "is missing",
    });
  });

  it("has a name and a tenant of at most 200 characters, counted as a reader would", () => {
    expect(problemsOf(triggerInput({ name: "😀".repeat(200) }))).toEqual({});
    expect(problemsOf(triggerInput({ name: "😀".repeat(201), tenantId: "t".repeat(201) }))).toEqual(
      {
        name: "is longer than 200 characters",
        tenantId: "is longer than 200 characters",
      },
    );
  });

  it("has no text that no topic could carry", () => {
    expect(problemsOf(triggerInput({ name: "\ud83d" }))).toEqual({
      name: "is not well-formed Unicode",
    });
  });

  it("has at most 100 conditions", () => {
    const filters = Array.from({ length: 101 }, () => ({ field: "dur", op: "exists" }));
    expect(problemsOf(triggerInput({ filters }))).toEqual({ filters: "has over 100 conditions" });
    expect(problemsOf(triggerInput({ filters: filters.slice(1) }))).toEqual({});
  });
});

describe("the address", () => {
  it.each([
    "https://example.com",
    "HTTPS://example.com/a%20b?x=1&y=@",
    "https://bücher.example/ä",
    "https://[2001:db8::1]:8443/hook",
    "https://192.0.2.1/",
  ])("may be %s", (url) => {
    expect(actionProblems({ url })).toEqual({});
  });

  it.each([
    ["", "is not an absolute https address"],
    ["example.com/hook", "is not an absolute https address"],
    ["/hook", "is not an absolute https address"],
    [
      "http://example.com",
      "is not an absolute https address; http needs the operator's delivery.dangerousAllowHttp",
    ],
    ["ftp://example.com", "is not an absolute https address"],
    ["https:example.com", "is not an absolute https address"],
    [" https://example.com", "is not an absolute https address"],
    ["https://example.com/a b", "has a blank, a backslash or a control character"],
    ["https://example.com/\n", "has a blank, a backslash or a control character"],
    ["https://example.com\\@evil.example", "has a blank, a backslash or a control character"],
    ["https://user:pass@example.com/", "has a user name or password"],
    ["https://@example.com/", "has a user name or password"],
    ["https://example.com/#part", "has a fragment, which a request can not carry"],
    ["https:///hook", "is not an absolute https address"],
    ["https://exa mple.com", "has a blank, a backslash or a control character"],
    ["https://example.com:99999/", "has no valid host"],
    ["https://256.0.0.1/", "has no valid host"],
    [`https://example.com/${"a".repeat(2048)}`, "is longer than 2,048 characters"],
  ])("may not be %j", (url, message) => {
    expect(actionProblems({ url })).toEqual({ "action.url": message });
  });

  it("may be plain http only where the operator allows it", () => {
    const url = "http://localhost:8080/hook";
    expect(actionProblems({ url }, { catalog, allowHttp: true })).toEqual({});
    expect(actionProblems({ url })).toEqual({
      "action.url": expect.stringContaining("http needs"),
    });
  });
});

describe("a condition", () => {
  it("has at most 1,000 values of at most 1,000 characters", () => {
    const on = (values: string[]) => conditionProblems({ field: "cliNum", op: "in", values });
    expect(on(Array(1000).fill("x".repeat(1000)))).toEqual({});
    expect(on(Array(1001).fill("x"))).toEqual({ "filters[0].values": "has over 1,000 values" });
    expect(on(["x", "x".repeat(1001)])).toEqual({
      "filters[0].values": "number 2 is longer than 1,000 characters",
    });
  });

  it("says which value can not be read, without repeating it", () => {
    expect(conditionProblems({ field: "dur", op: "in", values: ["1", "secret"] })).toEqual({
      "filters[0].values": "number 2 is not a decimal number",
    });
    expect(conditionProblems({ field: "dur", op: "in", values: ["a", "1", "b", "c"] })).toEqual({
      "filters[0].values": "number 1 (and 2 more) is not a decimal number",
    });
  });

  it("ignores case on text only", () => {
    expect(conditionProblems({ field: "dur", op: "eq", values: ["1"], ignoreCase: true })).toEqual({
      "filters[0].ignoreCase": "is for text, and dur is number",
    });
  });

  it("takes one value, some or none, as its operator says", () => {
    expect(conditionProblems({ field: "dur", op: "gt", values: ["1", "2"] })).toEqual({
      "filters[0].values": "are 2: gt takes exactly one",
    });
    expect(conditionProblems({ field: "dur", op: "eq" })).toEqual({
      "filters[0].values": "are missing: eq needs one",
    });
    expect(conditionProblems({ field: "dur", op: "absent", values: ["1"] })).toEqual({
      "filters[0].values": "must be left out: absent takes none",
    });
  });

  it("has a wildcard of 8 stars, escaped ones not counted", () => {
    const values = [String.raw`*\**\**\**\**\**\**\**`];
    expect(conditionProblems({ field: "cliName", op: "wildcard", values })).toEqual({});
  });

  it("of a truth value is true or false; of a container, there or not", () => {
    const later = createFieldCatalog(laterSchema({ name: "vip", type: ["null", "boolean"] }));
    const on = (condition: object) =>
      problemsOf(triggerInput({ filters: [condition] }), { catalog: later, allowHttp: false });
    expect(on({ field: "vip", op: "in", values: ["true", "false"] })).toEqual({});
    expect(on({ field: "vip", op: "eq", values: ["1"] })).toEqual({
      "filters[0].values": "number 1 is neither true nor false",
    });
    expect(on({ field: "vip", op: "gt", values: ["true"] })).toEqual({
      "filters[0].op": "does not fit a boolean field",
    });
    expect(on({ field: "tags", op: "eq", values: ["a"] })).toEqual({
      "filters[0].op": "does not fit a container field",
    });
    expect(on({ field: "directoryMatches.fields", op: "exists" })).toEqual({});
  });
});
