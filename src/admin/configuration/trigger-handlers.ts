import type { Principal } from "../../access/principal.ts";
import { InputError } from "../../errors.ts";
import { newSigningSecret, publicKeyOf } from "../../secrets/signing-secret.ts";
import type { TriggerState } from "../../triggers/trigger-table.ts";
import type { Edit } from "../../configuration/trigger-editor.ts";
import type { Handlers, Reply, RequestContext } from "../contract/handlers.ts";
import { mergePatch } from "./merge-patch.ts";
import { asking } from "./parts.ts";
import type { ConfigurationParts } from "./parts.ts";
import { checkedForm, inApiTerms, namedByApi, shownForm, writableForm } from "./trigger-form.ts";
import { listTriggers } from "./trigger-list.ts";

export type TriggerHandlers = Pick<
  Handlers,
  | "listTriggers"
  | "createTrigger"
  | "readTrigger"
  | "replaceTrigger"
  | "patchTrigger"
  | "deleteTrigger"
  | "enableTrigger"
  | "disableTrigger"
  | "rotateSecret"
  | "dropOldSecrets"
  | "checkTrigger"
>;

type Shown = ReturnType<typeof shownForm>;

interface OfTrigger {
  readonly tenantId: string;
  readonly triggerId: string;
}

const hourMs = 3_600_000;

function editOf({ tenantId, triggerId }: OfTrigger, context: RequestContext): Edit {
  return { tenantId, triggerId, ifMatch: context.ifMatch, by: asking(context) };
}

function shown({ store, endpoints }: ConfigurationParts, state: TriggerState): Shown {
  const { trigger } = state;
  return shownForm(state, store.refused(trigger.triggerId), endpoints.of(trigger)?.state ?? "ok");
}

function replyOf(parts: ConfigurationParts, state: TriggerState): Reply<Shown> {
  return { body: shown(parts, state), etag: parts.triggers.tagOf(state) };
}

/** An id that is taken tells that somebody has it; that is no news to an operator alone, who sees all tenants. */
function requireOwnId({ triggerId }: { readonly triggerId?: unknown }, { role }: Principal): void {
  if (triggerId === undefined || role === "operator") return;
  const problem = { path: "triggerId", message: "only operators may choose it" };
  throw new InputError("REQUEST_INVALID", [problem]);
}

/** What writes a trigger's content. */
function writing(parts: ConfigurationParts) {
  const { triggers } = parts;
  return {
    async createTrigger({ params: { tenantId }, body }, context) {
      const { generateSecret, ...given } = body;
      requireOwnId(given, asking(context));
      const form = checkedForm(given, { tenantId });
      const { state, secret } = await namedByApi(() =>
        triggers.create(tenantId, form, generateSecret, asking(context)),
      );
      const path = `/tenants/${encodeURIComponent(tenantId)}/triggers`;
      return {
        ...replyOf(parts, state),
        body: { ...shown(parts, state), secret },
        location: `${path}/${state.trigger.triggerId}`,
      };
    },
    async replaceTrigger({ params, body }, context) {
      const form = checkedForm(body, { ...params });
      const state = await namedByApi(() => triggers.rewrite(editOf(params, context), () => form));
      return replyOf(parts, state);
    },
    async patchTrigger({ params, body }, context) {
      const state = await namedByApi(() =>
        triggers.rewrite(editOf(params, context), (saved) =>
          checkedForm(mergePatch(writableForm(saved), body), { ...params }),
        ),
      );
      return replyOf(parts, state);
    },
    async deleteTrigger({ params }, context) {
      await triggers.delete(editOf(params, context));
      return { body: undefined };
    },
  } satisfies Partial<TriggerHandlers>;
}

/** What switches it, and its secrets. */
function switching(parts: ConfigurationParts) {
  const { triggers, clock } = parts;
  return {
    async enableTrigger({ params }, context) {
      return replyOf(parts, await triggers.setEnabled(editOf(params, context), true));
    },
    async disableTrigger({ params }, context) {
      return replyOf(parts, await triggers.setEnabled(editOf(params, context), false));
    },
    async rotateSecret({ params, body: { kind, keepOldHours } }, context) {
      const secret = newSigningSecret(kind);
      const oldUntil = clock.now() + Math.round(keepOldHours * hourMs);
      const old = keepOldHours === 0 ? "dropped" : "kept";
      const change = { added: secret, old, oldUntil } as const;
      const state = await triggers.changeSecrets(editOf(params, context), change);
      const { etag, body: trigger } = replyOf(parts, state);
      return { body: { secret, publicKey: publicKeyOf(secret), trigger }, etag: etag ?? "" };
    },
    async dropOldSecrets({ params }, context) {
      const change = { added: null, old: "dropped", oldUntil: null } as const;
      return replyOf(parts, await triggers.changeSecrets(editOf(params, context), change));
    },
  } satisfies Partial<TriggerHandlers>;
}

/** The operations on triggers that need no calls. */
export function createTriggerHandlers(parts: ConfigurationParts): TriggerHandlers {
  const { triggers, checker } = parts;
  return {
    listTriggers: (input, context) => listTriggers(parts, input, context),
    async readTrigger({ params: { tenantId, triggerId } }) {
      return replyOf(parts, triggers.own(tenantId, triggerId));
    },
    async checkTrigger({ params: { tenantId }, body }) {
      const saved =
        body.triggerId === undefined ? undefined : triggers.own(tenantId, body.triggerId).trigger;
      const path = { tenantId, ...(saved && { triggerId: saved.triggerId }) };
      const given = { ...checkedForm(body.trigger, path), ...path };
      const checked = await checker.problemsOf(given, saved);
      return {
        body: { ok: checked.ok, problems: checked.ok ? [] : inApiTerms(checked.problems) },
      };
    },
    ...writing(parts),
    ...switching(parts),
  };
}
