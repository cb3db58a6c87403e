import type { FieldCatalog, FieldType } from "../cdr/field-catalog.ts";
import { operatorRules, operators } from "../triggers/trigger.ts";
import type { Operator } from "../triggers/trigger.ts";
import type { FieldGroup } from "./field-groups.ts";
import { fieldMeanings } from "./field-meanings.ts";
import type { FieldLocale } from "./field-meanings.ts";

/** A field as people choose it for a condition. */
export interface DescribedField {
  readonly path: string;
  /** `flag`: a number that is 1 or 0. */
  readonly type: FieldType | "flag";
  readonly group: FieldGroup | "other";
  readonly operators: Operator[];
  /** Empty for fields of later versions. */
  readonly meaning: string;
  /** What its values mean, where there are few. */
  readonly choices: { value: string; label: string }[];
}

/** The CDR's whole numbers that are 0 or 1. Source: specification, 3. */
const flags: ReadonlySet<string> = new Set([
  "lost",
  "lostInPark",
  "aban",
  "ans",
  "short",
  "t2t",
  "hasRec",
  "rated",
]);

type Labels = Readonly<Record<string, readonly [english: string, french: string]>>;

const flagLabels: Labels = { "1": ["yes", "oui"], "0": ["no", "non"] };

/** Source: specification, 3. */
const labels: Readonly<Record<string, Labels>> = {
  dir: {
    "0": ["unknown", "inconnu"],
    "1": ["internal", "interne"],
    "2": ["inbound", "entrant"],
    "3": ["outbound", "sortant"],
    "4": ["both", "les deux"],
  },
  type: {
    "0": ["unknown", "inconnu"],
    "1": ["internal", "interne"],
    "2": ["external", "externe"],
  },
};

/** Whether a field's values are 1 and 0 for yes and no. */
function isFlag(path: string, type: FieldType): boolean {
  return type === "number" && flags.has(path);
}

function described(path: string, type: FieldType, locale: FieldLocale): DescribedField {
  const [group, ...words] = fieldMeanings[path] ?? ["other" as const, "", ""];
  const language = locale === "en-GB" ? 0 : 1;
  const isNumber = type === "number";
  const choices = isFlag(path, type) ? flagLabels : (isNumber && labels[path]) || {};
  return {
    path,
    type: isFlag(path, type) ? "flag" : type,
    group,
    operators: operators.filter((op) =>
      (operatorRules[op].on as readonly FieldType[]).includes(type),
    ),
    meaning: words[language],
    choices: Object.entries(choices).map(([value, label]) => ({ value, label: label[language] })),
  };
}

/** All that conditions can name, in the schema's order, with what each means. */
export function describedFields(catalog: FieldCatalog, locale: FieldLocale): DescribedField[] {
  return catalog.paths.flatMap((path) => {
    const field = catalog.resolve(path);
    return field === undefined ? [] : [described(path, field.type, locale)];
  });
}
