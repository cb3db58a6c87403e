/** What a field of the call is, for the plain evaluator. */
export type PlainType = "text" | "number" | "time" | "boolean" | "container";

/** Stands for every item of the list that is found there. */
export const eachItem = Symbol("each item");

/** Where the values of a field are found, beginning at the CDR, and what they are. */
export interface PlainPlace {
  readonly type: PlainType;
  readonly steps: readonly (string | typeof eachItem)[];
}

/** The place of a field by its path; undefined where the CDR has no such field. */
export type PlainPlaces = (path: string) => PlainPlace | undefined;

const numbers: ReadonlySet<string> = new Set(
  (
    "sVer dur ring talk hold park lost lostInPark aban ans short dir type t2t hasRec rated " +
    "rateCost"
  ).split(" "),
);
const times: ReadonlySet<string> = new Set(["start", "answer", "end"]);
const containers: ReadonlySet<string> = new Set([
  "tags",
  "directoryMatches",
  "directoryMatches.fields",
]);

/** The fields of the first schema version, as section 3 of the specification lists them; whatever else is asked for is text. */
export const firstVersion: PlainPlaces = (path) => {
  const steps = path.split(".");
  // A tag's name may hold dots.
  if (path.startsWith("tags.")) return { type: "text", steps: ["tags", path.slice(5)] };
  const type = containers.has(path)
    ? "container"
    : numbers.has(path)
      ? "number"
      : times.has(path)
        ? "time"
        : "text";
  if (path === "recordingIds") return { type, steps: [path, eachItem] };
  const [first = "", ...rest] = steps;
  if (first === "directoryMatches" && rest.length > 0)
    return { type, steps: [first, eachItem, ...rest] };
  return { type, steps };
};

type Json = Readonly<Record<string, unknown>>;
type Names = Map<string, { readonly schema: Json; readonly namespace: string }>;

/** A type of the schema as it stands there, with the namespace that holds inside it. */
interface Typed {
  readonly schema: unknown;
  readonly namespace: string;
}

const isObject = (schema: unknown): schema is Json =>
  typeof schema === "object" && schema !== null && !Array.isArray(schema);

function namespaceOf(schema: Json, enclosing: string): string {
  const name = typeof schema["name"] === "string" ? schema["name"] : "";
  if (name.includes(".")) return name.slice(0, name.lastIndexOf("."));
  return typeof schema["namespace"] === "string" ? schema["namespace"] : enclosing;
}

const full = (name: string, namespace: string): string =>
  name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;

/** Enters all named types of a schema. */
function collect({ schema, namespace }: Typed, names: Names): void {
  if (Array.isArray(schema)) {
    for (const branch of schema) collect({ schema: branch, namespace }, names);
    return;
  }
  if (!isObject(schema)) return;
  const inner = namespaceOf(schema, namespace);
  const { name } = schema;
  if (typeof name === "string") names.set(full(name, inner), { schema, namespace: inner });
  const parts = [schema["items"], schema["values"], schema["type"]];
  for (const part of parts) collect({ schema: part, namespace: inner }, names);
  const fields = Array.isArray(schema["fields"]) ? (schema["fields"] as Json[]) : [];
  for (const field of fields) collect({ schema: field["type"], namespace: inner }, names);
}

/** A type behind its name, `{type: …}` wrappings, and unions with null. */
function bare({ schema, namespace }: Typed, names: Names): Typed {
  if (typeof schema === "string") {
    const named = names.get(full(schema, namespace)) ?? names.get(schema);
    return named ?? { schema, namespace };
  }
  if (Array.isArray(schema)) {
    const present = schema.filter((branch) => branch !== "null" && kindOf(branch) !== "null");
    const [only] = present;
    return present.length === 1
      ? bare({ schema: only, namespace }, names)
      : { schema: present, namespace };
  }
  if (isObject(schema) && typeof schema["type"] !== "string")
    return bare({ schema: schema["type"], namespace }, names);
  if (isObject(schema) && names.has(full(String(schema["type"]), namespace)))
    return bare({ schema: schema["type"], namespace }, names);
  return { schema, namespace: isObject(schema) ? namespaceOf(schema, namespace) : namespace };
}

function kindOf(schema: unknown): unknown {
  return isObject(schema) ? schema["type"] : schema;
}

const scalars: Readonly<Record<string, PlainType>> = {
  string: "text",
  enum: "text",
  boolean: "boolean",
  int: "number",
  long: "number",
  float: "number",
  double: "number",
};

function scalarOf(typed: Typed, names: Names): PlainType {
  const { schema, namespace } = bare(typed, names);
  if (Array.isArray(schema)) {
    const types = new Set(schema.map((branch) => scalarOf({ schema: branch, namespace }, names)));
    const [only = "container"] = types;
    return types.size === 1 ? only : "container";
  }
  if (isObject(schema) && schema["logicalType"] === "iso8601-datetime") return "time";
  return scalars[String(kindOf(schema))] ?? "container";
}

/** The end of a path: a list of scalars is its items, all else is itself. */
function ending(typed: Typed, names: Names): PlainPlace {
  const { schema, namespace } = bare(typed, names);
  if (kindOf(schema) === "array" && isObject(schema)) {
    const items = ending({ schema: schema["items"], namespace }, names);
    if (items.type !== "container") return { ...items, steps: [eachItem, ...items.steps] };
  }
  return { type: scalarOf(typed, names), steps: [] };
}

const behind = (
  step: string | typeof eachItem,
  place: PlainPlace | undefined,
): PlainPlace | undefined => place && { type: place.type, steps: [step, ...place.steps] };

function follow(typed: Typed, path: readonly string[], names: Names): PlainPlace | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return ending(typed, names);
  const { schema, namespace } = bare(typed, names);
  if (!isObject(schema)) return undefined;
  if (schema["type"] === "array")
    return behind(eachItem, follow({ schema: schema["items"], namespace }, path, names));
  if (schema["type"] === "map") {
    const key = path.join(".");
    return key === ""
      ? undefined
      : behind(key, ending({ schema: schema["values"], namespace }, names));
  }
  const fields = Array.isArray(schema["fields"]) ? (schema["fields"] as Json[]) : [];
  const field = fields.find((each) => each["name"] === name);
  return field && behind(name, follow({ schema: field["type"], namespace }, rest, names));
}

/**
 * The fields of a version of the calls' schema, given as parsed JSON of a CallEnded: followed in the schema as it is
 * written, anew each time. Texts named start, answer and end are times also where the schema does not mark them.
 */
export function placesOf(callEnded: unknown): PlainPlaces {
  const names: Names = new Map();
  collect({ schema: callEnded, namespace: "" }, names);
  return (path) => {
    const found = follow({ schema: callEnded, namespace: "" }, ["cdr", ...path.split(".")], names);
    if (found === undefined) return undefined;
    const type = found.type === "text" && times.has(path) ? "time" : found.type;
    return { type, steps: found.steps.slice(1) };
  };
}
