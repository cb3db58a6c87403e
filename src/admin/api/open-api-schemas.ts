import { isDeepStrictEqual } from "node:util";
import { z } from "zod";

/** As much of JSON Schema as is looked into here. */
export interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

const defs = "#/$defs/";
const place = "#/components/schemas/";

/** With each reference renamed. */
function renamed<T>(schema: T, nameOf: (name: string) => string): T {
  return JSON.parse(JSON.stringify(schema), (key: string, value: unknown) =>
    key === "$ref" && typeof value === "string" && value.startsWith(defs)
      ? `${place}${nameOf(value.slice(defs.length))}`
      : value,
  ) as T;
}

/** Gathers the schemas that have names, so that each stands in the document once. */
export class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  /** The JSON Schema of what is taken (`input`: defaults may be left out) or given. */
  schemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
    const made = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as JsonSchema & {
      readonly $schema?: string;
    };
    const { $defs = {}, $schema: _, ...own } = made;
    // What is taken can differ from what is given under the same name, by what may be left out.
    const nameOf = (name: string): string => {
      const there = this.schemas[name];
      const body = $defs[name];
      return there === undefined || isDeepStrictEqual(there, clean(body)) ? name : `${name}Given`;
    };
    const clean = (body: JsonSchema | undefined): unknown => {
      const { id: _, ...rest } = renamed(body ?? {}, (name) => name) as { readonly id?: string };
      return rest;
    };
    for (const [name, body] of Object.entries($defs))
      this.schemas[nameOf(name)] = clean(body) as JsonSchema;
    const { id, ...rest } = renamed(own, (name) => name) as JsonSchema & { readonly id?: string };
    if (id === undefined) return rest;
    const name =
      this.schemas[id] === undefined || isDeepStrictEqual(this.schemas[id], rest)
        ? id
        : `${id}Given`;
    this.schemas[name] = rest;
    return { $ref: `${place}${name}` } as JsonSchema;
  }
}
