import { parse } from "yaml";

type Schema = Readonly<Record<string, unknown>>;

interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A schema of a CRD as JSON Schema. Strict, as the API server is with `--validate=strict`: where properties are listed,
 * no other one is taken, unless the CRD says that it keeps unknown ones.
 */
function strict(schema: Schema): Schema {
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true;
  const { properties, items, additionalProperties, nullable, ...rest } = schema;
  const result: Record<string, unknown> = Object.fromEntries(
    Object.entries(rest).filter(([key]) => !key.startsWith("x-kubernetes-") && key !== "format"),
  );
  if (schema["x-kubernetes-int-or-string"] === true) {
    delete result["type"];
    result["anyOf"] = [{ type: "integer" }, { type: "string" }];
  }
  if (nullable === true && typeof result["type"] === "string")
    result["type"] = [result["type"], "null"];
  if (isObject(properties)) {
    result["properties"] = Object.fromEntries(
      Object.entries(properties).map(([key, child]) => [key, strict(child as Schema)]),
    );
    if (!open) result["additionalProperties"] = false;
  }
  if (isObject(items)) result["items"] = strict(items);
  if (isObject(additionalProperties)) result["additionalProperties"] = strict(additionalProperties);
  return result;
}

/** The schemas of a CRD in YAML, one for each version, under the names by which kubeconform looks for them. */
export function crdSchemas(
  text: string,
): readonly { readonly file: string; readonly schema: Schema }[] {
  const { group, names, versions } = (parse(text) as CustomResourceDefinition).spec;
  const [shortGroup = ""] = group.split(".");
  return versions.map(({ name, schema }) => ({
    file: `${names.kind}-${shortGroup}-${name}.json`.toLowerCase(),
    schema: strict(schema.openAPIV3Schema),
  }));
}
