import { z } from "zod";
import { catalogue, isSetting } from "../../../src/config/catalogue.ts";
import type { Setting } from "../../../src/config/catalogue.ts";

type Schema = Record<string, unknown>;

/** The values that have a place of their own in the chart, and so none in `config`. */
const elsewhere: ReadonlySet<string> = new Set(["roles"]);

/** Helm's expressions have no look-ahead: `^(?!A)B` becomes B, and not A. */
function withoutLookAhead(schema: Schema): Schema {
  const { pattern } = schema;
  if (typeof pattern !== "string") return schema;
  const parts = /^\^\(\?!(?<not>(?:[^()]|\([^()]*\))*)\)(?<rest>.*)$/.exec(pattern);
  if (parts?.groups === undefined) return schema;
  const { not, rest } = parts.groups;
  return { ...schema, pattern: `^${rest}`, not: { pattern: `^${not}` } };
}

/** The schema of one setting. What only code can check, such as that a list ascends, is left to the service. */
function schemaOf({ schema, doc, allowed, unit, default: standard }: Setting): Schema {
  const {
    $schema: _,
    default: __,
    ...own
  } = z.toJSONSchema(schema, {
    target: "draft-7",
    override: ({ jsonSchema }) => {
      Object.assign(jsonSchema, withoutLookAhead(jsonSchema as Schema));
    },
  }) as Schema;
  const inUnit = unit === null ? "" : ` Unit: ${unit}.`;
  return { description: `${doc} Allowed: ${allowed}.${inUnit}`, default: standard, ...own };
}

/** In a cluster, brokers and registry are never where the defaults say: they have to be given. */
const required: Readonly<Record<string, readonly string[]>> = {
  "": ["kafka", "registry"],
  kafka: ["brokers"],
  registry: ["url"],
};

function group(path: string, doc: string): Schema {
  const depth = path === "" ? 0 : path.split(".").length;
  const properties: Schema = {};
  for (const entry of catalogue) {
    const keys = entry.path.split(".");
    const inside = path === "" || entry.path.startsWith(`${path}.`);
    if (!inside || keys.length !== depth + 1 || elsewhere.has(entry.path)) continue;
    if (!isSetting(entry)) properties[keys.at(-1) ?? ""] = group(entry.path, entry.doc);
    else if (!entry.secret) properties[keys.at(-1) ?? ""] = schemaOf(entry);
  }
  return {
    type: "object",
    description: doc,
    additionalProperties: false,
    ...(required[path] === undefined ? {} : { required: required[path] }),
    properties,
  };
}

/** All settings of the service as the chart's `config` takes them: secrets, which would lie open in a ConfigMap, are none of them. */
export function configSchema(doc: string): Schema {
  const schema = group("", doc);
  const http = (schema["properties"] as Record<string, Record<string, Record<string, Schema>>>)[
    "http"
  ]?.["properties"]?.["port"];
  // Probes and scrapes have to know it.
  if (http !== undefined) http["minimum"] = 1;
  return schema;
}

/** The settings that are secret, by the names of their environment variables. */
export const secretSettings: readonly Setting[] = catalogue
  .filter(isSetting)
  .filter(({ secret }) => secret);
