import { pino } from "pino";
import type { DestinationStream, Level, Logger } from "pino";
import { phoneNumber } from "../log/legible.ts";

export interface LoggerOptions {
  readonly level: Level;
  /** Where lines go: standard output, or a stream of a test. */
  readonly destination: DestinationStream;
}

/**
 * The second line of defence for personal data and secrets: no event carries any, but messages of errors are made by
 * others. Each pattern is replaced in every line, wherever it stands.
 */
const scrubbed: readonly (readonly [RegExp, string])[] = [
  [phoneNumber, "[number]"],
  // Of an address only scheme, host and port.
  [/\b(https?:\/\/)(?:[^\s"\\/?#@]*@)?([^\s"\\/?#]+)[^\s"\\]*/gi, "$1$2"],
  [/wh(?:sec|sk)_[A-Za-z0-9+/=]+/g, "[secret]"],
  [/onhk_[a-z0-9]+_[\w-]+/g, "[token]"],
  // Credentials as the header authorization has them.
  [/\b(Basic|Bearer) [\x21\x23-\x5b\x5d-\x7e]{6,}/g, "$1 [secret]"],
];

/** Keys that are never written, at the first or second level of a line. */
const censoredKeys: ReadonlySet<string> = new Set(
  [
    ["authorization", "password", "token", "secret", "secrets", "auth"],
    ["body", "call", "cdr", "customData", "payload", "query", "url", "headers"],
  ].flat(),
);

const censor = "[redacted]";

/** The fields as they may be written, at so many levels of them. What holds nothing private is left as it is, uncopied. */
function censored<T extends object>(fields: T, levels: number): T {
  let made: Record<string, unknown> | null = null;
  for (const key of Object.keys(fields)) {
    const value: unknown = fields[key as keyof T];
    const isCensored = value !== undefined && censoredKeys.has(key);
    const isLooked = levels > 1 && typeof value === "object" && value !== null;
    const written = isCensored ? censor : isLooked ? censored(value, levels - 1) : value;
    if (written !== value) (made ??= { ...fields } as Record<string, unknown>)[key] = written;
  }
  return (made ?? fields) as T;
}

/** What is written of an error: no properties beyond these, they may hold anything. */
function errorFields(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  return {
    type: name,
    ...("code" in error ? { code: error.code } : {}),
    message,
    ...(cause === undefined || depth > 3 ? {} : { cause: errorFields(cause, depth + 1) }),
    ...(depth === 0 ? { stack } : {}),
  };
}

/** A logger that writes one JSON object a line: `level` by name, `time` in ISO 8601, `msg`, and the fields of the event. */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        // Not pino's own `redact`: for each line that takes it as long as all else that a delivery is.
        log: ({ err, ...fields }) => ({
          ...censored(fields, 2),
          ...(err !== undefined && { err }),
        }),
      },
      serializers: { err: (error: unknown) => errorFields(error) },
      hooks: {
        streamWrite: (line) =>
          scrubbed.reduce((text, [pattern, instead]) => text.replaceAll(pattern, instead), line),
      },
    },
    destination,
  );
}
