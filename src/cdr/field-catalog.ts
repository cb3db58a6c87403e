import type { AvroRecord, AvroTree } from "../avro/avro-tree.ts";
import type { Cdr } from "./call-ended.ts";
import { callTree } from "./call-tree.ts";
import { misfit, misplaced, visitItems, visitProperty, visitValue } from "./field-visit.ts";
import type { Visit } from "./field-visit.ts";

export type FieldType = "text" | "number" | "time" | "boolean" | "container";

/** A property of the CDR that a condition can name. */
export interface Field {
  readonly path: string;
  readonly type: FieldType;
  /** The CDR's own field that it lives in: what a projection must decode for it. */
  readonly topLevel: string;
  /** How its values are found and what they are: fields with the same shape, of whatever catalogs, have the same values. */
  readonly shape: string;
  /** Whether it is a field of the CDR itself and no list: a call has one value there at most. */
  readonly isPlain: boolean;
  /**
   * Whether `test` holds for one of the values that the call has there; absent ones are not tried. A value may be of
   * another type than the field's, or the symbol `misfit` or `misplaced` where its shape is another. Never throws.
   */
  some(cdr: Cdr, test: (value: unknown) => boolean): boolean;
  /** The same values as a list. */
  values(cdr: Cdr): unknown[];
}

/** The properties of the latest version of the CDR. */
export interface FieldCatalog {
  /** The field behind a path, undefined when the CDR has none. */
  resolve(path: string): Field | undefined;
  /** Every path, in the schema's order; `<name>` stands for any key of a map. */
  readonly paths: readonly string[];
}

/** A place in the schema: how its values are found from the record above, and what they are. */
interface Place {
  readonly type: FieldType;
  readonly visit: Visit;
  readonly shape: string;
}

const typeOfKind = {
  null: "container",
  boolean: "boolean",
  int: "number",
  long: "number",
  float: "number",
  double: "number",
  bytes: "container",
  fixed: "container",
  enum: "text",
  string: "text",
  array: "container",
  map: "container",
  record: "container",
  union: "container",
} as const satisfies Record<AvroTree["kind"], FieldType>;

/** A union with null is the other branch, absent at times; any other union is left a union. */
function present(tree: AvroTree): AvroTree {
  if (tree.kind !== "union") return tree;
  const branches = tree.branches.filter((branch) => branch.kind !== "null");
  return branches.length === 1 ? present(branches[0] as AvroTree) : { kind: "union", branches };
}

function typeOf(tree: AvroTree): FieldType {
  if (tree.kind === "string" && tree.logicalType === "iso8601-datetime") return "time";
  if (tree.kind !== "union") return typeOfKind[tree.kind];
  // Branches that read alike are one type; a mixture can only be there or not.
  const types = new Set(tree.branches.map(typeOf));
  return types.size === 1 ? ([...types][0] as FieldType) : "container";
}

/** The place of a type itself; an array of scalars is its items. */
function here(tree: AvroTree): Place {
  const type = typeOf(tree);
  if (tree.kind === "array") {
    const items = here(present(tree.items));
    if (items.type !== "container") {
      const shape = `[${items.shape}]`;
      return { type: items.type, visit: visitItems(items.visit, misfit), shape };
    }
  }
  return { type, visit: visitValue, shape: type };
}

function inRecord(record: AvroRecord, path: string): Place | undefined {
  const dot = path.indexOf(".");
  const name = dot < 0 ? path : path.slice(0, dot);
  const field = record.fields.find((field) => field.name === name);
  if (field === undefined) return undefined;
  const inner = place(field.type, dot < 0 ? undefined : path.slice(dot + 1));
  return inner && atProperty(name, inner);
}

function atProperty(name: string, { type, visit, shape }: Place): Place {
  return { type, visit: visitProperty(name, visit), shape: `${JSON.stringify(name)}.${shape}` };
}

/** Follows `path` from a type; a map's key is all that is left of it, dots included. */
function place(optional: AvroTree, path: string | undefined): Place | undefined {
  const tree = present(optional);
  if (path === undefined) return here(tree);
  if (tree.kind === "record") return inRecord(tree, path);
  if (tree.kind === "map" && path !== "") {
    return atProperty(path, here(present(tree.values)));
  }
  if (tree.kind === "array") {
    const inner = place(tree.items, path);
    if (inner === undefined) return undefined;
    const { type, visit, shape } = inner;
    return { type, visit: visitItems(visit, misplaced), shape: `[.${shape}]` };
  }
  return undefined;
}

/** Times of the first schema versions, which did not mark them; a text by one of these names is a time. */
const alwaysTimes: ReadonlySet<string> = new Set(["start", "answer", "end"]);

function fieldAt(cdr: AvroRecord, path: string): Field | undefined {
  const found = inRecord(cdr, path);
  if (found === undefined) return undefined;
  const { visit } = found;
  const type = found.type === "text" && alwaysTimes.has(path) ? "time" : found.type;
  return {
    path,
    type,
    shape: `${type} ${found.shape}`,
    isPlain: found.shape === `${JSON.stringify(path)}.${found.type}`,
    topLevel: path.split(".", 1)[0] as string,
    some: (cdr, test) => visit(cdr, test),
    values(cdr) {
      const values: unknown[] = [];
      visit(cdr, (value) => {
        values.push(value);
        return false;
      });
      return values;
    },
  };
}

/** Every path below a type. `above` holds the records on the way, so that a record within itself is listed once. */
function* pathsBelow(
  optional: AvroTree,
  prefix: string,
  above: readonly AvroTree[],
): Generator<string> {
  const tree = present(optional);
  if (tree.kind === "array") yield* pathsBelow(tree.items, prefix, above);
  if (tree.kind === "map") yield `${prefix}<name>`;
  if (tree.kind !== "record" || above.includes(tree)) return;
  for (const { name, type } of tree.fields) {
    yield prefix + name;
    yield* pathsBelow(type, `${prefix}${name}.`, [...above, tree]);
  }
}

/**
 * Lists what conditions can name, from the latest schema of CallEnded. Types: text and enums are text; int, long, float
 * and double are numbers; texts marked `iso8601-datetime` are times. All else (bytes, records, maps, arrays of them) is a
 * container, of which a condition can only ask whether it is there.
 * Throws CALL_SCHEMA_UNUSABLE when the schema is none of CallEnded. Source: spec, section 4.
 */
export function createFieldCatalog(avro: unknown): FieldCatalog {
  const { cdr } = callTree(avro);
  const paths = [...pathsBelow(cdr, "", [])];
  // Keys of maps are not remembered: anybody may ask for any number of them.
  const listed = new Map<string, Field>();
  for (const path of paths) {
    const field = path.endsWith("<name>") ? undefined : fieldAt(cdr, path);
    if (field !== undefined) listed.set(path, field);
  }
  return { resolve: (path) => listed.get(path) ?? fieldAt(cdr, path), paths };
}
