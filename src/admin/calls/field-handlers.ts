import { OnhookError } from "../../errors.ts";
import { describedFields } from "../../explaining/described-fields.ts";
import { FieldValues } from "../../explaining/field-values.ts";
import type { Handler } from "../contract/handlers.ts";
import type { CallParts } from "./parts.ts";
import { eachRecent } from "./recent.ts";
import { reveals } from "./reveal.ts";

/** Calls whose values are looked at. */
const mostCalls = 1000;

/** What conditions can name. */
export function listFields({ triggers }: Pick<CallParts, "triggers">): Handler<"listFields"> {
  return async ({ query }) => ({
    body: { items: describedFields(triggers.catalog, query.locale) },
  });
}

/** What the tenant's recent calls have in a field. Rejects with FIELD_UNKNOWN. */
export function listFieldValues(
  parts: Pick<CallParts, "triggers" | "recentCalls" | "schemas" | "writer">,
): Handler<"listFieldValues"> {
  return async ({ params: { tenantId }, query: { path, reveal } }, context) => {
    const field = parts.triggers.catalog.resolve(path);
    if (field === undefined) throw new OnhookError("FIELD_UNKNOWN");
    const isClear = await reveals(reveal, { tenantId, subject: path }, parts.writer, context);
    const values = new FieldValues(field, isClear);
    const fields = new Set([field.topLevel]);
    const recent = parts.recentCalls.newest(tenantId, mostCalls);
    await eachRecent(recent, fields, parts.schemas, ({ call }) => values.add(call), context.signal);
    return { body: { calls: values.calls, items: values.list() } };
  };
}
