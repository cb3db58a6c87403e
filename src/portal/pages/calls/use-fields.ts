import type { Field } from "../../../admin/contract/calls.ts";
import { useLoad } from "../../shell/load.ts";
import { usePortal } from "../../shell/portal.ts";
import { fieldAt, fieldText, operatorText, valueText } from "../../trigger/fields.ts";
import type { Operator } from "../../trigger/fields.ts";

/** What fields are called, and what their values mean, in the language of the page. */
export interface FieldNames {
  /** What it means; its path where nothing says more. */
  name(path: string): string;
  /** An operator in words that fit the field. */
  operator(path: string, op: Operator): string;
  /** A value as people say it: `2` of `dir` is "inbound". */
  value(path: string, value: string): string;
}

/** Until they are read, and where they can not be, fields go by their paths. */
export function useFieldNames(): FieldNames {
  const portal = usePortal();
  const { api, locale, tenantId, can } = portal;
  const mayRead = can("triggers:read");
  const known = locale === "fr-FR" ? "fr-FR" : "en-GB";
  const read = useLoad<readonly Field[]>(
    mayRead
      ? async (signal) =>
          (await api.call("listFields", { query: { locale: known }, signal })).body.items
      : null,
    [tenantId, known, mayRead],
  );
  const fields = read.data ?? [];
  return {
    name: (path) => fieldText(portal, fieldAt(fields, path), path),
    operator: (path, op) => operatorText(portal, op, fieldAt(fields, path)?.type ?? "text"),
    value: (path, value) => valueText(portal, fieldAt(fields, path), value),
  };
}
