/** A message, or its plural forms as Intl.PluralRules names them. `{name}` stands for what is filled in. */
export type Message = string | Readonly<Record<string, string>>;
/** By `<area>.<key>`. */
export type Messages = Readonly<Record<string, Message>>;

/** What is filled in; `count` decides on the plural. */
export type Values = Readonly<Record<string, string | number>>;

export interface Translator {
  /** The message; the key itself where there is none, so that a gap is seen. */
  readonly t: (key: string, values?: Values) => string;
  /** Whether there is such a message. */
  readonly has: (key: string) => boolean;
  /** The message in pieces, with elements in the place of texts: `<a>` within a sentence. */
  readonly rich: <T>(
    key: string,
    values: Readonly<Record<string, T | string | number>>,
  ) => (T | string)[];
}

const placeholder = /\{(\w+)\}/g;

/** Makes the translator of a locale. Numbers are written as the locale has them. */
export function createTranslator(locale: string, messages: Messages): Translator {
  const plurals = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  function textOf(key: string, count: unknown): string {
    const message = Object.hasOwn(messages, key) ? messages[key] : undefined;
    if (message === undefined) return key;
    if (typeof message === "string") return message;
    const form = typeof count === "number" ? plurals.select(count) : "other";
    return message[form] ?? message["other"] ?? key;
  }
  const shown = (value: string | number): string =>
    typeof value === "number" ? numbers.format(value) : value;
  return {
    t: (key, values = {}) =>
      textOf(key, values["count"]).replaceAll(placeholder, (whole, name: string) => {
        const value = values[name];
        return value === undefined ? whole : shown(value);
      }),
    has: (key) => Object.hasOwn(messages, key),
    rich: (key, values) =>
      textOf(key, values["count"])
        .split(/(\{\w+\})/)
        .filter((piece) => piece !== "")
        .map((piece) => {
          const value = piece.startsWith("{") ? values[piece.slice(1, -1)] : undefined;
          if (value === undefined) return piece;
          return typeof value === "number" ? shown(value) : value;
        }),
  };
}
