/** A value of the chart: what values.yaml, values.schema.json and the chart's README say of it comes from here. */
export interface ChartValue {
  readonly doc: string;
  /** What may be given, in JSON Schema, without description and default. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly standard: unknown;
}

export interface ChartGroup {
  readonly doc: string;
  readonly values: Readonly<Record<string, ChartValue | ChartGroup>>;
}

export const isGroup = (entry: ChartValue | ChartGroup): entry is ChartGroup => "values" in entry;

export const group = (doc: string, values: ChartGroup["values"]): ChartGroup => ({ doc, values });

const value =
  (schema: Readonly<Record<string, unknown>>) =>
  (standard: unknown, doc: string): ChartValue => ({ doc, schema, standard });

export const text = value({ type: "string" });
export const flag = value({ type: "boolean" });

export const pattern = (regularExpression: string, standard: string, doc: string): ChartValue =>
  value({ type: "string", pattern: regularExpression })(standard, doc);

export const choice = (options: readonly string[], standard: string, doc: string): ChartValue =>
  value({ type: "string", enum: options })(standard, doc);

interface Range {
  readonly least: number;
  readonly most?: number;
}

export const whole = ({ least, most }: Range, standard: number | null, doc: string): ChartValue =>
  value({
    type: standard === null ? ["integer", "null"] : "integer",
    minimum: least,
    ...(most === undefined ? {} : { maximum: most }),
  })(standard, doc);

/** Objects of Kubernetes' own kinds, which the API server and the tests' schemas know better than this one. */
export const objects = (doc: string): ChartValue =>
  value({ type: "array", items: { type: "object" } })([], doc);

export const anything = (doc: string): ChartValue => value({ type: "object" })({}, doc);

export const texts = (standard: readonly string[], doc: string): ChartValue =>
  value({ type: "array", items: { type: "string", minLength: 1 } })(standard, doc);

export const labels = (doc: string, standard: Readonly<Record<string, string>> = {}): ChartValue =>
  value({ type: "object", additionalProperties: { type: "string" } })(standard, doc);

export const given = (
  schema: Readonly<Record<string, unknown>>,
  standard: unknown,
  doc: string,
): ChartValue => value(schema)(standard, doc);
