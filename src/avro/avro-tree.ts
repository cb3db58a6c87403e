import { OnhookError } from "../errors.ts";

/** A field of a record. */
export interface AvroField {
  readonly name: string;
  readonly type: AvroTree;
}

export interface AvroRecord {
  readonly kind: "record";
  readonly name: string;
  readonly fields: readonly AvroField[];
}

const scalarKinds = ["null", "boolean", "int", "long", "float", "double", "bytes"] as const;
type ScalarKind = (typeof scalarKinds)[number];

/**
 * An Avro schema with its names resolved: a reference by name is the very object that the name stands for, so the
 * tree of a schema that refers to itself has a cycle.
 */
export type AvroTree =
  | { readonly kind: ScalarKind }
  | { readonly kind: "string"; readonly logicalType: string | undefined }
  | { readonly kind: "fixed"; readonly size: number }
  | { readonly kind: "enum"; readonly symbols: readonly string[] }
  | { readonly kind: "array"; readonly items: AvroTree }
  | { readonly kind: "map"; readonly values: AvroTree }
  | { readonly kind: "union"; readonly branches: readonly AvroTree[] }
  | AvroRecord;

type Json = Readonly<Record<string, unknown>>;
type Names = Map<string, AvroTree>;

function unusable(problem: string): OnhookError {
  return new OnhookError("AVRO_SCHEMA", { problem });
}

function textOf(schema: Json, property: string): string {
  const text = schema[property];
  if (typeof text === "string") return text;
  throw unusable(`a type of kind ${String(schema["type"])} has no ${property}`);
}

function listOf(schema: Json, property: string): readonly unknown[] {
  const list = schema[property];
  if (Array.isArray(list)) return list;
  throw unusable(`a type of kind ${String(schema["type"])} has no list of ${property}`);
}

/** The full name of a named type, and the namespace that holds inside it. Source: Avro specification, Names. */
function fullName(schema: Json, enclosing: string): { name: string; namespace: string } {
  const name = textOf(schema, "name");
  const dot = name.lastIndexOf(".");
  if (dot >= 0) return { name, namespace: name.slice(0, dot) };
  const given = schema["namespace"];
  const namespace = typeof given === "string" ? given : enclosing;
  return { name: namespace === "" ? name : `${namespace}.${name}`, namespace };
}

function reference(name: string, namespace: string, names: Names): AvroTree {
  const kind = scalarKinds.find((kind) => kind === name);
  if (kind !== undefined) return { kind };
  if (name === "string") return { kind: "string", logicalType: undefined };
  const found =
    (name.includes(".") ? undefined : names.get(`${namespace}.${name}`)) ?? names.get(name);
  if (found === undefined) throw unusable(`no type is called ${name}`);
  return found;
}

function define<T extends AvroTree>(names: Names, name: string, tree: T): T {
  if (names.has(name)) throw unusable(`two types are called ${name}`);
  names.set(name, tree);
  return tree;
}

function recordTree(schema: Json, enclosing: string, names: Names): AvroTree {
  const { name, namespace } = fullName(schema, enclosing);
  const fields: AvroField[] = [];
  // Named before its fields are read: they may refer to it.
  const record = define(names, name, { kind: "record", name, fields });
  for (const field of listOf(schema, "fields") as readonly Json[]) {
    const fieldName = textOf(field, "name");
    if (fields.some((other) => other.name === fieldName)) {
      throw unusable(`${name} has two fields called ${fieldName}`);
    }
    fields.push({ name: fieldName, type: tree(field["type"], namespace, names) });
  }
  return record;
}

function fixedTree(schema: Json, enclosing: string, names: Names): AvroTree {
  const size = schema["size"];
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw unusable("a fixed has no size");
  return define(names, fullName(schema, enclosing).name, { kind: "fixed", size: size as number });
}

function complexTree(schema: Json, namespace: string, names: Names): AvroTree {
  switch (schema["type"]) {
    case "record":
    case "error":
      return recordTree(schema, namespace, names);
    case "fixed":
      return fixedTree(schema, namespace, names);
    case "enum": {
      const symbols = listOf(schema, "symbols") as readonly string[];
      return define(names, fullName(schema, namespace).name, { kind: "enum", symbols });
    }
    case "array":
      return { kind: "array", items: tree(schema["items"], namespace, names) };
    case "map":
      return { kind: "map", values: tree(schema["values"], namespace, names) };
    case "string": {
      const logical = schema["logicalType"];
      return { kind: "string", logicalType: typeof logical === "string" ? logical : undefined };
    }
    default:
      return tree(schema["type"], namespace, names);
  }
}

function tree(schema: unknown, namespace: string, names: Names): AvroTree {
  if (typeof schema === "string") return reference(schema, namespace, names);
  if (Array.isArray(schema)) {
    return { kind: "union", branches: schema.map((branch) => tree(branch, namespace, names)) };
  }
  if (typeof schema === "object" && schema !== null) {
    return complexTree(schema as Json, namespace, names);
  }
  throw unusable(`a type is missing or ${String(schema)}`);
}

/** What a value of the type is where it is there: of a union of null and one other type, null first. Undefined: it is none. */
export function behindNull(tree: AvroTree): AvroTree | undefined {
  if (tree.kind !== "union" || tree.branches.length !== 2) return undefined;
  const [first, second] = tree.branches as readonly [AvroTree, AvroTree];
  return first.kind === "null" && second.kind !== "union" ? second : undefined;
}

/**
 * Resolves the names of a parsed Avro schema.
 * Throws AVRO_SCHEMA, naming the problem, when a type is malformed or unknown.
 */
export function avroTree(schema: unknown): AvroTree {
  return tree(schema, "", new Map());
}
