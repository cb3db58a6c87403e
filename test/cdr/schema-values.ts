import * as fc from "fast-check";

type Json = Readonly<Record<string, unknown>>;

/** Text as it may come: emoji, combining marks, NUL, a Turkish İ, names that objects inherit. No lone surrogates: UTF-8 has none. */
export const wildText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("", "İstanbul", "e\u0301", "\0", "😀", "__proto__", "constructor", "toString"),
);

const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  null: fc.constant(null),
  boolean: fc.boolean(),
  int: fc.integer(),
  long: fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)),
  float: fc.float(),
  double: fc.double(),
  bytes: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
  string: wildText,
};

/** Values of an Avro schema without references by name, as they are decoded. */
export function valuesOf(schema: unknown): fc.Arbitrary<unknown> {
  if (typeof schema === "string") return scalars[schema] as fc.Arbitrary<unknown>;
  if (Array.isArray(schema)) return fc.oneof(...schema.map(valuesOf));
  const { type, items, values, symbols, size, fields } = schema as Json;
  switch (type) {
    case "array":
      return fc.array(valuesOf(items), { maxLength: 4 });
    case "map":
      return fc.dictionary(wildText, valuesOf(values), { maxKeys: 4, noNullPrototype: true });
    case "enum":
      return fc.constantFrom(...(symbols as string[]));
    case "fixed":
      return fc
        .uint8Array({ minLength: size as number, maxLength: size as number })
        .map((bytes) => Buffer.from(bytes));
    case "record":
      return fc.record(
        Object.fromEntries((fields as Json[]).map(({ name, type }) => [name, valuesOf(type)])),
        { noNullPrototype: true },
      );
    default:
      return valuesOf(type);
  }
}
