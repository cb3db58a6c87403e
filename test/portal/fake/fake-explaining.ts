import { requireTellingNothing } from "../../../src/admin/calls/masked-conditions.ts";
import { shownObstacle } from "../../../src/admin/calls/obstacle-shown.ts";
import { mayReveal } from "../../../src/admin/calls/reveal.ts";
import type { CallHandlers } from "../../../src/admin/calls/handlers.ts";
import type { CallStory, Preview } from "../../../src/admin/contract/calls.ts";
import type { Trigger } from "../../../src/admin/contract/triggers.ts";
import type { Cdr } from "../../../src/cdr/call-ended.ts";
import { InputError } from "../../../src/errors.ts";
import type { Condition } from "../../../src/triggers/trigger.ts";
import { FieldValues } from "../../../src/explaining/field-values.ts";
import { explainCall, obstaclesOf } from "../../../src/triggers/explain-call.ts";
import type { CompiledTrigger } from "../../../src/triggers/compile-trigger.ts";
import { summaryOf } from "./fake-calls.ts";
import type { FakeCall } from "./fake-calls.ts";
import { compiledOf } from "./fake-drafts.ts";
import type { Written } from "./fake-drafts.ts";
import { FakeError, asking, notFound, pageOf } from "./fake-error.ts";
import { catalog, fieldsIn } from "./fake-fields.ts";
import { noteChange } from "./fake-state.ts";
import type { FakeState } from "./fake-state.ts";
import { triggersOf } from "./fake-triggers.ts";

export type ExplainingHandlers = Pick<
  CallHandlers,
  | "listFields"
  | "listFieldValues"
  | "listCalls"
  | "readCall"
  | "dryRun"
  | "previewRequest"
  | "testSend"
>;

type Obstacles = CallStory["triggers"][number]["obstacles"];
type Story = Pick<CallStory["triggers"][number], "conditions" | "fires">;

const shown = (value: unknown): string | number | boolean =>
  typeof value === "number" || typeof value === "boolean" ? value : String(value);

function storyOf(compiled: CompiledTrigger, cdr: Cdr): Story {
  const conditions = explainCall(compiled, cdr).map(({ condition, holds, values, mismatch }) => ({
    condition: { ...condition, values: [...condition.values] },
    holds,
    has: values.map(shown),
    mismatch,
  }));
  return { conditions, fires: conditions.every(({ holds }) => holds) };
}

/** By the real rules. */
function obstaclesFor(saved: Trigger, { trigger }: CompiledTrigger, call: FakeCall): Obstacles {
  const { triggerId, tenantId, disabledReason, createdAt, status, refused } = saved;
  const made = createdAt === null ? null : Date.parse(createdAt);
  const standing = {
    trigger: { ...trigger, tenantId, disabledReason, createdAt: made },
    status,
    refused: refused === null ? undefined : { triggerId, tenantId, ...refused },
  };
  return obstaclesOf(standing, { tenantId, timestamp: call.at }).map(shownObstacle);
}

/** A saved trigger as somebody would write it. */
const plainOf = ({ name, enabled, filters, action }: Trigger): Written => ({
  name,
  enabled,
  filters,
  action,
});

function callOf(state: FakeState, cdrId: string): FakeCall {
  const call = state.calls.find(({ cdr }) => cdr.id === cdrId);
  if (call === undefined) throw notFound();
  return call;
}

function dryRunOf(state: FakeState, written: Written, count: number) {
  const compiled = compiledOf(written);
  const calls = state.calls.slice(0, count);
  const stories = calls.map((call) => ({ call, story: storyOf(compiled, call.cdr) }));
  const fired = stories.filter(({ story }) => story.fires);
  const failing = stories.map(({ story }) => story.conditions.filter(({ holds }) => !holds));
  return {
    calls: calls.length,
    fired: fired.length,
    oldestAt: calls.length === 0 ? null : new Date(calls.at(-1)?.at ?? 0).toISOString(),
    newestAt: calls.length === 0 ? null : new Date(calls[0]?.at ?? 0).toISOString(),
    conditions: compiled.conditions.map((_, index) => ({
      failed: stories.filter(({ story }) => story.conditions[index]?.holds === false).length,
      failedAlone: failing.filter(
        (failed, call) =>
          failed.length === 1 && stories[call]?.story.conditions[index]?.holds === false,
      ).length,
      mismatched: stories.filter(({ story }) => story.conditions[index]?.mismatch === true).length,
    })),
    firedFor: fired.slice(0, 5).map(({ call }) => summaryOf(call, false)),
  };
}

/** By the real rule. */
function requireTold(filters: readonly Condition[], saved: readonly Condition[]): void {
  try {
    requireTellingNothing(filters, saved, catalog);
  } catch (error) {
    throw error instanceof InputError ? new FakeError(403, error.code, error.problems) : error;
  }
}

function previewOf(written: Written, cdrId: string | null, call: Cdr): Preview {
  const { trigger } = compiledOf(written);
  const { action } = trigger;
  const payload = {
    triggerId: trigger.triggerId,
    id: "u1",
    tenantId: "t1",
    cdr: call,
    customData: action.customData,
  };
  const get = action.method === "GET";
  return {
    method: action.method,
    url: get ? `${action.url}?triggerId=${trigger.triggerId}&cdr%5Bid%5D=${call.id}` : action.url,
    headers: [
      { name: "user-agent", value: "Onhook/0.1" },
      { name: "webhook-id", value: "test_0001" },
      ...Object.keys(action.headers).map((name) => ({ name, value: "***" })),
      ...(get ? [] : [{ name: "content-type", value: "application/json" }]),
    ],
    body: get ? null : JSON.stringify(payload),
    contentType: get ? null : "application/json",
    cdrId,
  };
}

const sample = { id: "sample", cliNum: "+447000000000", cliName: "Sample caller", dir: 2 };

/** Answers by the real conditions over the calls in memory. */
export function explainingHandlers(state: FakeState): ExplainingHandlers {
  const chosen = (cdrId: string | null): Cdr =>
    cdrId === null ? sample : callOf(state, cdrId).cdr;
  return {
    listFields: async ({ query }) => ({ body: { items: fieldsIn(query.locale) } }),
    listFieldValues: async ({ query: { path, reveal } }) => {
      const field = catalog.resolve(path);
      if (field === undefined) throw notFound();
      const values = new FieldValues(field, reveal);
      for (const { cdr } of state.calls) values.add({ id: null, tenantId: "", cdr });
      return { body: { calls: values.calls, items: values.list() } };
    },
    listCalls: async ({ query, params: { tenantId } }) => {
      const known = triggersOf(state, tenantId).length > 0 ? state.calls : [];
      const { items, nextCursor } = pageOf(known, query);
      return { body: { items: items.map((call) => summaryOf(call, query.reveal)), nextCursor } };
    },
    readCall: async ({ params: { tenantId, cdrId }, query }, context) => {
      if (query.reveal)
        noteChange(state, asking(context), { action: "values.revealed", tenantId, subject: cdrId });
      const call = callOf(state, cdrId);
      const triggers = triggersOf(state, tenantId).map(({ trigger }) => {
        const compiled = compiledOf(plainOf(trigger));
        const { conditions, fires } = storyOf(compiled, call.cdr);
        const active = trigger.status === "active";
        return {
          triggerId: trigger.triggerId,
          name: trigger.name,
          fires: fires && active,
          endpoint: trigger.endpoint,
          conditions,
          obstacles: obstaclesFor(trigger, compiled, call),
          delivery:
            [...state.deliveries.values()].find(
              ({ delivery }) =>
                delivery.cdrId === cdrId && delivery.triggerId === trigger.triggerId,
            )?.delivery ?? null,
        };
      });
      return { body: { call: summaryOf(call, query.reveal), triggers, otherDeliveries: [] } };
    },
    dryRun: async ({ body, params: { tenantId } }, context) => {
      const saved = state.triggers.get(body.triggerId ?? "")?.trigger.filters ?? [];
      if (!mayReveal(asking(context), tenantId))
        requireTold(compiledOf(body.trigger).trigger.filters, saved);
      return { body: dryRunOf(state, body.trigger, body.calls) };
    },
    previewRequest: async ({ body }) => ({
      body: previewOf(body.trigger, body.call.cdrId, chosen(body.call.cdrId)),
    }),
    testSend: async ({ body }) => {
      const request = previewOf(body.trigger, body.call.cdrId, chosen(body.call.cdrId));
      if (request.url.includes("refused")) {
        const error = "The address 10.0.0.1 is not allowed";
        return {
          body: {
            request,
            outcome: "failed",
            reason: "blocked-address",
            error,
            answer: null,
            durationMs: 12,
          },
        };
      }
      const headers = [{ name: "content-type", value: "text/plain" }];
      const said = request.url.includes("silent") ? "" : "thank <b>you</b>";
      const answer = { status: 200, headers, body: said, truncated: false };
      return {
        body: { request, outcome: "answered", reason: null, error: null, answer, durationMs: 148 },
      };
    },
  };
}
