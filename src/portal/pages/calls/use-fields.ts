import type { Field } from "../../../admin/contract/calls.ts";
import { useLoad } from "../../shell/load.ts";
import { usePortal } from "../../shell/portal.ts";

/** What fields are called, and what their values mean, in the language of the page. */
export interface FieldNames {
  /** What it means; its path where nothing says more. */
  name(path: string): string;
  /** A value as people say it: `2` of `dir` is "inbound". */
  value(path: string, value: string): string;
}

/** The entry of a path; `tags.Support` has that of `tags.<name>`. */
function fieldOf(fields: readonly Field[], path: string): Field | undefined {
  const exact = fields.find((field) => field.path === path);
  if (exact !== undefined) return exact;
  return fields.find((field) => {
    const at = field.path.indexOf("<name>");
    return at >= 0 && path.startsWith(field.path.slice(0, at));
  });
}

export function fieldNames(
  fields: readonly Field[],
  flagWords: readonly [string, string],
): FieldNames {
  return {
    name(path) {
      const field = fieldOf(fields, path);
      if (field === undefined || field.meaning === "") return path;
      const at = field.path.indexOf("<name>");
      return at >= 0 ? `${field.meaning} “${path.slice(at)}”` : field.meaning;
    },
    value(path, value) {
      const field = fieldOf(fields, path);
      if (field?.type === "flag" && (value === "0" || value === "1"))
        return flagWords[value === "1" ? 1 : 0];
      return field?.choices.find((choice) => choice.value === value)?.label ?? value;
    },
  };
}

/** Until they are read, and where they can not be, fields go by their paths. */
export function useFieldNames(): FieldNames {
  const { api, locale, tenantId, can, t } = usePortal();
  const mayRead = can("triggers:read");
  const known = locale === "fr-FR" ? "fr-FR" : "en-GB";
  const fields = useLoad(
    mayRead
      ? async (signal) =>
          (await api.call("listFields", { query: { locale: known }, signal })).body.items
      : null,
    [tenantId, known, mayRead],
  );
  return fieldNames(fields.data ?? [], [t("calls.no"), t("calls.yes")]);
}
