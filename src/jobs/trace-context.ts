import type { Headers } from "../log/log-record.ts";

/** A place in a trace, as W3C Trace Context carries it from one program to the next. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: what led here. */
  readonly spanId: string;
  /** Those that the standard gives a meaning. */
  readonly flags: number;
  /** What tracing systems have added, checked and within its limits; null: nothing. */
  readonly tracestate: string | null;
}

/** Bits of `flags`. Source: W3C Trace Context Level 2, 3.2.2.5. */
export const sampledFlag = 1;
const knownFlags = 3;

/** Version ff, and ids of nothing but zeros, are not valid; what a later version adds stands behind a hyphen. */
const form =
  /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-|$)/;
const lengthOfVersion0 = 55;

/** Source: W3C Trace Context Level 2, 3.3.1.3. */
const member =
  /^([\da-z][\da-z_*/@-]{0,255})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const mostMembers = 32;
const longestTracestate = mostMembers * 520;
/** So much is always handed on, and no more; to get there, members that are longer than `longMember` go first. */
const handedOn = 512;
const longMember = 128;

function withinLimit(members: readonly string[]): string | null {
  const kept = [...members];
  while (kept.join(",").length > handedOn) {
    const long = kept.findLastIndex(({ length }) => length > longMember);
    kept.splice(long < 0 ? kept.length - 1 : long, 1);
  }
  return kept.length === 0 ? null : kept.join(",");
}

/** Null for one that breaks a rule: half of it would say something else than the whole. */
function readTracestate(header: Buffer | undefined): string | null {
  if (header === undefined || header.length > longestTracestate) return null;
  const members = header
    .toString("latin1")
    .split(",")
    .map((text) => text.replaceAll(/^[ \t]+|[ \t]+$/g, ""))
    .filter((text) => text !== "");
  const keys = members.map((text) => member.exec(text)?.[1]);
  const isValid = keys.every((key) => key !== undefined) && keys.length <= mostMembers;
  return isValid && new Set(keys).size === keys.length ? withinLimit(members) : null;
}

/**
 * The trace that a record's headers `traceparent` and `tracestate` belong to; null where there is none, or one that is
 * not valid: that is as none, never an error. Source: W3C Trace Context.
 */
export function readTraceContext(headers: Headers): TraceContext | null {
  const header = headers["traceparent"];
  if (header === undefined || header.length < lengthOfVersion0) return null;
  const parts = form.exec(header.toString("latin1", 0, lengthOfVersion0 + 1));
  if (parts === null) return null;
  const [, version, traceId, spanId, flags] = parts as unknown as [string, ...string[]];
  if (version === "00" && header.length > lengthOfVersion0) return null;
  return {
    traceId: traceId as string,
    spanId: spanId as string,
    flags: Number.parseInt(flags as string, 16) & knownFlags,
    tracestate: readTracestate(headers["tracestate"]),
  };
}

/** The headers that carry a trace on, of a record and of a request alike: in the version that this program knows. */
export function traceHeaders({
  traceId,
  spanId,
  flags,
  tracestate,
}: TraceContext): Record<string, string> {
  const traceparent = `00-${traceId}-${spanId}-0${flags}`;
  return tracestate === null ? { traceparent } : { traceparent, tracestate };
}

/** The headers that go from a call to its jobs and through every rung, as they are. */
export function tracingHeaders(previous: Headers): Record<string, string> {
  const context = readTraceContext(previous);
  return context === null ? {} : traceHeaders(context);
}

export function isSampled({ flags }: TraceContext): boolean {
  return (flags & sampledFlag) !== 0;
}
