import { readFileSync } from "node:fs";
import qs from "qs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallEndedRecord } from "../../src/sandbox/simulated-cdr.ts";
import type { Action } from "../../src/triggers/trigger.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hook, Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { triggerOf } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

interface SamplePayload {
  readonly triggerId: string;
  readonly id: string;
  readonly tenantId: string;
  readonly cdr: CallEndedRecord["cdr"];
  readonly customData: Readonly<Record<string, string>>;
}

const sampleText = readFileSync(new URL("../samples/payload.json", import.meta.url), "utf8");
const sample = JSON.parse(sampleText) as SamplePayload;

const stack = useStack();
const { env, topics } = ownNames(stack, "payload");
let hooks: Hooks;
let platform: Platform;
let service: ServiceProcess;

beforeAll(async () => {
  await mustRun(["topics", "apply"], { env });
  hooks = await startHooks();
  platform = await createPlatform(stack, topics);
  service = await startReadyService(env);
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
});

/** Sends the sample's call as Avro; gives the request that its trigger makes of it with this action. */
async function requestFor(path: string, action: Partial<Action>): Promise<Hook> {
  const { tenantId, triggerId, id, cdr, customData } = sample;
  const url = `${hooks.url}${path}`;
  const trigger = triggerOf({ tenantId, url, action: { customData, ...action } });
  await service.hasApplied(await platform.putTrigger({ ...trigger, triggerId }));
  const before = hooks.all.length;
  await platform.call({ tenantId, id, cdr });
  await hooks.until(() => hooks.all.length > before);
  return hooks.all[before] as Hook;
}

/** Objects with their keys in one order, so that equal JSON is equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** Forms and queries carry text only. */
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asTexts(each)]));
  return String(value);
}

const parseForm = (text: string): unknown => qs.parse(text, { depth: 10, parameterLimit: 1000 });

test.each(["POST", "PUT"] as const)("a %s as JSON carries the sample payload", async (method) => {
  const { method: used, headers, body } = await requestFor("/json", { method });
  expect(used).toBe(method);
  expect(headers["content-type"]).toBe("application/json");
  expect(canonical(JSON.parse(String(body)))).toBe(canonical(sample));
});

test.each(["POST", "PUT"] as const)("a %s as a form is read back by qs", async (method) => {
  const { headers, body } = await requestFor("/form", { method, format: "form" });
  expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(parseForm(String(body))).toEqual(asTexts(sample));
});

test("a GET carries the payload behind the query that the address has", async () => {
  const { method, path, query, body } = await requestFor("/get?key=a%2Bb&key=c", { method: "GET" });
  expect({ method, path, body: String(body) }).toEqual({ method: "GET", path: "/get", body: "" });
  expect(query).toMatch(/^key=a%2Bb&key=c&triggerId=/);
  expect(parseForm(query)).toEqual({ key: ["a+b", "c"], ...(asTexts(sample) as object) });
});

test("a multipart form is read back by another program's parser", async () => {
  const { headers, body } = await requestFor("/multipart", { format: "multipart" });
  const type = headers["content-type"] ?? "";
  expect(type).toMatch(/^multipart\/form-data; boundary=/);
  const form = await new Response(body, { headers: { "content-type": type } }).formData();
  const encoded = new URLSearchParams([...form] as [string, string][]);
  expect(parseForm(String(encoded))).toEqual(asTexts(sample));
});

test("every request says what it is: its id, its attempt, its time, its sender", async () => {
  const { headers } = await requestFor("/headers", {});
  expect(headers["webhook-id"]).toMatch(
    /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/,
  );
  expect(headers["onhook-attempt"]).toBe("1");
  expect(Math.abs(Number(headers["webhook-timestamp"]) - Date.now() / 1000)).toBeLessThan(60);
  expect(headers["user-agent"]).toMatch(/^onhook\/\d+\.\d+\.\d+$/);
  expect(headers["webhook-signature"]).toBeUndefined();
  expect(hooks.counts.size).toBe(1);
});
