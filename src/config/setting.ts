import { z } from "zod";

/** What is known of a setting besides its schema; every leaf of the settings schema is registered with one. */
export interface SettingMeta {
  /** Kind of value, for people: `whole number`, `text`, `list of texts` … */
  readonly type: string;
  readonly unit: string | null;
  /** A secret's value is never printed, neither in messages nor by `printConfig`. */
  readonly secret: boolean;
  /** One or two sentences: what the setting does. */
  readonly doc: string;
  /** The end of the sentence "allowed: …". */
  readonly allowed: string;
  /** Reads the text of an environment variable; what it can't read it returns as it is, for the schema to refuse. */
  readonly fromText: (text: string) => unknown;
}

export const settingMetas = z.registry<SettingMeta>();
export const groupDocs = z.registry<{ readonly doc: string }>();

interface About {
  readonly doc: string;
  readonly unit?: string;
}

type ReadText = (text: string) => unknown;
type MetaWithoutText = Pick<SettingMeta, "type" | "allowed" | "fromText"> & {
  readonly secret?: boolean;
};

const readText: ReadText = (text) => text;
const readNumber: ReadText = (text) => (/^-?\d+$/.test(text) ? Number(text) : text);

function setting<T>(
  schema: z.ZodType<T>,
  standard: T,
  meta: MetaWithoutText,
  about: About,
): z.ZodType<T> {
  return schema.default(standard as Exclude<T, undefined>).register(settingMetas, {
    secret: false,
    ...meta,
    doc: about.doc,
    unit: about.unit ?? null,
  });
}

/** A named group of settings. What it does not name is refused. */
export function group<Shape extends z.ZodRawShape>(
  doc: string,
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape).register(groupDocs, { doc });
}

export function wholeNumber(
  standard: number,
  about: About & { readonly min: number; readonly max: number; readonly not?: number },
): z.ZodType<number> {
  const { min, max, not } = about;
  const except = not === undefined ? "" : `, not ${not}`;
  const meta = {
    type: "whole number",
    allowed: `a whole number from ${min} to ${max}${except}`,
    fromText: readNumber,
  };
  const schema = z
    .int()
    .min(min)
    .max(max)
    .refine((value) => value !== not);
  return setting(schema, standard, meta, about);
}

const readDecimal: ReadText = (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);

/** A part of a whole. */
export function fraction(standard: number, about: About): z.ZodType<number> {
  const meta = { type: "number", allowed: "a number from 0 to 1", fromText: readDecimal };
  return setting(z.number().min(0).max(1), standard, meta, about);
}

export function flag(standard: boolean, about: About): z.ZodType<boolean> {
  const fromText: ReadText = (text) => (text === "true" ? true : text === "false" ? false : text);
  return setting(
    z.boolean(),
    standard,
    { type: "flag", allowed: "true or false", fromText },
    about,
  );
}

export function choice<const Value extends string>(
  values: readonly [Value, ...Value[]],
  standard: NoInfer<Value>,
  about: About,
): z.ZodType<Value> {
  const meta = { type: "choice", allowed: `one of ${values.join(", ")}`, fromText: readText };
  return setting<Value>(z.literal(values), standard, meta, about);
}

/** A text that must be there; `allowed` says in words what `schema` accepts. */
export function text(
  standard: string,
  about: About & { readonly schema: z.ZodType<string>; readonly allowed: string },
): z.ZodType<string> {
  const meta = { type: "text", allowed: about.allowed, fromText: readText };
  return setting(about.schema, standard, meta, about);
}

/** A text that may be absent: null in the file, an empty environment variable. `schema` and `allowed` as for `text`. */
export function optionalText(
  about: About & {
    readonly secret?: true;
    readonly schema?: z.ZodType<string>;
    readonly allowed?: string;
  },
): z.ZodType<string | null> {
  const meta = {
    type: "text or null",
    allowed: `${about.allowed ?? "text (in quotes where it looks like a number)"}, or null for none`,
    fromText: (text: string) => (text === "" ? null : text),
    secret: about.secret ?? false,
  };
  return setting((about.schema ?? z.string().min(1)).nullable(), null, meta, about);
}

interface ListAbout<T> extends About {
  readonly items: "texts" | "whole numbers";
  readonly schema: z.ZodType<T[]>;
  readonly allowed: string;
  readonly secret?: true;
}

/** A list; in an environment variable its items stand one after another with commas between. */
export function list<T>(standard: T[], about: ListAbout<T>): z.ZodType<T[]> {
  const readItem = about.items === "texts" ? readText : readNumber;
  const fromText: ReadText = (text) =>
    text.trim() === "" ? [] : text.split(",").map((item) => readItem(item.trim()));
  return setting(
    about.schema,
    standard,
    {
      type: `list of ${about.items}`,
      allowed: about.allowed,
      fromText,
      secret: about.secret ?? false,
    },
    about,
  );
}
