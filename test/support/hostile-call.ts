import { randomUUID } from "node:crypto";
import { schemaFile } from "./e2e-platform.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * Texts that run where a page takes them for more than text: as an element, an attribute, a script, a style, an address,
 * a template. Each sets `window.stolen`.
 */
export const hostileTexts: readonly string[] = [
  '<script>window.stolen="script"</script>',
  '"><img src=x onerror="window.stolen=\'img\'">',
  "'><svg onload=window.stolen='svg'>",
  "javascript:window.stolen='address'",
  "</textarea></title></style><iframe srcdoc=\"<script>parent.stolen='frame'</script>\">",
  '" autofocus onfocus="window.stolen=1" x="',
  "{{constructor.constructor('window.stolen=1')()}}${window.stolen=1}",
  "<a href=\"javascript:window.stolen=1\">call</a><base href='//evil.example/'>",
  "\u202Egnp.exe\u2028\u2029<!--",
  "<style>*{background:url(//evil.example/)}</style>",
];

/** The nth text, with something of its own, so that none equals another. */
const textOf = (index: number): string =>
  `${hostileTexts[index % hostileTexts.length] ?? ""} #${index}`;

/** A value of an Avro type of the contract, with a hostile text wherever one fits. */
function valueOf(type: unknown, next: () => number): unknown {
  if (Array.isArray(type)) return valueOf(type.at(-1), next);
  if (type === "string") return textOf(next());
  if (typeof type === "string") return type === "boolean" ? true : 1;
  const { type: kind, items, values, fields, symbols } = type as Json;
  if (kind === "array") return [valueOf(items, next), valueOf(items, next)];
  // Names of tags come from people, too.
  if (kind === "map") return { [textOf(next())]: valueOf(values, next) };
  if (kind === "enum") return (symbols as readonly string[])[0];
  if (kind === "record") return recordOf(fields as readonly Json[], next);
  return valueOf(kind, next);
}

const recordOf = (fields: readonly Json[], next: () => number): Json =>
  Object.fromEntries(fields.map(({ name, type }) => [String(name), valueOf(type, next)]));

export interface HostileCall {
  readonly tenantId: string;
  readonly id: null;
  readonly cdr: Json & { readonly id: string };
}

/** A call with a hostile text in every text field that the schema of the contract has; its id is one as well. */
export function hostileCall(tenantId: string): HostileCall {
  let count = 0;
  const next = (): number => count++;
  const { fields } = schemaFile("call-ended") as unknown as { readonly fields: readonly Json[] };
  const cdrType = fields.find(({ name }) => name === "cdr")?.["type"];
  const cdr = valueOf(cdrType, next) as Json;
  const start = "2026-11-21T10:14:50+01:00";
  const id = `<img src=x onerror=window.stolen=1>/${randomUUID()}`;
  return { tenantId, id: null, cdr: { ...cdr, id, start, dir: 2, type: 2 } };
}
