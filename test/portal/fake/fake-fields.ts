import type { Field } from "../../../src/admin/contract/calls.ts";
import { createFieldCatalog } from "../../../src/cdr/field-catalog.ts";
import { readSchema } from "../../../src/schema-files.ts";
import { operatorRules, operators } from "../../../src/triggers/trigger.ts";

export const catalog = createFieldCatalog(readSchema("CallEnded"));

const groupStarts: readonly (readonly [RegExp, Field["group"]])[] = [
  [/^(?:start|answer|end|tz|dur|ring|talk|hold|park)$/, "time"],
  [/^cli/, "caller"],
  [/^ddi/, "dialled"],
  [/Dev(?:Num|Name)$/, "device"],
  [/Usr(?:Num|Name)$/, "user"],
  [/Agt(?:Num|Name)$/, "agent"],
  [/^(?:rte|.*Group)/, "routing"],
  [/^rate/, "cost"],
  [/^directory/, "directory"],
  [/^tags/, "tags"],
  [/^(?:id|dir|type|cause|lost|ans|aban|short|hasRec|rated|pbx|t2t)/, "call"],
];

const flags = new Set(["lost", "lostInPark", "aban", "ans", "short", "t2t", "hasRec", "rated"]);

const choices: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  dir: [
    ["0", "unknown", "inconnu"],
    ["1", "internal", "interne"],
    ["2", "inbound", "entrant"],
    ["3", "outbound", "sortant"],
    ["4", "both", "les deux"],
  ],
  type: [
    ["0", "unknown", "inconnu"],
    ["1", "internal", "interne"],
    ["2", "external", "externe"],
  ],
};

const meanings: Readonly<Record<string, readonly [string, string]>> = {
  cliNum: ["The caller's number", "Numéro de l’appelant"],
  cliName: ["The caller's name", "Nom de l’appelant"],
  cliCtry: ["The caller's country", "Pays de l’appelant"],
  ddiNum: ["The number that was dialled", "Numéro composé"],
  dir: ["Direction of the call", "Sens de l’appel"],
  type: ["Internal or external", "Interne ou externe"],
  talk: ["Seconds of talking", "Secondes de conversation"],
  start: ["When the call began", "Début de l’appel"],
  answer: ["When it was answered", "Heure de la réponse"],
  ans: ["Whether it was answered", "Appel répondu"],
  lost: ["Whether the caller was lost", "Appelant perdu"],
  "tags.<name>": ["A tag of the call", "Étiquette de l’appel"],
};

/** What conditions can name, as the API tells it. */
export function fieldsIn(locale: string): Field[] {
  const french = locale === "fr-FR";
  return catalog.paths.map((path) => {
    const found = catalog.resolve(path.replace("<name>", "x"));
    const type = found?.type ?? "container";
    const fits = operators.filter((op) =>
      (operatorRules[op].on as readonly string[]).includes(type),
    );
    return {
      path,
      type: flags.has(path) ? "flag" : type,
      group: groupStarts.find(([pattern]) => pattern.test(path))?.[1] ?? "other",
      operators: fits,
      meaning: meanings[path]?.[french ? 1 : 0] ?? "",
      choices: (choices[path] ?? []).map(([value, english, frenchLabel]) => ({
        value,
        label: french ? frenchLabel : english,
      })),
    };
  });
}
