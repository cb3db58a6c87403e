import { randomUUID } from "node:crypto";
import type { TriggerHandlers } from "../../../src/admin/configuration/trigger-handlers.ts";
import type { Reply } from "../../../src/admin/contract/handlers.ts";
import type { RequestContext } from "../../../src/admin/contract/handlers.ts";
import type { Trigger } from "../../../src/admin/contract/triggers.ts";
import { newSigningSecret, publicKeyOf } from "../../../src/secrets/signing-secret.ts";
import { problemsOf, savedAs } from "./fake-drafts.ts";
import { FakeError, asking, notFound, pageOf } from "./fake-error.ts";
import { makeTrigger, noteChange } from "./fake-state.ts";
import type { FakeState, StoredTrigger } from "./fake-state.ts";

interface OfTrigger {
  readonly tenantId: string;
  readonly triggerId: string;
}

export function storedOf(state: FakeState, { tenantId, triggerId }: OfTrigger): StoredTrigger {
  const stored = state.triggers.get(triggerId.toLowerCase());
  if (stored?.trigger.tenantId !== tenantId) throw notFound();
  return stored;
}

export function triggersOf(state: FakeState, tenantId: string): StoredTrigger[] {
  return [...state.triggers.values()]
    .filter(({ trigger }) => trigger.tenantId === tenantId)
    .toSorted((a, b) => a.trigger.name.localeCompare(b.trigger.name));
}

function checkVersion(stored: StoredTrigger, { ifMatch }: RequestContext, required: boolean): void {
  if (ifMatch === null && required) throw new FakeError(428, "PRECONDITION_REQUIRED");
  if (ifMatch !== null && ifMatch !== "*" && ifMatch !== String(stored.version))
    throw new FakeError(412, "TRIGGER_CHANGED");
}

function save(state: FakeState, stored: StoredTrigger, trigger: Trigger): Reply<Trigger> {
  const version = stored.version + 1;
  state.triggers.set(trigger.triggerId, { ...stored, trigger, version });
  return { body: trigger, etag: String(version) };
}

function setEnabled(
  state: FakeState,
  params: OfTrigger,
  context: RequestContext,
  enabled: boolean,
): Reply<Trigger> {
  const stored = storedOf(state, params);
  checkVersion(stored, context, false);
  const status = enabled ? "active" : "disabled";
  const { tenantId, triggerId } = params;
  noteChange(state, asking(context), {
    action: enabled ? "trigger.enabled" : "trigger.disabled",
    tenantId,
    triggerId,
  });
  return save(state, stored, { ...stored.trigger, enabled, status, disabledReason: null });
}

function rotating(state: FakeState): Pick<TriggerHandlers, "rotateSecret" | "dropOldSecrets"> {
  return {
    rotateSecret: async ({ params, body }, context) => {
      const stored = storedOf(state, params);
      checkVersion(stored, context, false);
      const secret = newSigningSecret(body.kind);
      const mask = `${secret.split("_", 1)[0]}_***`;
      const keeps = body.keepOldHours > 0 && stored.trigger.action.secrets.length > 0;
      const until = new Date(Date.now() + body.keepOldHours * 3_600_000).toISOString();
      const action = {
        ...stored.trigger.action,
        secrets: keeps ? [mask, ...stored.trigger.action.secrets].slice(0, 5) : [mask],
        oldSecretsUntil: keeps ? until : null,
      };
      const { tenantId, triggerId } = params;
      noteChange(state, asking(context), { action: "trigger.secret-rotated", tenantId, triggerId });
      const saved = save(state, stored, { ...stored.trigger, action });
      return { ...saved, body: { secret, publicKey: publicKeyOf(secret), trigger: saved.body } };
    },
    dropOldSecrets: async ({ params }, context) => {
      const stored = storedOf(state, params);
      checkVersion(stored, context, false);
      const { action } = stored.trigger;
      const { tenantId, triggerId } = params;
      noteChange(state, asking(context), {
        action: "trigger.old-secrets-dropped",
        tenantId,
        triggerId,
      });
      const kept = { ...action, secrets: action.secrets.slice(0, 1), oldSecretsUntil: null };
      return save(state, stored, { ...stored.trigger, action: kept });
    },
  };
}

function creating(state: FakeState): Pick<TriggerHandlers, "createTrigger"> {
  return {
    createTrigger: async ({ params: { tenantId }, body }, context) => {
      const { triggerId: given, generateSecret, ...written } = body;
      const licence = state.tenants.get(tenantId)?.maxTriggers ?? Infinity;
      if (triggersOf(state, tenantId).length >= licence)
        throw new FakeError(409, "LICENCE_EXCEEDED");
      const triggerId = typeof given === "string" ? given : randomUUID();
      const secret = generateSecret ? newSigningSecret("hmac") : null;
      const blank = makeTrigger(tenantId, { triggerId, name: "", url: "" }, Date.now());
      const action = {
        ...(written.action as object),
        ...(secret === null ? {} : { secrets: [secret] }),
      };
      const trigger = savedAs({ ...written, action }, blank);
      state.triggers.set(triggerId, { trigger, version: 1, last24Hours: [] });
      noteChange(state, asking(context), {
        action: "trigger.created",
        tenantId,
        triggerId,
        subject: trigger.name,
      });
      return {
        body: { ...trigger, secret },
        etag: "1",
        location: `/tenants/${tenantId}/triggers/${triggerId}`,
      };
    },
  };
}

/** Triggers in memory, under the real rules. */
export function triggerHandlers(state: FakeState): TriggerHandlers {
  return {
    listTriggers: async ({ params: { tenantId }, query }) => {
      const all = triggersOf(state, tenantId);
      const search = (query.search ?? "").toLowerCase();
      const found = all.filter(
        ({ trigger }) =>
          (query.status === undefined || trigger.status === query.status) &&
          (trigger.name.toLowerCase().includes(search) || trigger.action.url.includes(search)),
      );
      const { items, nextCursor } = pageOf(found, query);
      const tenant = state.tenants.get(tenantId);
      const licence = {
        used: all.length,
        maxTriggers: tenant?.maxTriggers ?? null,
        suspended: tenant?.suspended ?? false,
      };
      const { historyAway } = state;
      const shown = items.map(({ trigger, last24Hours }) =>
        Object.assign({ last24Hours: historyAway ? [] : [...last24Hours] }, trigger),
      );
      return { body: { items: shown, nextCursor, historyAway, licence } };
    },
    ...creating(state),
    readTrigger: async ({ params }) => {
      const { trigger, version } = storedOf(state, params);
      return { body: trigger, etag: String(version) };
    },
    replaceTrigger: async ({ params, body }, context) => {
      const stored = storedOf(state, params);
      checkVersion(stored, context, true);
      const { tenantId, triggerId } = params;
      const trigger = savedAs(body, stored.trigger);
      noteChange(state, asking(context), { action: "trigger.replaced", tenantId, triggerId });
      return save(state, stored, trigger);
    },
    patchTrigger: async ({ params, body }, context) => {
      const stored = storedOf(state, params);
      checkVersion(stored, context, false);
      const { name, enabled, filters, action } = stored.trigger;
      const trigger = savedAs({ name, enabled, filters, action, ...body }, stored.trigger);
      return save(state, stored, trigger);
    },
    deleteTrigger: async ({ params }, context) => {
      const stored = storedOf(state, params);
      checkVersion(stored, context, true);
      state.triggers.delete(stored.trigger.triggerId);
      const { tenantId, triggerId } = params;
      noteChange(state, asking(context), { action: "trigger.deleted", tenantId, triggerId });
      return { body: undefined };
    },
    enableTrigger: async ({ params }, context) => setEnabled(state, params, context, true),
    disableTrigger: async ({ params }, context) => setEnabled(state, params, context, false),
    ...rotating(state),
    checkTrigger: async ({ body }) => {
      const problems = [...problemsOf(body.trigger)];
      return { body: { ok: problems.length === 0, problems } };
    },
  };
}
