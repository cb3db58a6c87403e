import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTraceContext, traceHeaders, tracingHeaders } from "../../src/jobs/trace-context.ts";
import { someTrace, traceparent } from "./some-trace.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const bytes = (headers: Readonly<Record<string, string>>): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, Buffer.from(text, "latin1")]),
  );
const stateOf = (tracestate: string) => readTraceContext(bytes({ traceparent, tracestate }));

describe("a traceparent", () => {
  it("is read as the standard has it, and written as it was", () => {
    expect(readTraceContext(bytes({ traceparent }))).toEqual(someTrace);
    expect(traceHeaders(someTrace)).toEqual({ traceparent });
  });

  it.each([
    ["no header", undefined],
    ["an empty one", ""],
    ["capital letters", `00-${traceId.toUpperCase()}-${spanId}-01`],
    ["an id of nothing but zeros", `00-${"0".repeat(32)}-${spanId}-01`],
    ["a parent of nothing but zeros", `00-${traceId}-${"0".repeat(16)}-01`],
    ["version ff", `ff-${traceId}-${spanId}-01`],
    ["more behind version 00", `00-${traceId}-${spanId}-01-x`],
    ["more behind a later version without a hyphen", `01-${traceId}-${spanId}-01x`],
    ["an id that is short", `00-${traceId.slice(1)}-${spanId}-01`],
    ["digits that are none", `00-${traceId.slice(1)}g-${spanId}-01`],
    ["flags that are none", `00-${traceId}-${spanId}-0x`],
    ["blanks around", ` ${traceparent} `],
    ["a line's end behind it", `${traceparent}\n`],
    ["two of them", `${traceparent},${traceparent}`],
  ])("is as none where it is not valid: %s", (_, text) => {
    const headers = text === undefined ? {} : bytes({ traceparent: text, tracestate: "a=1" });
    expect(readTraceContext(headers)).toBeNull();
    expect(tracingHeaders(headers)).toEqual({});
  });

  it("of a later version is read as far as it is known, and goes on in the version that is known", () => {
    const later = bytes({ traceparent: `cc-${traceId}-${spanId}-ff-what\r\nx: y` });
    expect(readTraceContext(later)).toEqual({ ...someTrace, flags: 3 });
    expect(tracingHeaders(later)).toEqual({ traceparent: `00-${traceId}-${spanId}-03` });
  });

  it("keeps the flags that have a meaning, and no others", () => {
    const flagsOf = (flags: string) =>
      readTraceContext(bytes({ traceparent: `00-${traceId}-${spanId}-${flags}` }))?.flags;
    expect(["00", "01", "02", "03", "fd"].map(flagsOf)).toEqual([0, 1, 2, 3, 1]);
  });
});

describe("a tracestate", () => {
  it("goes on without the blanks and empty members that stand in it", () => {
    expect(stateOf("rojo=00f067aa0ba902b7 ,\tcongo=t61rcWkgMzE,,")?.tracestate).toBe(
      "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
    );
    expect(stateOf("")?.tracestate).toBeNull();
  });

  it.each([
    ["no value", "a"],
    ["an empty value", "a="],
    ["a capital letter in a key", "A=1"],
    ["an equals sign in a value", "a=1=2"],
    ["a key twice", "a=1,b=2,a=3"],
    ["a line's end", "a=1\r\nx: y"],
    ["bytes beyond ASCII", "a=\u00e9"],
    ["a key of 257", `${"k".repeat(257)}=1`],
    ["a value of 257", `k=${"v".repeat(257)}`],
    ["33 members", Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(",")],
    ["far more than it can be", "a=1,".repeat(10_000)],
  ])("that breaks a rule is left out, and its trace goes on all the same: %s", (_, tracestate) => {
    expect(stateOf(tracestate)).toEqual(someTrace);
  });

  it("of 32 members that fit goes on whole", () => {
    const whole = Array.from({ length: 32 }, (_, index) => `k${index}=value`).join(",");
    expect(stateOf(whole)?.tracestate).toBe(whole);
  });

  it("that is longer than 512 loses its long members first, then its last", () => {
    const long = (key: string) => `${key}=${"v".repeat(200)}`;
    const short = (key: string) => `${key}=${"v".repeat(100)}`;
    const kept = (...members: string[]) => stateOf(members.join(","))?.tracestate?.split(",");
    expect(kept(short("a"), long("b"), long("c"), short("d"))).toEqual([
      short("a"),
      long("b"),
      short("d"),
    ]);
    expect(kept(...["a", "b", "c", "d", "e", "f"].map(short))).toEqual(
      ["a", "b", "c", "d"].map(short),
    );
  });
});

/** Headers that begin well, so that each rule has its turn. */
const nearly = fc
  .tuple(
    fc.constantFrom("00", "01", "fe", "ff", "0G"),
    fc.oneof(fc.constant(traceId), fc.stringMatching(/^[\da-fA-F]{30,33}$/)),
    fc.oneof(fc.constant(spanId), fc.stringMatching(/^[\da-f]{15,17}$/)),
    fc.oneof(fc.constantFrom("00", "01", "ff"), fc.string({ maxLength: 3 })),
    fc.oneof(fc.constant(""), fc.string({ unit: "binary" })),
  )
  .map(([version, ...rest]) => `${[version, ...rest.slice(0, 3)].join("-")}${rest[3]}`);
const member = fc
  .tuple(fc.stringMatching(/^[a-zA-Z\d@/*_-]{0,5}$/), fc.string({ maxLength: 300 }))
  .map((pair) => pair.join("="));
const states = fc.array(member, { maxLength: 40 }).map((members) => members.join(","));
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 80 }).map((each) => Buffer.from(each)),
  nearly.map((text) => Buffer.from(text)),
  states.map((text) => Buffer.from(text)),
);

describe("whatever stands in the headers", () => {
  it("is read without an error, and what goes on can be a header and reads back the same", () => {
    let valid = 0;
    fc.assert(
      fc.property(fc.oneof(fc.constant(Buffer.from(traceparent)), hostile), hostile, (one, two) => {
        const headers = { traceparent: one, tracestate: two };
        const context = readTraceContext(headers);
        const on = tracingHeaders(headers);
        if (context !== null) valid += 1;
        expect(readTraceContext(bytes(on))).toEqual(context);
        expect(on["traceparent"] ?? traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-0[0-3]$/);
        expect(on["tracestate"] ?? "a=1").toMatch(/^[\x20-\x7e]{1,512}$/);
      }),
      { numRuns: 5000 },
    );
    expect(valid).toBeGreaterThan(1000);
  });
});
