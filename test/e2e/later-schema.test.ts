import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Type } from "avsc";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { avroTypeOf, createPlatform, schemaFile, wireBytes } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { callOf, newTenantId, triggerOf, when } from "../support/e2e-samples.ts";
import { startReadyService } from "../support/e2e-service.ts";
import type { ServiceProcess } from "../support/e2e-service.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const { env, topics } = ownNames(stack, "later-schema");
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

interface RecordSchema {
  readonly fields: readonly { readonly name: string; readonly type: { fields: object[] } }[];
}

/** The CDR's next version: one more text, one more record. */
function laterSchema(): ReturnType<typeof schemaFile> {
  const schema = schemaFile("call-ended") as unknown as RecordSchema;
  const survey = {
    type: "record",
    name: "Survey",
    fields: [
      { name: "score", type: ["null", "int"], default: null },
      { name: "comment", type: ["null", "string"], default: null },
    ],
  };
  schema.fields
    .find(({ name }) => name === "cdr")
    ?.type.fields.push(
      { name: "queueName", type: ["null", "string"], default: null },
      { name: "survey", type: ["null", survey], default: null },
    );
  return schema as unknown as ReturnType<typeof schemaFile>;
}

/** Sends calls of the later version. */
async function createLaterSender(): Promise<(value: object) => Promise<number>> {
  const schemaId = await platform.register(topics.cdr, laterSchema());
  const type: Type = avroTypeOf(laterSchema());
  return (value) =>
    platform.send(topics.cdr, randomUUID(), wireBytes(schemaId, type.toBuffer(value)));
}

test("two more fields of a later schema reach the payload, and a filter on one works, without a restart", async () => {
  const tenantId = newTenantId();
  const every = triggerOf({ tenantId, url: `${hooks.url}/every` });
  await platform.putTrigger(every);
  await platform.call(callOf(tenantId));
  await hooks.until(() => hooks.all.length === 1);

  const send = await createLaterSender();
  const filters = [when("queueName", "prefix", "Sup"), when("survey.score", "gte", "4")];
  const filtered = triggerOf({ tenantId, url: `${hooks.url}/filtered`, filters });
  await platform.putTrigger(filtered);
  await expect.poll(() => service.metric("onhook_triggers", { state: "active" })).toBe(2);
  const call = (cdr: object) => ({ ...callOf(tenantId), cdr: { ...callOf(tenantId).cdr, ...cdr } });
  const survey = { score: 5, comment: "Quick help" };
  await send(call({ queueName: "Sales", survey }));
  await send(call({ queueName: "Support", survey: { score: 3, comment: null } }));
  await send(call({ queueName: "Support", survey }));
  await hooks.until(() => hooks.all.length === 5);
  const [only, ...others] = hooks.all.filter(({ path }) => path === "/filtered");
  expect(others).toEqual([]);
  expect(JSON.parse(String(only?.body))).toMatchObject({ cdr: { queueName: "Support", survey } });
});

test("`trigger put` knows the fields of the later schema, and no others", async () => {
  await createLaterSender();
  const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/put` });
  const put = (field: string) => {
    const filters = [when(field, "exists")];
    return runProgram(["trigger", "put", "-"], {
      env,
      stdin: JSON.stringify({ ...trigger, filters }),
    });
  };
  expect(await put("survey.comment")).toMatchObject({ status: 0, stderr: "" });
  const refused = await put("survey.mood");
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("- filters[0].field: ");
});
